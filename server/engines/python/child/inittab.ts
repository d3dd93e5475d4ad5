/**
 * Takes modules out of CPython's table of built-in modules (`struct _inittab { const char *name; PyObject *(*init)(void) }`,
 * closed by a null name; Include/cpython/import.h), so that no way of importing finds them. There are two tables: the
 * one that `PyImport_AppendInittab` extends, and the interpreter's own copy of it, made when it starts, to which
 * `_PyRuntime.imports.inittab` points.
 */
export function dropModules(exports: object, names: readonly string[]): void {
  const wasm = exports as TableExports;
  const bytes = new Uint8Array(wasm.memory.buffer);
  const words = new Uint32Array(wasm.memory.buffer);
  const word = (address: number): number => words[address >>> 2] ?? 0;
  const dropped = new Set(names);

  const table = word(wasm.PyImport_Inittab.value);
  const firstName = word(table);
  compact(table);
  const runtime = wasm._PyRuntime.value;
  for (let address = runtime; address < runtime + searchedBytes; address += 4) {
    const candidate = word(address);
    if (candidate === table || candidate % 4 !== 0 || candidate === 0) continue;
    if (candidate < bytes.length && word(candidate) === firstName) compact(candidate);
  }

  function compact(start: number): void {
    let to = start;
    for (let from = start; ; from += 8) {
      const name = word(from);
      if (name !== 0 && dropped.has(text(name))) continue;
      words[to >>> 2] = name;
      words[(to >>> 2) + 1] = word(from + 4);
      to += 8;
      if (name === 0) return;
    }
  }

  function text(address: number): string {
    const end = bytes.indexOf(0, address);
    return String.fromCharCode(...bytes.subarray(address, Math.min(end, address + 64)));
  }
}

interface TableExports {
  readonly memory: WebAssembly.Memory;
  readonly PyImport_Inittab: WebAssembly.Global;
  readonly _PyRuntime: WebAssembly.Global;
}

/** `imports` stands near the start of `_PyRuntimeState`, which takes some hundred kilobytes. */
const searchedBytes = 64 << 10;

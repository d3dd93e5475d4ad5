import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { bootCode, droppedModules } from "./boot-code.js";
import type {
  CreateModule,
  EmscriptenFileSystem,
  EmscriptenModule,
  FileStream,
  WasmImports,
  WasmReady,
} from "./emscripten.js";
import { errno } from "./emscripten.js";
import type { Gate, Import } from "./gate.js";
import { gateImports } from "./gate.js";
import { hostFolderType } from "./host-folder.js";
import { dropModules } from "./inittab.js";
import { withoutPackages } from "./library-zip.js";
import type { Scratch } from "./scratch.js";
import { limitMemoryFiles, sealTree } from "./scratch.js";
import type { Watch } from "./watch.js";

/** A started Python: CPython as WebAssembly, behind the gate, with a sealed file system. */
export interface Python {
  readonly FS: EmscriptenFileSystem;
  readonly scratch: Scratch;
  /** Runs statements in `__main__`; false when they raised. Lets `Stopped` fly. */
  run(code: string): boolean;
  /** A copy of all of Python's memory. */
  memory(): Uint8Array;
  memoryByteLength(): number;
  /** Closes what Python has left open. */
  forgetStreams(): void;
  /** Everything is again as it was when the copy was made. */
  restore(image: Image): void;
}

/** A copy of all of Python's memory, wherever it is kept. */
export interface Image {
  readonly byteLength: number;
  copyTo(memory: Uint8Array): void;
}

export interface PythonStart {
  readonly runtimeFolder: string;
  readonly packagesFolder: string;
  /** Absent: Python is started the slow way. */
  readonly image: Image | undefined;
  readonly watch: Watch;
}

export async function startPython(start: PythonStart): Promise<Python> {
  const { watch } = start;
  const gate: Gate = {
    isClosed: false,
    replacements: watch.replacements,
    onForbidden: (name) => watch.stop("forbidden", name),
  };
  const file = (name: string): string => path.join(start.runtimeFolder, name);
  const compiled = new WebAssembly.Module(readFileSync(file("pyodide.asm.wasm")));
  let instance: WebAssembly.Instance | undefined;
  let resizeHeap: Import | undefined;

  // Emscripten's file system for Node asks for Node's constants in a way that the permission model forbids. It is
  // never mounted here, so it may as well have none.
  Object.defineProperty(process, "binding", { value: () => ({ fs: {} }) });
  const runtime = (await import(pathToFileURL(file("pyodide.asm.mjs")).href)) as {
    default: CreateModule;
  };
  const module = await runtime.default({
    // What Pyodide's JavaScript half wants to see; it is never started, so no JavaScript object enters Python.
    API: {
      config: { jsglobals: {}, env: {} },
      runtimeEnv: { IN_NODE: true },
      lockFilePromise: new Promise(() => undefined),
    },
    arguments: [],
    thisProgram: "python",
    noInitialRun: start.image !== undefined,
    locateFile: (name) => name,
    print: (line) => watch.print(line),
    printErr: (line) => watch.print(line),
    stdin: () => null,
    stdout: (byte) => watch.putByte(byte),
    stderr: (byte) => watch.putByte(byte),
    preRun: [(module) => layOut(module, readFileSync(file("python_stdlib.zip")), watch)],
    onRuntimeInitialized: () => {
      if (instance !== undefined && start.image === undefined)
        dropModules(instance.exports, droppedModules);
    },
    instantiateWasm: (imports: WasmImports, done: WasmReady) => {
      const env = imports["env"];
      // Pyodide's loader makes these two from a second WebAssembly module. Nothing may call them here.
      if (env !== undefined) {
        env["Jsv_GetError_import"] = () => null;
        env["JsvError_Check"] = () => 0;
        resizeHeap = env["emscripten_resize_heap"] as Import | undefined;
        env[trampolineName] = quickTrampoline(() => wasmOf(instance).__indirect_function_table);
      }
      gateImports(imports, compiled, gate);
      instance = new WebAssembly.Instance(compiled, imports);
      done(instance, compiled);
      return {};
    },
  });
  const wasm = wasmOf(instance);
  watch.attach(wasm);
  const { FS } = module;
  // Where this JavaScript engine can, Emscripten has left a function that calls C functions with the arguments that they
  // take. An image may be of a process whose engine differs, so its word on this does not count.
  const trampoline = trampolineAt(wasm, module.HEAPU8);
  const ownTrampoline = module.HEAPU8.slice(trampoline, trampoline + 4);
  const scratch = limitMemoryFiles(FS);

  const fileSystem = (): void => {
    FS.mount(
      hostFolderType(FS, {
        folder: start.packagesFolder,
        overlays: new Map(),
        onRead: () => undefined,
      }),
      {},
      "/packages",
    );
  };
  const run = (code: string): boolean => {
    const bytes = new TextEncoder().encode(`${code}\0`);
    const pointer = wasm.malloc(bytes.length) >>> 0;
    module.HEAPU8.set(bytes, pointer);
    try {
      return wasm.PyRun_SimpleString(pointer) === 0;
    } finally {
      // After a stop the whole memory is replaced, so what is not freed then is not lost.
      if (!watch.hasStopped) wasm.free(pointer);
    }
  };
  const stackTop = wasm.emscripten_stack_get_current() >>> 0;
  let highestByteLength = 0;
  let standardStreams: readonly FileStream[] = [];
  const forgetStreams = (): void => {
    FS.streams = [...standardStreams];
    // Who closes one of them marks it so; it is open again for the next job.
    for (const [descriptor, stream] of standardStreams.entries()) stream.fd = descriptor;
    FS.currentPath = "/";
  };
  const restore = (image: Image): void => {
    if (module.HEAPU8.length < image.byteLength) resizeHeap?.(image.byteLength);
    const heap = module.HEAPU8;
    image.copyTo(heap);
    // Python takes memory that it has never had for zero.
    if (heap.length > image.byteLength) heap.fill(0, image.byteLength);
    heap.set(ownTrampoline, trampoline);
    highestByteLength = heap.length;
    wasm._emscripten_stack_restore(stackTop);
    forgetStreams();
  };

  sealTree(FS, FS.root);
  fileSystem();
  removeDevices(FS);
  standardStreams = FS.streams.slice(0, 3).filter((stream) => stream != null);
  if (start.image !== undefined) restore(start.image);
  gate.isClosed = true;
  // Python looks at `Py_CheckEmscriptenSignals` now and then only while this says so: that is how it is stopped.
  module.HEAPU8[wasm.Py_EMSCRIPTEN_SIGNAL_HANDLING.value] = 1;
  if (start.image === undefined) {
    dropModules(wasm, droppedModules);
    FS.mount(FS.filesystems.MEMFS, {}, "/tmp");
    Object.assign(scratch.limits, { bytes: 1 << 20, files: 16 });
    if (!run(`__droppedModules = ${JSON.stringify(droppedModules)}\n${bootCode}`))
      throw new Error(`Python did not start: ${watch.takeOutput()}`);
    FS.unmount("/tmp");
    forgetStreams();
  }
  return {
    FS,
    scratch,
    run,
    memory: () => module.HEAPU8.slice(),
    memoryByteLength: () => Math.max(highestByteLength, module.HEAPU8.length),
    forgetStreams,
    restore,
  };
}

function wasmOf(instance: WebAssembly.Instance | undefined): WasmExports {
  if (instance === undefined) throw new Error("WebAssembly did not start.");
  return instance.exports as unknown as WasmExports;
}

const trampolineName = "_PyEM_TrampolineCall_JS";

/** What Emscripten's own does, without asking the table each time: Python calls it some thousand times in a run. */
function quickTrampoline(table: () => WebAssembly.Table): Import {
  const known: (Import | undefined)[] = [];
  return (index, first, second, third) => {
    const at = index as number;
    const target = (known[at] ??= table().get(at) as Import);
    return target(first, second, third);
  };
}

/** Address of the pointer in Python's runtime state. */
function trampolineAt(wasm: WasmExports, heap: Uint8Array): number {
  const view = new DataView(heap.buffer, heap.byteOffset);
  const offset = view.getUint32(wasm._PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET.value >>> 0, true);
  return (wasm._PyRuntime.value >>> 0) + offset;
}

export interface WasmExports {
  readonly memory: WebAssembly.Memory;
  readonly __indirect_function_table: WebAssembly.Table;
  malloc(byteCount: number): number;
  free(pointer: number): void;
  PyRun_SimpleString(pointer: number): number;
  dump_traceback(): void;
  emscripten_stack_get_current(): number;
  _emscripten_stack_restore(pointer: number): void;
  readonly Py_EMSCRIPTEN_SIGNAL_HANDLING: WebAssembly.Global;
  readonly PyImport_Inittab: WebAssembly.Global;
  readonly _PyRuntime: WebAssembly.Global;
  readonly _PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET: WebAssembly.Global;
}

function layOut(module: EmscriptenModule, library: Uint8Array, watch: Watch): void {
  const { FS, ENV } = module;
  FS.registerDevice(placeDevice, {
    llseek: () => 0,
    write: (_, buffer, offset, length) => {
      watch.notePlace(buffer.subarray(offset, offset + length));
      return length;
    },
  });
  FS.mkdev("/dev/place", 0o666, placeDevice);
  for (const folder of ["/lib/python3.14/lib-dynload", "/packages", "/job", "/tmp"])
    FS.mkdirTree(folder);
  for (let index = 0; index < largestRootCount; index++) FS.mkdirTree(`/roots/${index}`);
  FS.writeFile("/lib/python314.zip", withoutPackages(library, ["pyodide", "_pyodide"]));
  Object.assign(ENV, {
    HOME: "/tmp",
    USER: "user",
    PYTHONHASHSEED: "0",
    PYTHONDONTWRITEBYTECODE: "1",
    // `SystemExit` at the top shall not end the interpreter.
    PYTHONINSPECT: "1",
    PYTHONNOUSERSITE: "1",
  });
}

/** Leaves nothing registered but what Python needs, and no names for what is open. */
function removeDevices(FS: EmscriptenFileSystem): void {
  const nullDevice = FS.lookupPath("/dev/null").node.rdev;
  const standard = new Set(
    ["stdin", "stdout", "stderr"].map((name) => FS.lookupPath(`/dev/${name}`).node.rdev),
  );
  for (const device of Object.keys(FS.devices).map(Number))
    if (device !== nullDevice && device !== placeDevice && !standard.has(device))
      Reflect.deleteProperty(FS.devices, device);
  FS.lookupPath("/proc/self/fd").node.node_ops = {
    lookup: () => {
      throw new FS.ErrnoError(errno.noEntry);
    },
    readdir: () => [".", ".."],
  };
}

/** A number that Emscripten gives to no device of its own. */
const placeDevice = 200 << 8;
export const largestRootCount = 64;

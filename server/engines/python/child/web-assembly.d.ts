/** The part of WebAssembly's JavaScript interface that the engine uses; TypeScript has it only beside the DOM. */
declare namespace WebAssembly {
  type Module = object;
  interface Instance {
    readonly exports: object;
  }
  interface Memory {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  const Memory: new (limits: { initial: number; maximum: number }) => Memory;
  interface Table {
    get(index: number): unknown;
  }
  interface Global {
    readonly value: number;
  }
  const Module: {
    new (bytes: Uint8Array): Module;
    imports(module: Module): { module: string; name: string; kind: string }[];
  };
  const Instance: new (module: Module, imports: object) => Instance;
}

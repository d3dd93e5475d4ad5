/** The part of Emscripten's runtime that the engine touches. The names are Emscripten's. */
export interface EmscriptenModule {
  readonly FS: EmscriptenFileSystem;
  readonly ENV: Record<string, string>;
  readonly HEAPU8: Uint8Array;
}

export interface EmscriptenSettings {
  readonly API: object;
  readonly arguments: readonly string[];
  readonly thisProgram: string;
  readonly noInitialRun: boolean;
  readonly preRun: readonly ((module: EmscriptenModule) => void)[];
  readonly onRuntimeInitialized: () => void;
  readonly instantiateWasm: (imports: WasmImports, done: WasmReady) => object;
  readonly locateFile: (name: string) => string;
  readonly print: (line: string) => void;
  readonly printErr: (line: string) => void;
  readonly stdin: () => null;
  readonly stdout: (byte: number) => void;
  readonly stderr: (byte: number) => void;
}

export type CreateModule = (settings: EmscriptenSettings) => Promise<EmscriptenModule>;

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- Imports have every signature there is.
export type WasmImports = Record<string, Record<string, Function>>;
export type WasmReady = (instance: WebAssembly.Instance, module: WebAssembly.Module) => void;

export interface EmscriptenFileSystem {
  root: FileNode;
  currentPath: string;
  streams: (FileStream | null | undefined)[];
  devices: Record<number, unknown>;
  readonly filesystems: { readonly MEMFS: MemoryFileSystem };
  readonly ErrnoError: new (errno: number) => Error & { readonly errno: number };
  createNode(parent: FileNode | null, name: string, mode: number, device: number): FileNode;
  lookupNode(parent: FileNode, name: string): FileNode;
  isDir(mode: number): boolean;
  isFile(mode: number): boolean;
  registerDevice(device: number, operations: StreamOperations): void;
  mkdev(path: string, mode: number, device: number): void;
  mkdirTree(path: string): void;
  writeFile(path: string, data: Uint8Array | string): void;
  readFile(path: string): Uint8Array;
  mount(type: FileSystemType, options: object, path: string): FileNode;
  unmount(path: string): void;
  chdir(path: string): void;
  lookupPath(path: string): { readonly node: FileNode };
}

export interface FileSystemType {
  mount(mount: object): FileNode;
}

export interface MemoryFileSystem extends FileSystemType {
  readonly ops_table: {
    readonly dir: { node: NodeOperations };
    readonly file: { node: NodeOperations; stream: StreamOperations };
  };
}

export interface FileNode {
  readonly id: number;
  readonly name: string;
  readonly parent: FileNode;
  mode: number;
  readonly rdev: number;
  mounted: object | null;
  node_ops: NodeOperations;
  stream_ops: StreamOperations;
  contents?: Record<string, FileNode> | Uint8Array;
  usedBytes?: number;
}

export interface FileStream {
  readonly node: FileNode;
  /** Null once it is closed. */
  fd: number | null;
  position: number;
}

export interface NodeOperations {
  getattr?: (node: FileNode) => object;
  setattr?: (node: FileNode, attributes: { size?: number }) => void;
  lookup?: (parent: FileNode, name: string) => FileNode;
  mknod?: (parent: FileNode, name: string, mode: number, device: number) => FileNode;
  symlink?: (parent: FileNode, name: string, target: string) => FileNode;
  readdir?: (node: FileNode) => string[];
  readlink?: (node: FileNode) => string;
}

export interface StreamOperations {
  open?: (stream: FileStream) => void;
  close?: (stream: FileStream) => void;
  llseek?: (stream: FileStream, offset: number, whence: number) => number;
  read?: (
    stream: FileStream,
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ) => number;
  write?: (
    stream: FileStream,
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
    canOwn?: boolean,
  ) => number;
}

/** WASI's numbers, which Emscripten uses. */
export const errno = {
  access: 2,
  noEntry: 44,
  invalid: 28,
  noSpace: 51,
  noSystemCall: 52,
  notPermitted: 63,
};
export const directoryMode = 0o040555;
export const fileMode = 0o100444;

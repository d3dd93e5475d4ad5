import { closeSync, lstatSync, openSync, readdirSync, readlinkSync, readSync } from "node:fs";
import path from "node:path";
import type { EmscriptenFileSystem, FileNode, FileStream, FileSystemType } from "./emscripten.js";
import { directoryMode, errno, fileMode } from "./emscripten.js";

/**
 * A folder of the host as a read-only file system. It shows sources and folders and nothing else: no other kinds of
 * file, no special files, no huge ones, nothing hidden, and no link that leads out of the folder.
 */
export interface HostFolder {
  /** With every link resolved. */
  readonly folder: string;
  /** Texts that stand in for files, or add files: by path inside the folder, with `/`. */
  readonly overlays: ReadonlyMap<string, Uint8Array>;
  /** Told of every file whose content was read from the host. */
  readonly onRead: (file: string, stamp: string) => void;
}

export function hostFolderType(FS: EmscriptenFileSystem, options: HostFolder): FileSystemType {
  const entries = new Map<number, Entry>();
  const overlayFolders = new Set<string>();
  for (const name of options.overlays.keys())
    for (let at = name.lastIndexOf("/"); at > 0; at = name.lastIndexOf("/", at - 1))
      overlayFolders.add(name.slice(0, at));

  const addNode = (parent: FileNode | null, name: string, entry: Entry): FileNode => {
    const node = FS.createNode(parent, name, entry.isFolder ? directoryMode : fileMode, 0);
    entries.set(node.id, entry);
    node.node_ops = entry.isFolder ? { getattr, lookup, readdir } : { getattr };
    node.stream_ops = entry.isFolder ? { llseek } : { open, close, llseek, read };
    return node;
  };
  const entryOf = (node: FileNode): Entry => {
    const entry = entries.get(node.id);
    if (entry === undefined) throw new FS.ErrnoError(errno.noEntry);
    return entry;
  };

  const getattr = (node: FileNode): object => {
    const { isFolder, modified, size } = entryOf(node);
    const time = new Date(modified);
    return {
      dev: 1,
      ino: node.id,
      mode: isFolder ? directoryMode : fileMode,
      nlink: 1,
      uid: 0,
      gid: 0,
      rdev: 0,
      size,
      atime: time,
      mtime: time,
      ctime: time,
      blksize: 4096,
      blocks: Math.ceil(size / 512),
    };
  };

  const lookup = (parent: FileNode, name: string): FileNode => {
    const { inside, file } = entryOf(parent);
    const below = inside === "" ? name : `${inside}/${name}`;
    const overlay = options.overlays.get(below);
    if (overlay !== undefined)
      return addNode(parent, name, { ...noFile, inside: below, size: overlay.length, overlay });
    const entry = file === undefined ? undefined : find(options.folder, file, name);
    if (entry !== undefined) return addNode(parent, name, { ...entry, inside: below });
    if (file !== undefined && isCompiledPart(file, name))
      return addNode(parent, name, { ...noFile, inside: below, overlay: new Uint8Array() });
    if (overlayFolders.has(below))
      return addNode(parent, name, { ...noFile, inside: below, isFolder: true });
    throw new FS.ErrnoError(errno.noEntry);
  };

  const readdir = (node: FileNode): string[] => {
    const { inside, file } = entryOf(node);
    const names = new Set<string>([".", ".."]);
    const prefix = inside === "" ? "" : `${inside}/`;
    for (const name of [...options.overlays.keys(), ...overlayFolders])
      if (name.startsWith(prefix)) names.add(name.slice(prefix.length).split("/")[0] ?? "");
    if (file !== undefined) for (const name of namesIn(file)) names.add(name);
    names.delete("");
    // A listing ends at the first name that cannot be looked up, so that only those may be in it that can.
    return [...names].slice(0, largestFolder).filter((name) => {
      if (name === "." || name === "..") return true;
      try {
        FS.lookupNode(node, name);
        return true;
      } catch {
        // Not shown, or gone meanwhile.
        return false;
      }
    });
  };

  const open = (stream: FileStream): void => {
    const entry = entryOf(stream.node);
    if (entry.overlay !== undefined || entry.file === undefined) return;
    if (entry.size > largestFileBytes) throw new FS.ErrnoError(errno.access);
    // Read whole, at once: the file may change while Python reads it, and a handle left open would leak.
    try {
      entry.overlay = readWhole(entry.file, entry.size);
    } catch {
      // Gone, or not readable for us: as if it were not there.
      throw new FS.ErrnoError(errno.noEntry);
    }
    entry.size = entry.overlay.length;
    options.onRead(entry.file, stampOf(entry));
  };
  const close = (stream: FileStream): void => {
    const entry = entryOf(stream.node);
    if (entry.file !== undefined) delete entry.overlay;
  };
  const llseek = (stream: FileStream, offset: number, whence: number): number => {
    const start = whence === 1 ? stream.position : whence === 2 ? entryOf(stream.node).size : 0;
    if (!(start + offset >= 0)) throw new FS.ErrnoError(errno.invalid);
    return start + offset;
  };
  const read = (
    stream: FileStream,
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): number => {
    const bytes = entryOf(stream.node).overlay?.subarray(position, position + length);
    if (bytes === undefined) return 0;
    buffer.set(bytes, offset);
    return bytes.length;
  };

  return {
    mount: () =>
      addNode(null, "/", { ...noFile, inside: "", file: options.folder, isFolder: true }),
  };
}

/** Changes when the content of the file does. */
export function stampOf(entry: { readonly modified: number; readonly size: number }): string {
  return `${entry.modified}:${entry.size}`;
}

export function stampOfFile(file: string): string {
  try {
    const { mtimeMs, size } = lstatSync(file);
    return stampOf({ modified: mtimeMs, size });
  } catch {
    // Absent is a state like any other.
    return "absent";
  }
}

interface Entry {
  /** Path inside the folder, as Python sees it. */
  readonly inside: string;
  /** Path on the host with every link resolved; absent for what is only in overlays. */
  readonly file?: string;
  readonly isFolder: boolean;
  readonly modified: number;
  size: number;
  overlay?: Uint8Array;
}

const noFile = { inside: "", isFolder: false, modified: 0, size: 0 };

/** Follows links itself, so that none leads out of the folder whatever the host would allow. */
function find(root: string, folder: string, name: string): Entry | undefined {
  let at = folder;
  const steps = [name];
  for (let linkCount = 0; ;) {
    const step = steps.shift();
    if (step === undefined) return undefined;
    if (step.includes("\0") || step.includes("\\")) return undefined;
    if (step === "..") {
      if (at === root) return undefined;
      at = path.dirname(at);
      continue;
    }
    if (!isNameShown(step)) return undefined;
    const file = path.join(at, step);
    let stat;
    try {
      stat = lstatSync(file);
    } catch {
      // Absent, or hidden from us: the same for Python.
      return undefined;
    }
    if (stat.isSymbolicLink()) {
      linkCount += 1;
      if (linkCount > 40) return undefined;
      const target = readlinkSync(file);
      if (path.isAbsolute(target)) {
        const relative = path.relative(root, target);
        if (path.isAbsolute(relative)) return undefined;
        steps.unshift(...stepsOf(relative));
        at = root;
      } else steps.unshift(...stepsOf(target));
      continue;
    }
    if (steps.length > 0) {
      if (!stat.isDirectory()) return undefined;
      at = file;
      continue;
    }
    const isFolder = stat.isDirectory();
    if (!isFolder && !(stat.isFile() && isFileShown(step, at))) return undefined;
    // A folder's size says nothing to Python.
    const size = isFolder ? 0 : stat.size;
    return { inside: "", file, isFolder, modified: stat.mtimeMs, size };
  }
}

function stepsOf(target: string): readonly string[] {
  return target.split(path.sep).filter((step) => step !== "" && step !== ".");
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).map((name) =>
      compiledPart.test(name) ? `${name}${compiledMark}` : name,
    );
  } catch {
    // Not readable for us: empty for Python.
    return [];
  }
}

/**
 * Machine code is not shown, only that it is there, as an empty file of another name: so that a package whose compiled
 * part cannot run here is told from one that lacks it.
 */
function isCompiledPart(folder: string, name: string): boolean {
  if (!name.endsWith(compiledMark) || name.includes("/") || name.includes("\\")) return false;
  const real = name.slice(0, -compiledMark.length);
  if (!compiledPart.test(real) || !isNameShown(real)) return false;
  try {
    return lstatSync(path.join(folder, real)).isFile();
  } catch {
    // Absent, or hidden from us.
    return false;
  }
}

const compiledPart = /\.(so|pyd|dylib)$/i;
const compiledMark = ".compiled";

function isNameShown(name: string): boolean {
  return !name.startsWith(".") && name !== "__pycache__" && name !== "node_modules";
}

/** Sources and their data; an installed package's metadata, which packages read to know each other's versions. */
function isFileShown(name: string, folder: string): boolean {
  if (/\.(py|pyi|json|toml|txt|ya?ml|cfg|ini|typed|info|md|rst)$/i.test(name)) return true;
  return folder.endsWith(".dist-info") && (name === "METADATA" || name === "RECORD");
}

function readWhole(file: string, size: number): Uint8Array {
  const handle = openSync(file, "r");
  try {
    // A file that grew meanwhile is cut at the size that was announced.
    const bytes = new Uint8Array(size);
    let length = 0;
    while (length < size) {
      const count = readSync(handle, bytes, length, size - length, length);
      if (count === 0) break;
      length += count;
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(handle);
  }
}

const largestFileBytes = 16 << 20;
const largestFolder = 20_000;

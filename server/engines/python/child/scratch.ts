import type { EmscriptenFileSystem, FileNode, FileStream } from "./emscripten.js";
import { errno } from "./emscripten.js";

/**
 * Emscripten's own files in memory: read-only but for what is mounted for a job, and that within a limit. They live in
 * JavaScript's memory, so Python's own limit does not cover them.
 */
export interface Scratch {
  readonly limits: { bytes: number; files: number };
  /** Forgets what the previous job wrote. */
  reset(): void;
  /** Lets this file grow so far, whatever else is written. */
  reserve(file: FileNode, byteLength: number): void;
}

export function limitMemoryFiles(FS: EmscriptenFileSystem): Scratch {
  const { dir, file } = FS.filesystems.MEMFS.ops_table;
  const limits = { bytes: 0, files: 0 };
  const used = { bytes: 0, files: 0 };
  const reserved = new Map<FileNode, number>();
  const claim = (node: FileNode, size: number): void => {
    const own = reserved.get(node);
    if (own !== undefined) {
      if (!(size <= own)) throw new FS.ErrnoError(errno.noSpace);
      return;
    }
    // What is written is not given back before the job ends: simple, and enough for caches and small downloads.
    const growth = size - (node.usedBytes ?? 0);
    if (!(growth > 0)) return;
    if (!(used.bytes + growth <= limits.bytes)) throw new FS.ErrnoError(errno.noSpace);
    used.bytes += growth;
  };
  const claimNode = (): void => {
    if (used.files >= limits.files) throw new FS.ErrnoError(errno.noSpace);
    used.files += 1;
  };

  const { write } = file.stream;
  file.stream.write = (
    stream: FileStream,
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
    canOwn?: boolean,
  ): number => {
    claim(stream.node, position + length);
    return write?.(stream, buffer, offset, length, position, canOwn) ?? 0;
  };
  for (const operations of [dir.node, file.node]) {
    const { setattr } = operations;
    operations.setattr = (node, attributes): void => {
      if (attributes.size !== undefined) claim(node, attributes.size);
      setattr?.(node, attributes);
    };
  }
  const { mknod, symlink } = dir.node;
  dir.node.mknod = (parent, name, mode, device): FileNode => {
    // A device file would be a door to whatever Emscripten has registered as devices.
    if (!FS.isFile(mode) && !FS.isDir(mode)) throw new FS.ErrnoError(errno.notPermitted);
    claimNode();
    if (mknod === undefined) throw new FS.ErrnoError(errno.notPermitted);
    return mknod(parent, name, mode, device);
  };
  dir.node.symlink = (parent, name, target): FileNode => {
    claimNode();
    if (symlink === undefined) throw new FS.ErrnoError(errno.notPermitted);
    return symlink(parent, name, target);
  };
  return {
    limits,
    reset: () => {
      used.bytes = 0;
      used.files = 0;
      reserved.clear();
    },
    reserve: (file, byteLength) => void reserved.set(file, byteLength),
  };
}

/** Nothing below may be changed from now on. */
export function sealTree(FS: EmscriptenFileSystem, node: FileNode): void {
  const { getattr, lookup, readdir, readlink } = node.node_ops;
  node.node_ops = {
    ...(getattr && { getattr }),
    ...(lookup && { lookup }),
    ...(readdir && { readdir }),
    ...(readlink && { readlink }),
  };
  // A device file stays as writable as the device is.
  if (FS.isFile(node.mode) || FS.isDir(node.mode)) node.mode &= ~0o222;
  if (FS.isFile(node.mode)) {
    const { llseek, read } = node.stream_ops;
    node.stream_ops = { ...(llseek && { llseek }), ...(read && { read }) };
  }
  if (!FS.isDir(node.mode) || node.contents === undefined) return;
  for (const child of Object.values(node.contents as Record<string, FileNode>)) sealTree(FS, child);
}

/**
 * Paged, read-only bytes of one file. Reading is synchronous: heavy readers run in a worker or in the command
 * line, never on the event loop that answers the editor. Weights are skipped by offset, never read whole.
 */
export interface ByteSource {
  readonly size: number;
  /** Bytes [offset, offset + length), cut at the end of the file. The result may be reused by the next call. */
  read(offset: number, length: number): Uint8Array;
}

/** What a reader may know of the files beside the one it reads. */
export interface Neighbourhood {
  /**
   * Looks up a file by a path relative to the model's folder, without reading it. `escapes`: the path is absolute,
   * climbs out with `..`, or is a symbolic link that leads out; such a file is never opened.
   */
  find(
    relativePath: string,
  ):
    | { readonly kind: "file"; readonly size: number }
    | { readonly kind: "missing" }
    | { readonly kind: "escapes" };
  /** Opens a file that `find` answered with `file`. */
  open(relativePath: string): ByteSource | undefined;
}

export const emptyNeighbourhood: Neighbourhood = {
  find: () => ({ kind: "missing" }),
  open: () => undefined,
};

export function bytesOf(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (offset, length) => bytes.subarray(offset, Math.min(bytes.length, offset + length)),
  };
}

import { decodeUtf8 } from "./utf8.js";

/**
 * Decodes names, giving the same string for the same bytes while they are near: operators and attributes repeat in
 * every node, and a value's name is read where it is made and again where it is used. Equal objects save the memory,
 * and make later look-ups cheap. A fixed table with one place per hash: a hostile file can only make it useless.
 */
export class TextPool {
  readonly #texts: string[] = new Array<string>(placeCount).fill("");

  decode(bytes: Uint8Array, start: number, end: number): string {
    const length = end - start;
    if (length > longestPooled) return decodeUtf8(bytes.subarray(start, end));
    // FNV-1a: Fowler, Noll, Vo, "The FNV Non-Cryptographic Hash Algorithm", draft-eastlake-fnv.
    let hash = 0x811c9dc5;
    let seen = 0;
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at] ?? 0;
      seen |= byte;
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
    if (seen > 0x7f) return decodeUtf8(bytes.subarray(start, end));
    const place = (hash ^ (hash >>> 15)) & (placeCount - 1);
    const known = this.#texts[place] ?? "";
    if (isSame(known, bytes, start, length)) return known;
    const text = asciiText(bytes, start, length);
    this.#texts[place] = text;
    return text;
  }
}

/** Small enough for the processor's nearest caches. */
const placeCount = 1 << 11;
const longestPooled = 128;

function isSame(text: string, bytes: Uint8Array, start: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let index = 0; index < length; index += 1)
    if (text.charCodeAt(index) !== bytes[start + index]) return false;
  return true;
}

/** An argument list for each length, used again and again: two lists per name would be most of the garbage. */
const argumentLists: number[][] = Array.from({ length: longestPooled + 1 }, (_, length) =>
  new Array<number>(length).fill(0),
);

function asciiText(bytes: Uint8Array, start: number, length: number): string {
  const list = argumentLists[length] ?? [];
  for (let index = 0; index < length; index += 1) list[index] = bytes[start + index] ?? 0;
  return String.fromCharCode.apply(undefined, list);
}

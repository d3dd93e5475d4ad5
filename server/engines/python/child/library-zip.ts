/**
 * The standard library's archive without Pyodide's own packages: a copy whose directory does not list them, which is
 * all that an importer reads. (ZIP's central directory: PKWARE's APPNOTE 4.3.12 and 4.3.16.)
 */
export function withoutPackages(archive: Uint8Array, packages: readonly string[]): Uint8Array {
  const copy = archive.slice();
  const view = new DataView(copy.buffer, copy.byteOffset, copy.byteLength);
  const end = findEnd(view);
  if (end === undefined) return copy;
  const start = view.getUint32(end + 16, true);
  let from = start;
  let to = start;
  let entryCount = 0;
  while (from + 46 <= end && view.getUint32(from, true) === entrySignature) {
    const nameLength = view.getUint16(from + 28, true);
    const length =
      46 + nameLength + view.getUint16(from + 30, true) + view.getUint16(from + 32, true);
    const name = new TextDecoder().decode(copy.subarray(from + 46, from + 46 + nameLength));
    if (!packages.includes(name.split("/")[0] ?? "")) {
      copy.copyWithin(to, from, from + length);
      to += length;
      entryCount += 1;
    }
    from += length;
  }
  copy.copyWithin(to, end, end + 22);
  view.setUint16(to + 8, entryCount, true);
  view.setUint16(to + 10, entryCount, true);
  view.setUint32(to + 12, to - start, true);
  view.setUint16(to + 20, 0, true);
  return copy.subarray(0, to + 22);
}

function findEnd(view: DataView): number | undefined {
  for (let at = view.byteLength - 22; at >= 0; at--)
    if (view.getUint32(at, true) === endSignature) return at;
  return undefined;
}

const entrySignature = 0x02014b50;
const endSignature = 0x06054b50;

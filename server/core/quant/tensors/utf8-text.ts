/** UTF-8 as text; the core has no TextDecoder. What is no UTF-8 becomes U+FFFD. */
export function utf8Text(bytes: Uint8Array): string {
  const parts: string[] = [];
  let units: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at] ?? 0;
    const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    let code = length === 1 ? first : first & (0xff >> (length + 1));
    for (let index = 1; index < length; index++) code = code * 64 + ((bytes[at + index] ?? 0) & 63);
    units.push(at + length > bytes.length || code > 0x10ffff ? 0xfffd : code);
    at += length;
    if (units.length >= 4096) {
      parts.push(String.fromCodePoint(...units));
      units = [];
    }
  }
  parts.push(String.fromCodePoint(...units));
  return parts.join("");
}

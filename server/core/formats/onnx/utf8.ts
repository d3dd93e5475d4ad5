/**
 * Bytes to text after the WHATWG Encoding Standard, section 8.1 (UTF-8 decoder): every maximal part of an ill-formed
 * sequence becomes one U+FFFD. The core has no TextDecoder.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += chunkLength) {
    const chunk = bytes.subarray(start, start + chunkLength);
    if (!isAscii(chunk)) return decodeAny(bytes);
    text += String.fromCharCode.apply(undefined, chunk as unknown as number[]);
  }
  return text;
}

/** Short enough to be an argument list. */
const chunkLength = 4096;
const replacement = 0xfffd;

function isAscii(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte > 0x7f) return false;
  return true;
}

function decodeAny(bytes: Uint8Array): string {
  let text = "";
  const units: number[] = [];
  let index = 0;
  while (index < bytes.length) {
    const lead = bytes[index] ?? 0;
    index += 1;
    if (lead < 0x80) units.push(lead);
    else {
      const { point, length } = sequence(bytes, index, lead);
      index += length;
      if (point > 0xffff)
        units.push(0xd800 + ((point - 0x10000) >> 10), 0xdc00 + ((point - 0x10000) & 0x3ff));
      else units.push(point);
    }
    if (units.length >= chunkLength) {
      text += String.fromCharCode(...units);
      units.length = 0;
    }
  }
  return text + String.fromCharCode(...units);
}

/** The code point that starts with `lead`, and how many bytes after it belong to it. */
function sequence(
  bytes: Uint8Array,
  index: number,
  lead: number,
): { readonly point: number; readonly length: number } {
  const needed = 0xc2 <= lead && lead <= 0xdf ? 1 : 0xe0 <= lead && lead <= 0xef ? 2 : 3;
  if (lead < 0xc2 || 0xf4 < lead) return { point: replacement, length: 0 };
  // The second byte's range excludes overlong forms, surrogates and points beyond U+10FFFF.
  let low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  let high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  let point = lead & (needed === 1 ? 0x1f : needed === 2 ? 0x0f : 0x07);
  for (let taken = 0; taken < needed; taken += 1) {
    const byte = bytes[index + taken] ?? 0;
    if (byte < low || high < byte) return { point: replacement, length: taken };
    low = 0x80;
    high = 0xbf;
    point = (point << 6) | (byte & 0x3f);
  }
  return { point, length: needed };
}

/** Protobuf's wire format, written: https://protobuf.dev/programming-guides/encoding/. */
export type Bytes = readonly Uint8Array[];

export function join(parts: Bytes): Uint8Array {
  const whole = new Uint8Array(lengthOf(parts));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function lengthOf(parts: Bytes): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

export function varintField(field: number, value: number): Bytes {
  return [varint(field * 8), varint(value)];
}

export function bytesField(field: number, contents: Bytes): Bytes {
  return [varint(field * 8 + 2), varint(lengthOf(contents)), ...contents];
}

export function textField(field: number, text: string): Bytes {
  return bytesField(field, [utf8Bytes(text)]);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

/** The core has no TextEncoder. */
function utf8Bytes(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    const lead = [0, 0xc0, 0xe0, 0xf0][more] ?? 0;
    bytes.push(lead | (code >> (6 * more)));
    for (let index = more - 1; index >= 0; index--) bytes.push(0x80 | ((code >> (6 * index)) & 63));
  }
  return Uint8Array.from(bytes);
}

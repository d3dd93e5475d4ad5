/** Codes of the characters that mean something in ONNX text. Letters, digits and blanks are ASCII ones only. */
export const char = {
  tab: 0x09,
  newLine: 0x0a,
  carriageReturn: 0x0d,
  space: 0x20,
  quote: 0x22,
  hash: 0x23,
  openParenthesis: 0x28,
  closeParenthesis: 0x29,
  plus: 0x2b,
  comma: 0x2c,
  dash: 0x2d,
  dot: 0x2e,
  colon: 0x3a,
  less: 0x3c,
  equals: 0x3d,
  greater: 0x3e,
  question: 0x3f,
  at: 0x40,
  upperE: 0x45,
  openBracket: 0x5b,
  backslash: 0x5c,
  closeBracket: 0x5d,
  underscore: 0x5f,
  lowerE: 0x65,
  openBrace: 0x7b,
  closeBrace: 0x7d,
  byteOrderMark: 0xfeff,
} as const;

export function isDigit(code: number): boolean {
  return 0x30 <= code && code <= 0x39;
}

export function isLetter(code: number): boolean {
  return (0x61 <= code && code <= 0x7a) || (0x41 <= code && code <= 0x5a);
}

export function isWordPart(code: number): boolean {
  return isLetter(code) || isDigit(code) || code === char.underscore;
}

/** True for what can stand unquoted as a name. */
export function isIdentifier(name: string): boolean {
  const first = name.charCodeAt(0);
  if (!isLetter(first) && first !== char.underscore) return false;
  for (let index = 1; index < name.length; index += 1)
    if (!isWordPart(name.charCodeAt(index))) return false;
  return true;
}

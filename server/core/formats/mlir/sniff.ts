import { decodeUtf8 } from "../onnx/utf8.js";

/** `MLïR`: MLIR bytecode (mlir.llvm.org/docs/BytecodeFormat). */
export function isBytecode(head: Uint8Array): boolean {
  return head[0] === 0x4d && head[1] === 0x4c && head[2] === 0xef && head[3] === 0x52;
}

/** True for a text whose first statement, comments aside, is one of MLIR's. */
export function looksLikeMlir(head: Uint8Array): boolean {
  if (head.includes(0)) return false;
  return isMlirText(decodeUtf8(head));
}

export function isMlirText(text: string): boolean {
  const head = text.slice(0, headLength).replace(/^\uFEFF/, "");
  const statement = head.replace(/^(?:\s*\/\/[^\n]*\n)*\s*/, "");
  return statements.test(statement);
}

/** Comments before the first statement are no longer than this. */
const headLength = 4096;

const statements =
  /^(?:(?:builtin\.)?module\b[^(]*\{|(?:builtin\.)?module @|(?:func\.|util\.|ml_program\.)?func\s+(?:private\s+|public\s+)?@|"(?:builtin\.module|func\.func|module)"\s*\(|(?:util|ml_program)\.global\b|[#!][\w.$-]+\s*=\s*(?:loc\s*\(|affine_map|affine_set|tensor<|memref<|[!#])|"[a-z_]+\.[\w.]+"\s*\(|%[\w$.-]+(?::\d+)?\s*=\s*"?[a-z_]+\.)/;

import { decodeUtf8 } from "../onnx/utf8.js";
import { char } from "./characters.js";
import { Cursor } from "./cursor.js";
import { isTypeWord } from "./type-syntax.js";

/** True for a text that begins with a model's header or with the header of a graph. */
export function looksLikeText(head: Uint8Array): boolean {
  if (head.includes(0)) return false;
  const cursor = new Cursor(decodeUtf8(head));
  if (cursor.takes(char.less)) {
    const isKey = headerKeys.has(cursor.identifier());
    return isKey && cursor.takes(char.colon);
  }
  const name = cursor.peek() === char.quote ? cursor.string() : cursor.identifier();
  if (name === undefined || name === "" || !cursor.takes(char.openParenthesis)) return false;
  if (cursor.takes(char.closeParenthesis)) return cursor.takesArrow();
  const isTyped = isTypeWord(cursor.identifier());
  return isTyped && (cursor.text.includes("=>") || head.length >= 4096);
}

const headerKeys: ReadonlySet<string> = new Set([
  "ir_version",
  "opset_import",
  "producer_name",
  "producer_version",
  "domain",
  "model_version",
  "doc_string",
  "metadata_props",
]);

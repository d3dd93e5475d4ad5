import type { Outcome } from "../base/problem.js";
import type { Model } from "../graph/graph.js";
import type { ByteSource } from "../base/byte-source.js";
import type { ModelFormat, ReadContext } from "./format.js";
import { decodeUtf8 } from "./onnx/utf8.js";
import { readText } from "./onnx-text/read-text.js";
import { looksLikeText } from "./onnx-text/sniff.js";

/** ONNX's textual syntax (docs/Syntax.md of the ONNX project). */
export const format: ModelFormat = {
  id: "onnx-text",
  extensions: [".onnxtxt", ".onnxtext"],
  sniff: looksLikeText,
  read,
};

/** Weights lie elsewhere, so 64 MiB of text are some 300,000 nodes. */
const byteLimit = 64 * 1024 * 1024;

function read(source: ByteSource, context: ReadContext): Outcome<Model | undefined> {
  if (byteLimit < source.size) {
    const message = `\`${context.fileName}\` has ${source.size} bytes of text; up to ${byteLimit} are read. Put the weights into a file beside it.`;
    return { value: undefined, problems: [{ code: "RP1053", severity: "error", message }] };
  }
  const bytes = source.read(0, source.size);
  // An editor does not show a byte order mark, and its offsets do not count it.
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const { model, problems } = readText(decodeUtf8(hasMark ? bytes.subarray(3) : bytes), context);
  return { value: model, problems };
}

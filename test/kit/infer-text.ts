import { bytesOf, emptyNeighbourhood } from "../../server/core/base/byte-source.js";
import { neverCancelled } from "../../server/core/base/cancel.js";
import { format } from "../../server/core/formats/onnx-text.js";
import type { Model } from "../../server/core/graph/graph.js";

/** A model in ONNX's textual syntax; a graph alone gets a header of operator set 21. */
export function modelOfText(text: string): Model {
  const source = text.trimStart().startsWith("<") ? text : `${header}\n${text}`;
  const { value, problems } = format.read(bytesOf(new TextEncoder().encode(source)), {
    fileName: "test.onnxtxt",
    neighbourhood: emptyNeighbourhood,
    cancel: neverCancelled,
  });
  const errors = problems.filter((problem) => problem.severity === "error");
  if (value === undefined || errors.length > 0)
    throw new Error(errors.map((problem) => problem.message).join(" "));
  return value;
}

const header = '<ir_version: 10, opset_import: ["" : 21, "local" : 1]>';

import { neverCancelled } from "../core/base/cancel.js";
import { readSourceText } from "../core/formats/mlir/source-text.js";
import { openFileBytes } from "./file-bytes.js";

/** The text that places of an MLIR model count in: without the digits of its weights. */
export function readMlirText(path: string): string | undefined {
  const source = openFileBytes(path);
  try {
    return readSourceText(source, neverCancelled);
  } finally {
    source.close();
  }
}

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { inferModel } from "../../../server/core/analyze.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { exportOnnx } from "../../../server/core/onnx-export/export-model.js";
import { openTaskFiles, readerOf } from "../../../server/io/quant/weight-task.js";
import { readModelFile } from "../../../server/io/read-model.js";

/** The same model as an ONNX file, in a folder of its own that goes with the process; undefined where none can be made. */
export function asOnnx(file: string): string | undefined {
  if (file.endsWith(".onnx")) return file;
  const read = readModelFile(file).value;
  if (read === undefined) return undefined;
  const { inferred } = inferModel(read, { inputs: new Map(), dims: new Map() }, neverCancelled);
  const files = openTaskFiles(file);
  const elementsOf = readerOf(files);
  const exported = exportOnnx(inferred, read.format, ({ weight }) => weight && elementsOf(weight));
  files.close();
  if (typeof exported === "string") {
    console.log(`${path.basename(file)}: ${exported}`);
    return undefined;
  }
  const folder = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const made = path.join(folder, path.basename(file).replace(/\.tflite$/, ".onnx"));
  writeFileSync(made, exported.bytes);
  return made;
}

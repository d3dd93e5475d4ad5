import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { inferModel, type InferredModel } from "../../server/core/analyze.js";
import { recordModel } from "./record/record.js";
import { neverCancelled } from "../../server/core/base/cancel.js";
import { decodeCalibration } from "../../server/core/cost/calibrated/decode-calibration.js";
import { readOpCall } from "../../server/core/formats/op-call.js";
import type { Model } from "../../server/core/graph/graph.js";
import { lower } from "../../server/core/lower/lower.js";
import type { Catalogue } from "../../server/core/targets/target.js";
import type { CalibrationContext, Subject } from "./set.js";
import { hasTargetFile, readTargetFile } from "./target-files.js";

/** `fits`: folder of the calibration files; `pythonPath`: folders with the sources of models that sets name. */
export function openContext(
  catalogue: Catalogue,
  folder: string,
  {
    fits,
    pythonPath,
    leavesOut = false,
  }: {
    readonly fits: string;
    readonly pythonPath: readonly string[];
    readonly leavesOut?: boolean;
  },
): CalibrationContext {
  const kept = new Map<string, InferredModel | undefined>();
  const infer = async (subject: Subject): Promise<InferredModel | undefined> => {
    if (subject.kind === "op") return inferred(readOpCall(subject.text).value);
    if (!kept.has(subject.id)) {
      // Large sets name a model many times in a row: a few are enough.
      if (kept.size >= 64) kept.clear();
      kept.set(subject.id, inferred(await subject.load(), subject));
    }
    return kept.get(subject.id);
  };
  return {
    infer,
    leavesOut,
    text: (name) => {
      const file = path.join(folder, name);
      return existsSync(file) ? readFileSync(file, "utf8") : undefined;
    },
    target: (id) => catalogue.find(id),
    trace: async (entry, input) =>
      pythonPath.length === 0
        ? undefined
        : recordModel({ entry, inputs: [input], folders: pythonPath }).catch(() => undefined),
    fitted: (id) =>
      hasTargetFile(fits, id) ? decodeCalibration(readTargetFile(fits, id), id).value : undefined,
    lower: async (subject, target) => {
      const model = await infer(subject);
      return model === undefined ? undefined : lower(model.graphWork, target, neverCancelled);
    },
  };
}

function inferred(model: Model | undefined, subject?: Subject): InferredModel | undefined {
  if (model === undefined) return undefined;
  const none = { inputs: new Map(), dims: new Map() };
  const bindings = subject?.kind === "model" ? (subject.bindings ?? none) : none;
  return inferModel(model, bindings, neverCancelled);
}

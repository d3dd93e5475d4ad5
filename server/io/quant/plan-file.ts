import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { readSavedPlan } from "../../core/quant/plan/saved-plan.js";

export const planExtension = ".plan.json";

/** Beside the model: what somebody has fixed of its plan, as `ridgepoint quantize --export json` writes plans. */
export function planFileOf(modelPath: string): string {
  return modelPath + planExtension;
}

/** Scheme ids by the names of layers; none where there is no such file, or it is no plan. */
export function readPlanFile(modelPath: string): ReadonlyMap<string, string> {
  try {
    const plan = readSavedPlan(readFileSync(planFileOf(modelPath), "utf8"), modelPath);
    return typeof plan === "string" ? new Map() : plan.formats;
  } catch {
    // Absent: nothing is fixed.
    return new Map();
  }
}

/** Fixes the format of some layers, "" for the target's own precision; a file that is no plan is left alone. */
export function writePlanFile(
  modelPath: string,
  layers: readonly string[],
  format: string,
): string {
  const file = planFileOf(modelPath);
  let text = '{ "ridgepointPlan": 1, "layers": [] }';
  try {
    text = readFileSync(file, "utf8");
  } catch {
    // Absent: it is begun here.
  }
  const plan = readSavedPlan(text, file);
  if (typeof plan === "string") throw new Error(plan);
  const formats = new Map([
    ...plan.formats,
    ...layers.map((layer): [string, string] => [layer, format]),
  ]);
  const document = {
    ridgepointPlan: 1,
    ...(plan.target !== "" && { target: plan.target }),
    layers: [...formats].map(([name, own]) => ({ name, format: own === "" ? null : own })),
  };
  const draft = `${file}.draft`;
  writeFileSync(draft, `${JSON.stringify(document, null, 2)}\n`);
  renameSync(draft, file);
  return file;
}

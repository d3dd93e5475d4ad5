import path from "node:path";
import type { Analysis, Bindings } from "../../server/core/analysis.js";
import { analyze } from "../../server/core/analyze.js";
import { neverCancelled } from "../../server/core/base/cancel.js";
import type { Catalogue } from "../../server/core/targets/target.js";
import { loadCatalogue } from "../../server/io/catalogue-files.js";
import { readModelFile } from "../../server/io/read-model.js";

const root = path.resolve(import.meta.dirname, "../..");
let catalogue: Promise<Catalogue> | undefined;

export async function realCatalogue(): Promise<Catalogue> {
  catalogue ??= loadCatalogue({
    dataFolder: path.join(root, "server/data"),
    chipFolders: [],
  }).then(({ value }) => value);
  return catalogue;
}

/** A model file of the repository analysed as the product does it, on targets of the real catalogue. */
export async function realAnalysis(
  file: string,
  targetIds: readonly string[],
  bindings: Partial<Bindings> = {},
): Promise<Analysis> {
  const known = await realCatalogue();
  const targets = targetIds.map((id) => {
    const target = known.find(id);
    if (target === undefined) throw new Error(`no target ${id}`);
    return target;
  });
  const { value: model } = readModelFile(path.join(root, file), neverCancelled);
  if (model === undefined) throw new Error(`${file} holds no model`);
  return analyze(
    model,
    { inputs: new Map(), dims: new Map(), ...bindings },
    targets,
    neverCancelled,
  );
}

import path from "node:path";
import { recordModel } from "./record/record.js";
import type { Subject } from "./set.js";

/** A network as PyTorch source and the expression that makes it. */
export interface Traced {
  /** Below `scripts/calibrate/spaces`. */
  readonly file: string;
  readonly entry: string;
  /** `float32[1,3,32,32]` */
  readonly inputs: readonly string[];
}

/** Recorded when it is asked for. */
export function tracedSubject({ file, entry, inputs }: Traced): Subject {
  const source = path.resolve("scripts/calibrate/spaces", file);
  return {
    kind: "model",
    id: `${file}|${entry}|${inputs.join(" ")}`,
    load: () => recordModel({ file: source, entry, inputs, folders: [] }),
  };
}

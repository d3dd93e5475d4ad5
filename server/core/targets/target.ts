import type { Chip } from "./chip.js";
import type { Precision } from "./precision.js";
import type { Runtime } from "./runtime.js";

/** Chip × runtime × precision: the smallest thing a latency can be stated for. Id: `<chip>/<runtime>/<precision>`. */
export interface Target {
  readonly id: string;
  /** `RTX 4090 · TensorRT · fp16`. */
  readonly label: string;
  readonly chip: Chip;
  readonly runtime: Runtime;
  readonly precision: Precision;
}

export interface Catalogue {
  readonly targets: readonly Target[];
  find(id: string): Target | undefined;
}

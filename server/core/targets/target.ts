import type { Technology } from "../accelerator/technology.js";
import type { MappedAccelerator } from "../accelerator/as-target.js";
import type { TargetCalibration } from "../cost/calibrated/target-calibration.js";
import type { GpuCapability } from "../gpu/gpu-device.js";
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
  /** What was measured on it or on a sibling, read when first asked for; without it the roofline answers. */
  readonly calibration?: () => TargetCalibration | undefined;
  /** There are measurements of the target itself: it has a calibration of its own, whether or not that was read yet. */
  readonly isMeasured?: boolean;
  /** The same chip and runtime in 16 bits, for what stays in 16 bits; undefined where that is itself. */
  readonly wide?: () => Target | undefined;
  /** An architecture file in place of a device: layers are mapped onto it. */
  readonly accelerator?: MappedAccelerator;
}

export interface Catalogue {
  readonly targets: readonly Target[];
  find(id: string): Target | undefined;
  /** What energy and area of accelerators are counted by; undefined where its file cannot be read. */
  readonly technology?: Technology;
  /** What kernels written by hand are estimated by; undefined where nobody read it, empty where its files cannot be read. */
  readonly gpuCapabilities?: readonly GpuCapability[];
}

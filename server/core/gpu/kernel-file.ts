import type { Problem } from "../base/problem.js";
import type { TextSpan } from "../base/text-span.js";
import type { GpuDevice } from "./gpu-device.js";
import type { KernelEstimate } from "./gpu-report.js";

export type KernelLanguage = "cuda" | "triton";

/** Kernels of one source file, each estimated on the chosen devices: what hints, hovers, lenses and reports are made of. */
export interface KernelFile {
  readonly language: KernelLanguage;
  readonly kernels: readonly KernelResult[];
  readonly problems: readonly KernelProblem[];
}

/** Its place, where it has one, counts in the text. */
export interface KernelProblem extends Problem {
  readonly fixes?: readonly KernelFix[];
}

export interface KernelFix {
  readonly title: string;
  readonly edits: readonly { readonly span: TextSpan; readonly text: string }[];
}

export interface KernelResult {
  readonly name: string;
  /** Arguments that make several kernels of one: `<128, 8>`; "" where it has none. */
  readonly variant: string;
  /** Its name in the text. */
  readonly place: TextSpan;
  /** The whole definition. */
  readonly span: TextSpan;
  /** The launch that it is estimated for, where the text has one and the reader tells. */
  readonly launch: TextSpan | undefined;
  readonly launchCount: number;
  /** What its numbers rest on, as `M = 4096`, and who says so; of CUDA C++ what is assumed stands in the estimate's kernel. */
  readonly parameters: readonly KernelParameter[];
  /** One without values where nothing is tuned. */
  readonly configs: readonly KernelConfig[];
  /** In the order in which they were chosen. */
  readonly devices: readonly KernelOnDevice[];
}

export interface KernelParameter {
  readonly name: string;
  /** `4096`, `float16[4096,4096]`. */
  readonly text: string;
  /** `pin`, `launch`, `assumed`. */
  readonly from: string;
}

export interface KernelConfig {
  /** Where it stands, if it stands anywhere by itself. */
  readonly span: TextSpan | undefined;
  /** `BLOCK_M=128, BLOCK_N=64, num_warps=4, num_stages=3`; "" for a kernel without choices. */
  readonly text: string;
}

export interface KernelOnDevice {
  readonly device: GpuDevice;
  /** One for each of the kernel's configurations, in their order. */
  readonly estimates: readonly ConfigEstimate[];
  /** Index of the configuration that is predicted to be the fastest; undefined where no time is known. */
  readonly best: number | undefined;
}

export interface ConfigEstimate {
  readonly estimate: KernelEstimate;
  /** Registers that a thread would take if there were no limit; above the limit they spill. */
  readonly neededRegisters?: number;
  /** Bytes of shared memory by what they hold: `a_ptr, 3 × 16,384`; empty where the source itself says it. */
  readonly sharedParts: readonly string[];
}

/** The estimate that stands for a kernel on a device: of its fastest configuration, else of the first. */
export function shownEstimate({ estimates, best }: KernelOnDevice): ConfigEstimate | undefined {
  return estimates[best ?? 0];
}

/** Index of the fastest; what does not fit or has no time is left out. */
export function fastestOf(estimates: readonly ConfigEstimate[]): number | undefined {
  let best: number | undefined;
  let least = Infinity;
  estimates.forEach(({ estimate: { seconds } }, index) => {
    if (seconds === undefined || seconds.value >= least) return;
    least = seconds.value;
    best = index;
  });
  return best;
}

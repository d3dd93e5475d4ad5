import type { Problem } from "../../../base/problem.js";
import type { TextSpan } from "../../../base/text-span.js";
import type { GpuDevice } from "../../gpu-device.js";
import type { KernelFix, KernelProblem, KernelResult } from "../../kernel-file.js";
import type { TileProgram } from "../program.js";
import type { KernelSource, TritonFile } from "../read/triton-file.js";
import type { LoweredProgram } from "../to-gpu-kernel.js";

/** A kernel with everything that was worked out about it. */
export interface CheckedKernel {
  readonly source: KernelSource;
  readonly result: KernelResult;
  /** By configuration, for the first device. */
  readonly programs: readonly TileProgram[];
  readonly lowered: (device: GpuDevice, config: number) => LoweredProgram | undefined;
}

export type KernelRule = (kernel: CheckedKernel, file: TritonFile) => readonly KernelProblem[];

export function problemAt(
  code: string,
  severity: Problem["severity"],
  span: TextSpan,
  message: string,
  fixes: readonly KernelFix[] = [],
): KernelProblem {
  return { code, severity, message, place: { kind: "text", span }, fixes };
}

export function countText(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** `A, B and C`; of many the first four. */
export function listText(names: readonly string[]): string {
  const shown = names.length > 5 ? [...names.slice(0, 4), `${names.length - 4} more`] : names;
  return shown.length < 2
    ? (shown[0] ?? "")
    : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1) ?? ""}`;
}

import type { TextSpan } from "../../base/text-span.js";
import { formatNumber, formatSeconds } from "../../base/units.js";
import type { CudaKernel } from "../cuda/read-kernels.js";
import { estimateKernel } from "../estimate.js";
import type { GpuWork } from "../gpu-kernel.js";
import type { KernelEstimate } from "../gpu-report.js";
import type { KernelProblem } from "../kernel-file.js";

/** What a rule of CUDA C++ sees: a kernel as it was read, and what it takes on the main device. */
export interface RuleSubject {
  readonly read: CudaKernel;
  readonly estimate: KernelEstimate;
  readonly text: string;
}

export type KernelRule = (subject: RuleSubject) => readonly KernelProblem[];

/** The kernel with other work, registers or block: what that would take on the same device. */
export function estimateWith(
  { estimate: { kernel, device } }: RuleSubject,
  change: Partial<KernelEstimate["kernel"]>,
): KernelEstimate {
  return estimateKernel({ ...kernel, ...change }, device);
}

export function withWork(
  subject: RuleSubject,
  change: (work: GpuWork, index: number) => GpuWork,
): KernelEstimate {
  return estimateWith(subject, { work: subject.estimate.kernel.work.map(change) });
}

/** `41 ms instead of 446 ms`, or without sizes `a block in 0.09 of the time`; undefined where the change is none to speak of. */
export function gainText(before: KernelEstimate, after: KernelEstimate): string | undefined {
  const ratio = after.boundSeconds / before.boundSeconds;
  if (!(ratio < worthwhile)) return undefined;
  if (before.seconds !== undefined && after.seconds !== undefined)
    return `${formatSeconds(after.seconds.value, 2)} instead of ${formatSeconds(before.seconds.value, 2)} on ${before.device.chip.name}`;
  return `${formatNumber(ratio, 2)} of the time on ${before.device.chip.name}`;
}

const worthwhile = 0.97;

/** A line of the source, for messages. */
export function codeAt(text: string, { start, end }: TextSpan): string {
  const code = text.slice(start, end).replace(/\s+/g, " ");
  return code.length <= 60 ? code : `${code.slice(0, 57)}…`;
}

export function textPlace(span: TextSpan): NonNullable<KernelProblem["place"]> {
  return { kind: "text", span };
}

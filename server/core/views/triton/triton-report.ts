import { lineAt, lineStartsOf } from "../../base/line-starts.js";
import type { Problem } from "../../base/problem.js";
import type { TextSpan } from "../../base/text-span.js";
import type { Amount } from "../../design/design.js";
import {
  shownEstimate,
  type ConfigEstimate,
  type KernelFile,
  type KernelOnDevice,
  type KernelResult,
} from "../../gpu/triton/kernel-file.js";
import { emptyReport } from "../empty-report.js";
import type { ReportDocument, ReportProblem, ReportSource } from "../report-document.js";
import { linesOf } from "./triton-views.js";

/** Kernels of a source file, in the document of the command line. Unknown is null, never 0. */
export interface ReportTritonKernel {
  readonly name: string;
  readonly language: KernelFile["language"];
  readonly source: ReportSource;
  /** What the numbers rest on, with who says so: `pin`, `launch`, `benchmark`, `convention`, `assumed`. */
  readonly parameters: readonly {
    readonly name: string;
    readonly value: string;
    readonly from: string;
  }[];
  readonly configurations: readonly {
    readonly text: string;
    readonly source: ReportSource | null;
  }[];
  readonly devices: readonly ReportKernelDevice[];
}

export interface ReportKernelDevice {
  /** Id of the chip. */
  readonly id: string;
  readonly name: string;
  /** Index of the configuration that is predicted to be the fastest. */
  readonly best: number | null;
  readonly configurations: readonly ReportKernelEstimate[];
  /** Of the best configuration, or of the only one; zero-based. */
  readonly lines: readonly {
    readonly line: number;
    readonly share: number;
    readonly seconds: number | null;
  }[];
}

export interface ReportKernelEstimate {
  readonly seconds: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly bound: string | null;
  readonly fits: boolean | null;
  /** Why not even one block fits. */
  readonly reason?: string;
  readonly threadsPerBlock: number | null;
  readonly sharedBytes: number | null;
  readonly sharedLimitBytes: number;
  readonly registers: Amount;
  readonly neededRegisters: number;
  readonly occupancy: number | null;
  readonly limiters: readonly string[];
  readonly blocks: number | null;
  readonly waves: number | null;
  /** Of the whole launch. */
  readonly flops: number | null;
  readonly dramBytes: number | null;
  readonly bounds: Readonly<Record<string, number>>;
}

/** The document of a file that has kernels and no model. */
export function kernelDocument(
  file: string | null,
  text: string,
  kernels: KernelFile,
): ReportDocument {
  return { ...withKernels(emptyReport(file, []), file, text, kernels), kind: kernels.language };
}

/** A document with the kernels of the same file, and what is wrong with them. */
export function withKernels(
  document: ReportDocument,
  file: string | null,
  text: string,
  { language, kernels, problems }: KernelFile,
): ReportDocument {
  const starts = lineStartsOf(text);
  const sourceOf = (span: TextSpan): ReportSource => placeOf(file ?? "", starts, span);
  return {
    ...document,
    problems: [...document.problems, ...problems.map((one) => problemOf(one, sourceOf))],
    tritonKernels: kernels.map((kernel) => ({
      name: kernel.name,
      language,
      source: sourceOf(kernel.place),
      parameters: kernel.parameters.map(({ name, text: value, from }) => ({ name, value, from })),
      configurations: kernel.configs.map((config) => ({
        text: config.text,
        source: config.span === undefined ? null : sourceOf(config.span),
      })),
      devices: kernel.devices.map((device) => deviceOf(kernel, device, starts)),
    })),
  };
}

function deviceOf(
  kernel: KernelResult,
  device: KernelOnDevice,
  starts: readonly number[],
): ReportKernelDevice {
  const seconds = shownEstimate(device)?.estimate.seconds;
  const lines = linesOf(kernel, device, (offset) => lineAt(starts, offset));
  return {
    id: device.device.chip.id,
    name: device.device.chip.name,
    best: device.best ?? null,
    configurations: device.estimates.map(estimateOf),
    lines: [...lines]
      .map(([line, costs]) => {
        const share = costs.reduce((sum, one) => sum + one.share, 0);
        return { line, share, seconds: seconds === undefined ? null : share * seconds.value };
      })
      .sort((a, b) => a.line - b.line),
  };
}

function estimateOf({ estimate, neededRegisters }: ConfigEstimate): ReportKernelEstimate {
  const { seconds, occupancy, launch, kernel, device } = estimate;
  const whole = (perBlock: number | undefined): number | null =>
    perBlock === undefined || launch === undefined ? null : perBlock * launch.blocks;
  return {
    seconds: seconds?.value ?? null,
    low: seconds?.low ?? null,
    high: seconds?.high ?? null,
    bound: estimate.bound ?? null,
    fits: occupancy === undefined ? null : occupancy.doesNotFit === undefined,
    ...(occupancy?.doesNotFit !== undefined && { reason: occupancy.doesNotFit }),
    threadsPerBlock: kernel.threadsPerBlock ?? null,
    sharedBytes: kernel.sharedBytes ?? null,
    sharedLimitBytes: device.capability.limits.sharedPerBlock.value,
    registers: kernel.registers,
    neededRegisters,
    occupancy: occupancy?.share ?? null,
    limiters: occupancy?.limiters ?? [],
    blocks: launch?.blocks ?? null,
    waves: launch?.waves ?? null,
    flops: whole(estimate.flopsPerBlock),
    dramBytes: whole(estimate.dramBytesPerBlock),
    bounds: Object.fromEntries(estimate.bounds.map(({ name, seconds: bound }) => [name, bound])),
  };
}

function problemOf(
  { code, severity, message, place }: Problem,
  sourceOf: (span: TextSpan) => ReportSource,
): ReportProblem {
  const source = place?.kind === "text" ? sourceOf(place.span) : null;
  return { code, severity, message, source };
}

function placeOf(file: string, starts: readonly number[], { start, end }: TextSpan): ReportSource {
  const [line, endLine] = [lineAt(starts, start), lineAt(starts, end)];
  return {
    file,
    line,
    character: start - (starts[line] ?? 0),
    endLine,
    endCharacter: end - (starts[endLine] ?? 0),
  };
}

import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import type { Problem } from "../core/base/problem.js";
import { kernelDevices, type KernelDevices } from "../core/gpu/cuda-devices.js";
import type { KernelSheet } from "../core/gpu/kernel-sheet.js";
import { unknownTargetMessage } from "../core/targets/suggest-targets.js";
import type { Catalogue } from "../core/targets/target.js";
import { emptyReport } from "../core/views/empty-report.js";
import { kernelReport } from "../core/views/cuda/kernel-report.js";
import { analyseCuda, isCudaFile } from "../io/gpu/analyse-cuda.js";
import { workspaceTargets } from "../io/workspace-targets.js";
import { rootsOf } from "./design-job.js";
import type { JobResult } from "./job.js";
import { UsageError } from "./usage-error.js";
import type { AnalyzeRequest } from "./words.js";

/** True for kernels written by hand. */
export function isCudaJob({ file, op, entry }: AnalyzeRequest): boolean {
  return op === undefined && entry === undefined && file !== undefined && isCudaFile(file);
}

/** More is no source that a person wrote. */
const sourceLimit = 8 << 20;

export async function runCudaJob(
  catalogue: Catalogue,
  request: AnalyzeRequest,
): Promise<JobResult> {
  const { file = "" } = request;
  const status = statSync(file, { throwIfNoEntry: false });
  const complaint =
    status === undefined
      ? "there is no such file"
      : !status.isFile()
        ? "it is not a file"
        : status.size > sourceLimit
          ? `it has more than ${sourceLimit >> 20} MiB`
          : undefined;
  if (complaint !== undefined) {
    const message = `\`${path.basename(file)}\` cannot be read: ${complaint}.`;
    return {
      document: emptyReport(file, [{ code: "RP1000", severity: "error", message }]),
      isAnalysed: false,
    };
  }
  const chosen = chosenDevices(catalogue, request.targets, file);
  const absolute = path.resolve(file);
  const text = readFileSync(absolute, "utf8");
  const { includeFolders } = request.design;
  const sheet = await analyseCuda(
    {
      file: absolute,
      text,
      overlays: {},
      roots: rootsOf([absolute], includeFolders),
      includeFolders: includeFolders.map((name) => path.resolve(name)),
      sizes: sizesOf(request),
    },
    chosen.devices,
  );
  return resultOf(file, text, sheet, chosen);
}

/** What is asked for, else what the workspace has chosen; the GPUs of which the tables tell. */
export function chosenDevices(
  catalogue: Catalogue,
  targets: readonly string[],
  file: string,
): KernelDevices {
  const isGiven = targets.length > 0;
  const chosen = kernelDevices(catalogue, isGiven ? targets : workspaceTargets(file));
  const [first] = chosen.unknown;
  if (isGiven && first !== undefined) throw new UsageError(unknownTargetMessage(catalogue, first));
  return chosen;
}

/** `--dim` and `--param` say the same of a kernel. */
function sizesOf({ dims, design }: AnalyzeRequest): Readonly<Record<string, number>> {
  const parameters = Object.entries(design.parameters).flatMap(([name, value]) =>
    Number.isFinite(Number(value)) ? [[name, Number(value)] as const] : [],
  );
  return Object.fromEntries([...parameters, ...dims]);
}

export function resultOf(
  file: string,
  text: string,
  sheet: KernelSheet,
  { devices, unsuited }: KernelDevices,
): JobResult {
  const more: Problem[] = [];
  if (unsuited.length > 0)
    more.push({
      code: "RP5604",
      severity: "warning",
      message: `Kernels are estimated for NVIDIA GPUs; ${unsuited.join(", ")} ${unsuited.length === 1 ? "is" : "are"} none. Shown: ${devices.map(({ chip }) => chip.name).join(", ")}.`,
    });
  if (sheet.kernels.length === 0 && sheet.problems.length === 0)
    more.push({
      code: "RP5605",
      severity: "error",
      message: `\`${path.basename(file)}\` defines no kernel: no function is marked \`__global__\`, and none that a header defines is launched.`,
    });
  const document = kernelReport(file, text, { ...sheet, problems: [...more, ...sheet.problems] });
  return { document, isAnalysed: sheet.kernels.length > 0 };
}

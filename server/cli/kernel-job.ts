import { readFileSync } from "node:fs";
import path from "node:path";
import { neverCancelled } from "../core/base/cancel.js";
import type { Problem } from "../core/base/problem.js";
import type { KernelFile } from "../core/gpu/kernel-file.js";
import { kernelDevices, type KernelDevices } from "../core/gpu/kernel-devices.js";
import { analyseTriton } from "../core/gpu/triton/analyse-triton.js";
import { usesTriton } from "../core/gpu/triton/read/triton-file.js";
import { unknownTargetMessage } from "../core/targets/suggest-targets.js";
import type { Catalogue } from "../core/targets/target.js";
import { emptyReport } from "../core/views/empty-report.js";
import { kernelDocument } from "../core/views/kernels/kernel-report.js";
import { sourceAnchors } from "../core/views/source/source-syntax.js";
import { analyseCuda, isCudaFile } from "../io/gpu/analyse-cuda.js";
import { workspaceTargets } from "../io/workspace-targets.js";
import { complaintOf } from "./complaint.js";
import { rootsOf } from "./design-job.js";
import type { JobResult } from "./job.js";
import { UsageError } from "./usage-error.js";
import type { AnalyzeRequest } from "./words.js";

/** True for kernels in CUDA C++. */
export function isCudaJob({ file, op, entry }: AnalyzeRequest): boolean {
  return op === undefined && entry === undefined && file !== undefined && isCudaFile(file);
}

/** More is no source that a person wrote. */
const mostBytes = 8 << 20;

export async function runCudaJob(
  catalogue: Catalogue,
  request: AnalyzeRequest,
): Promise<JobResult> {
  const { file = "" } = request;
  const complaint = complaintOf(file, mostBytes);
  if (complaint !== undefined)
    return { document: emptyReport(file, [complaint]), isAnalysed: false };
  const chosen = chosenDevices(catalogue, request.targets, file);
  const absolute = path.resolve(file);
  const text = readFileSync(absolute, "utf8");
  const { includeFolders } = request.design;
  const found = await analyseCuda(
    {
      file: absolute,
      text,
      overlays: {},
      roots: rootsOf([absolute], includeFolders),
      includeFolders: includeFolders.map((name) => path.resolve(name)),
      sizes: Object.fromEntries(sizesOf(request)),
    },
    chosen.devices,
  );
  const problems = [...unsuitedProblems(chosen), ...found.problems];
  if (found.kernels.length === 0 && found.problems.length === 0)
    problems.unshift({
      code: "RP5605",
      severity: "error",
      message: `\`${path.basename(file)}\` defines no kernel: no function is marked \`__global__\`, and none that a header defines is launched.`,
    });
  const document = kernelDocument(file, text, { ...found, problems });
  return { document, isAnalysed: found.kernels.length > 0 };
}

export interface FoundKernels {
  readonly text: string;
  readonly kernels: KernelFile;
  /** The file defines no model: kernels are all that there is to report. */
  readonly isAlone: boolean;
}

/** Triton kernels of a Python file, read and never run; undefined where it has none. */
export function tritonKernelsOf(
  catalogue: Catalogue,
  request: AnalyzeRequest,
): FoundKernels | undefined {
  const { file, entry, texts, targets } = request;
  if (file === undefined || complaintOf(file, mostBytes) !== undefined) return undefined;
  const text = texts?.get(file) ?? readFileSync(file, "utf8");
  if (!usesTriton(text)) return undefined;
  const isAlone = entry === undefined && sourceAnchors(text).length === 0;
  const chosen = chosenDevices(catalogue, targets, file, isAlone);
  const found = analyseTriton(text, chosen.devices, neverCancelled, sizesOf(request));
  if (found.kernels.length === 0) return undefined;
  // Beside a model, what is no GPU has numbers of its own.
  const problems = [...(isAlone ? unsuitedProblems(chosen) : []), ...found.problems];
  return { text, kernels: { ...found, problems }, isAlone };
}

/** What is asked for, else what the workspace has chosen; the GPUs of which the tables tell. */
function chosenDevices(
  catalogue: Catalogue,
  targets: readonly string[],
  file: string,
  isStrict = true,
): KernelDevices {
  const isGiven = targets.length > 0;
  const chosen = kernelDevices(catalogue, isGiven ? targets : workspaceTargets(file));
  const [first] = chosen.unknown;
  if (isStrict && isGiven && first !== undefined)
    throw new UsageError(unknownTargetMessage(catalogue, first));
  return chosen;
}

/** `--dim` and `--param` say the same of a kernel. */
function sizesOf({ dims, design }: AnalyzeRequest): ReadonlyMap<string, number> {
  const parameters = Object.entries(design.parameters).flatMap(([name, value]) =>
    Number.isFinite(Number(value)) ? [[name, Number(value)] as const] : [],
  );
  return new Map([...parameters, ...dims]);
}

function unsuitedProblems({ devices, unsuited }: KernelDevices): readonly Problem[] {
  if (unsuited.length === 0) return [];
  const others = `${unsuited.join(", ")} ${unsuited.length === 1 ? "is" : "are"} none`;
  const shown = devices.map(({ chip }) => chip.name).join(", ");
  return [
    {
      code: "RP5604",
      severity: "warning",
      message: `Kernels are estimated for NVIDIA GPUs; ${others}. Shown: ${shown}.`,
    },
  ];
}

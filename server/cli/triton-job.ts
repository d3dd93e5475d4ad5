import { existsSync, readFileSync, statSync } from "node:fs";
import { neverCancelled } from "../core/base/cancel.js";
import { kernelDevices } from "../core/gpu/triton/kernel-devices.js";
import type { KernelFile } from "../core/gpu/triton/kernel-file.js";
import { analyseTriton } from "../core/gpu/triton/analyse-triton.js";
import { usesTriton } from "../core/gpu/triton/read/triton-file.js";
import type { Target } from "../core/targets/target.js";
import { sourceAnchors } from "../core/views/source/source-syntax.js";
import type { JobContext } from "./job.js";
import type { AnalyzeRequest } from "./words.js";

export interface FoundKernels {
  readonly text: string;
  readonly kernels: KernelFile;
  /** The file defines no model: kernels are all that there is to report. */
  readonly isAlone: boolean;
}

const mostBytes = 4 << 20;

/** Triton kernels of a Python file, read and never run; undefined where it has none. */
export function kernelsOfFile(
  { catalogue }: JobContext,
  { file, entry, dims, texts }: AnalyzeRequest,
  targets: readonly Target[],
): FoundKernels | undefined {
  if (file === undefined || !existsSync(file) || statSync(file).size > mostBytes) return undefined;
  const text = texts?.get(file) ?? readFileSync(file, "utf8");
  if (!usesTriton(text)) return undefined;
  const kernels = analyseTriton(text, kernelDevices(catalogue, targets), neverCancelled, dims);
  if (kernels.kernels.length === 0) return undefined;
  return { text, kernels, isAlone: entry === undefined && sourceAnchors(text).length === 0 };
}

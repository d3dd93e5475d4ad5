import { analyseKernels } from "../../core/gpu/cuda/analyse-kernels.js";
import { prepareCuda } from "../../core/gpu/cuda/prepare.js";
import type { GpuDevice } from "../../core/gpu/gpu-device.js";
import type { KernelFile } from "../../core/gpu/kernel-file.js";
import { cppParser } from "../cpp-parser.js";
import { withHeaders } from "../design/cpp-headers.js";

/** What is asked of a file of CUDA C++; plain data, for it goes to a worker. */
export interface CudaRequest {
  /** Absolute. */
  readonly file: string;
  readonly text: string;
  /** Unsaved texts that stand in for files, by absolute path. */
  readonly overlays: Readonly<Record<string, string>>;
  /** Folders that may be read; absolute. */
  readonly roots: readonly string[];
  readonly includeFolders: readonly string[];
  /** What the caller has given to names. */
  readonly sizes: Readonly<Record<string, number>>;
}

export function isCudaFile(file: string): boolean {
  return /\.cuh?$/i.test(file);
}

export async function analyseCuda(
  request: CudaRequest,
  devices: readonly GpuDevice[],
): Promise<KernelFile> {
  const source = withHeaders(request, request);
  const prepared = prepareCuda(source.text);
  const parser = await cppParser();
  const parsed = parser.parse(prepared.text);
  const file = { ...parsed, text: source.text + prepared.macros, ownLength: source.ownLength };
  return analyseKernels(file, devices, new Map(Object.entries(request.sizes)));
}

import type { CppFile } from "../../hls/cpp-tree.js";
import { estimateKernel } from "../estimate.js";
import type { GpuDevice } from "../gpu-device.js";
import type { KernelProblem, KernelSheet, SheetKernel } from "../kernel-sheet.js";
import { checkKernel } from "../rules/check.js";
import { readKernels } from "./read-kernels.js";

/** Every kernel of a file of CUDA C++ on each device, with what rules say of it on the first. */
export function cudaSheet(
  file: CppFile,
  devices: readonly GpuDevice[],
  sizes: ReadonlyMap<string, number> = new Map(),
): KernelSheet {
  const { value: read, problems } = readKernels(file, sizes);
  const found: KernelProblem[] = [...problems];
  const kernels = read.map((one): SheetKernel => {
    const { kernel, variant, launch, launchCount } = one;
    const estimates = devices.map((device) => estimateKernel(kernel, device));
    const [main] = estimates;
    if (main !== undefined)
      found.push(...checkKernel({ read: one, estimate: main, text: file.text }));
    const { name, place, span } = kernel;
    return { name, variant, place, span, launch, launchCount, estimates };
  });
  return { language: "cuda", kernels, problems: found };
}

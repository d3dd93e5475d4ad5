import type { CppFile } from "../../hls/cpp-tree.js";
import { estimateKernel } from "../estimate.js";
import type { GpuDevice } from "../gpu-device.js";
import {
  fastestOf,
  type KernelFile,
  type KernelProblem,
  type KernelResult,
} from "../kernel-file.js";
import { checkKernel } from "../rules/check.js";
import { readKernels } from "./read-kernels.js";

/** Every kernel of a file of CUDA C++ on each device, with what rules say of it on the first. */
export function analyseKernels(
  file: CppFile,
  devices: readonly GpuDevice[],
  sizes: ReadonlyMap<string, number> = new Map(),
): KernelFile {
  const { value: read, problems } = readKernels(file, sizes);
  const found: KernelProblem[] = [...problems];
  const kernels = read.map((one): KernelResult => {
    const { kernel, variant, launch, launchCount } = one;
    const estimates = devices.map((device) => estimateKernel(kernel, device));
    const [main] = estimates;
    if (main !== undefined)
      found.push(...checkKernel({ read: one, estimate: main, text: file.text }));
    const { name, place, span } = kernel;
    return {
      ...{ name, variant, place, span, launch, launchCount },
      parameters: [],
      configs: [{ span: undefined, text: "" }],
      devices: estimates.map((estimate) => {
        const only = [{ estimate, sharedParts: [] }];
        return { device: estimate.device, estimates: only, best: fastestOf(only) };
      }),
    };
  });
  return { language: "cuda", kernels, problems: found };
}

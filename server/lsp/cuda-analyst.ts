import { kernelDevices } from "../core/gpu/cuda-devices.js";
import type { KernelSheet } from "../core/gpu/kernel-sheet.js";
import { anyNetwork } from "../core/targets/default-targets.js";
import { analyseCuda } from "../io/gpu/analyse-cuda.js";
import type { Catalogues } from "./catalogues.js";
import type { CudaQuestion } from "./worker-api.js";

/** More than two texts are not typed in at once. */
const mostKept = 4;

/** Kernels written by hand, in the worker: the last answers are kept, since hints, lenses and hovers ask alike. */
export class CudaAnalyst {
  readonly #catalogues: Catalogues;
  readonly #kept = new Map<string, Promise<KernelSheet>>();

  constructor(catalogues: Catalogues) {
    this.#catalogues = catalogues;
  }

  sheet(question: CudaQuestion): Promise<KernelSheet> {
    const key = JSON.stringify(question);
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const sheet = this.#analyse(question);
    this.#kept.set(key, sheet);
    for (const old of this.#kept.keys()) {
      if (this.#kept.size <= mostKept) break;
      this.#kept.delete(old);
    }
    // What went wrong is asked anew.
    sheet.catch(() => this.#kept.delete(key));
    return sheet;
  }

  async #analyse({ request, choice }: CudaQuestion): Promise<KernelSheet> {
    const { catalogue } = await this.#catalogues.choose(choice, anyNetwork);
    return analyseCuda(request, kernelDevices(catalogue, choice.targetIds).devices);
  }
}

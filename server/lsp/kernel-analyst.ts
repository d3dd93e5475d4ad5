import type { Cancel } from "../core/base/cancel.js";
import { kernelDevices } from "../core/gpu/kernel-devices.js";
import type { KernelFile } from "../core/gpu/kernel-file.js";
import { analyseTriton } from "../core/gpu/triton/analyse-triton.js";
import { anyNetwork } from "../core/targets/default-targets.js";
import { analyseCuda } from "../io/gpu/analyse-cuda.js";
import type { Catalogues } from "./catalogues.js";
import type { KernelQuestion } from "./worker-api.js";

/** More than two texts are not typed in at once. */
const mostKept = 4;

/** Kernels written by hand, in the worker: the last answers are kept, since hints, lenses and hovers ask alike. */
export class KernelAnalyst {
  readonly #catalogues: Catalogues;
  readonly #cancel: Cancel;
  readonly #kept = new Map<string, Promise<KernelFile>>();

  constructor(catalogues: Catalogues, cancel: Cancel) {
    this.#catalogues = catalogues;
    this.#cancel = cancel;
  }

  file(question: KernelQuestion): Promise<KernelFile> {
    const key = JSON.stringify(question);
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const file = this.#analyse(question);
    this.#kept.set(key, file);
    for (const old of this.#kept.keys()) {
      if (this.#kept.size <= mostKept) break;
      this.#kept.delete(old);
    }
    // What went wrong is asked anew.
    file.catch(() => this.#kept.delete(key));
    return file;
  }

  async #analyse({ language, request, choice }: KernelQuestion): Promise<KernelFile> {
    const { catalogue } = await this.#catalogues.choose(choice, anyNetwork);
    const { devices } = kernelDevices(catalogue, choice.targetIds);
    return language === "cuda"
      ? analyseCuda(request, devices)
      : analyseTriton(request.text, devices, this.#cancel);
  }
}

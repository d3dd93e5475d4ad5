import type { Cancel } from "../core/base/cancel.js";
import { analyseTriton } from "../core/gpu/triton/analyse-triton.js";
import { kernelDevices } from "../core/gpu/triton/kernel-devices.js";
import { anyNetwork } from "../core/targets/default-targets.js";
import { kernelViews, type KernelViews } from "../core/views/triton/triton-views.js";
import type { Catalogues } from "./catalogues.js";
import type { TargetChoice } from "./worker-api.js";

/** Hints, lenses, problems and hovers ask of the same text one after the other. */
const mostKept = 4;

/** Triton kernels, in the worker. */
export class TritonAnalyst {
  readonly #catalogues: Catalogues;
  readonly #cancel: Cancel;
  readonly #kept = new Map<string, KernelViews>();

  constructor(catalogues: Catalogues, cancel: Cancel) {
    this.#catalogues = catalogues;
    this.#cancel = cancel;
  }

  async views(text: string, choice: TargetChoice): Promise<KernelViews> {
    const key = JSON.stringify([text, choice.targetIds, choice.chipFolders]);
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const { catalogue, targets } = await this.#catalogues.choose(choice, anyNetwork);
    const file = analyseTriton(text, kernelDevices(catalogue, targets), this.#cancel);
    const views = kernelViews(text, file);
    this.#kept.set(key, views);
    for (const old of this.#kept.keys()) {
      if (this.#kept.size <= mostKept) break;
      this.#kept.delete(old);
    }
    return views;
  }
}

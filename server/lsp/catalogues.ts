import type { Problem } from "../core/base/problem.js";
import { defaultTargets, type ModelUse } from "../core/targets/default-targets.js";
import { unknownTargetMessage } from "../core/targets/suggest-targets.js";
import type { Catalogue, Target } from "../core/targets/target.js";
import { loadCatalogue, withAccelerators } from "../io/catalogue-files.js";
import type { TargetChoice } from "./worker-api.js";

export interface Chosen {
  readonly catalogue: Catalogue;
  readonly targets: readonly Target[];
  readonly problems: readonly Problem[];
}

/** Catalogues by the folders they were read from, and what a choice of ids means in them. */
export class Catalogues {
  readonly #dataFolder: string;
  readonly #loaded = new Map<string, ReturnType<typeof loadCatalogue>>();
  readonly #chosen = new Map<string, Chosen>();
  #extended:
    | { readonly key: string; readonly devices: Catalogue; readonly catalogue: Catalogue }
    | undefined;

  constructor(dataFolder: string) {
    this.#dataFolder = dataFolder;
  }

  /** `use` decides where nothing is chosen. */
  async choose(
    { targetIds, chipFolders, accelerators }: TargetChoice,
    use: ModelUse,
  ): Promise<Chosen> {
    const key = JSON.stringify([use, targetIds, chipFolders, accelerators]);
    const known = this.#chosen.get(key);
    if (known !== undefined) return known;
    const { value: devices, problems } = await this.#load(chipFolders);
    const catalogue = this.#withAccelerators(devices, accelerators);
    const found: Target[] = [];
    const complaints: Problem[] = [...problems];
    for (const id of new Set(targetIds)) {
      const target = catalogue.find(id);
      if (target !== undefined) found.push(target);
      else
        complaints.push({
          code: "RP2010",
          severity: "warning",
          message: unknownTargetMessage(catalogue, id),
        });
    }
    // Names that lead nowhere must not leave the user without any number.
    const targets = found.length > 0 ? found : defaultTargets(catalogue, use);
    const chosen = { catalogue, targets, problems: complaints };
    this.#chosen.set(key, chosen);
    return chosen;
  }

  /** What is wrong with an architecture file shows in the file itself, not on every model. */
  #withAccelerators(devices: Catalogue, accelerators: TargetChoice["accelerators"]): Catalogue {
    const key = JSON.stringify(accelerators);
    if (this.#extended?.key === key && this.#extended.devices === devices)
      return this.#extended.catalogue;
    // An older catalogue is of no use any more: files are edited again and again.
    if (this.#extended !== undefined && this.#extended.key !== key) this.#chosen.clear();
    const files = accelerators.map(({ file }) => file);
    const catalogue = withAccelerators(devices, files, () => undefined);
    this.#extended = { key, devices, catalogue };
    return catalogue;
  }

  #load(chipFolders: readonly string[]): ReturnType<typeof loadCatalogue> {
    const key = JSON.stringify(chipFolders);
    let loaded = this.#loaded.get(key);
    if (loaded === undefined) {
      loaded = loadCatalogue({ dataFolder: this.#dataFolder, chipFolders });
      this.#loaded.set(key, loaded);
    }
    return loaded;
  }
}

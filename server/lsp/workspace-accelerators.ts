import { setTimeout as sleep } from "node:timers/promises";
import { findAccelerators, isAccelerator, type FoundAccelerator } from "../io/find-accelerators.js";

/**
 * The accelerators that files of the workspace describe. An answer that needs none of them does not wait until thousands
 * of RTL files have been looked through: it goes without, and `onLate` tells when there are accelerators after all.
 */
export class WorkspaceAccelerators {
  readonly #folders: () => readonly string[];
  readonly #onLate: () => void;
  readonly #patience: number;
  #search: Search | undefined;

  constructor(folders: () => readonly string[], onLate: () => void, patience = 250) {
    this.#folders = folders;
    this.#onLate = onLate;
    this.#patience = patience;
  }

  all(): Promise<readonly FoundAccelerator[]> {
    return (this.#search ??= this.#start()).end;
  }

  /** What is found within a moment: all, or nothing. */
  async soon(): Promise<readonly FoundAccelerator[]> {
    const search = (this.#search ??= this.#start());
    const found = search.found ?? (this.#patience > 0 ? await this.#patientEnd(search) : undefined);
    if (found === undefined) search.isMissed = true;
    return found ?? [];
  }

  #patientEnd({ end }: Search): Promise<readonly FoundAccelerator[] | undefined> {
    return Promise.race([end, sleep(this.#patience, undefined)]);
  }

  /** Something in the folders has changed: the next question looks anew. */
  forget(): void {
    this.#search = undefined;
  }

  /** Whether one of the files describes an accelerator, or did. */
  async includesAny(files: readonly string[]): Promise<boolean> {
    const known = new Set((this.#search?.found ?? []).map(({ file }) => file));
    for (const file of files) if (known.has(file) || (await isAccelerator(file))) return true;
    return false;
  }

  #start(): Search {
    const search: Search = { end: findAccelerators(this.#folders()), isMissed: false };
    void search.end.then((found) => {
      search.found = found;
      if (search.isMissed && found.length > 0 && this.#search === search) this.#onLate();
    });
    return search;
  }
}

interface Search {
  readonly end: Promise<readonly FoundAccelerator[]>;
  found?: readonly FoundAccelerator[];
  /** Somebody was answered without. */
  isMissed: boolean;
}

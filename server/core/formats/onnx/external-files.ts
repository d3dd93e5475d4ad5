import type { ByteSource, Neighbourhood } from "../../base/byte-source.js";

/**
 * Files beside the model that hold its weights, looked up once each. They are opened only for the contents of small
 * tensors.
 */
export class ExternalFiles {
  readonly #neighbourhood: Neighbourhood;
  readonly #found = new Map<string, ReturnType<Neighbourhood["find"]>>();
  readonly #opened = new Map<string, ByteSource | undefined>();

  constructor(neighbourhood: Neighbourhood) {
    this.#neighbourhood = neighbourhood;
  }

  find(path: string): ReturnType<Neighbourhood["find"]> {
    let found = this.#found.get(path);
    if (found === undefined) {
      found = this.#neighbourhood.find(path);
      this.#found.set(path, found);
    }
    return found;
  }

  /** Only for a path that `find` answered with `file`. */
  read(path: string, offset: number, length: number): Uint8Array | undefined {
    if (!this.#opened.has(path)) this.#opened.set(path, this.#neighbourhood.open(path));
    const bytes = this.#opened.get(path)?.read(offset, length);
    return bytes?.length === length ? bytes : undefined;
  }
}

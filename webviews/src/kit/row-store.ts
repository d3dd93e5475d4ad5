/**
 * Rows of a long list, held as pages around what is on screen. At most two pages are asked for at a time and the ones on
 * screen first, so dragging the scroll bar through 50,000 rows asks for what it stops at and little else.
 */
export class RowStore<Row> {
  readonly #options: RowStoreOptions<Row>;
  readonly #pages = new Map<number, readonly Row[]>();
  readonly #asked = new Set<number>();
  #generation = 0;
  #count = 0;
  #wanted: readonly number[] = [];

  constructor(options: RowStoreOptions<Row>) {
    this.#options = options;
  }

  get count(): number {
    return this.#count;
  }

  /** Starts over with another list, of which some rows are here already. */
  replace(count: number, start: number, rows: readonly Row[]): void {
    this.#generation += 1;
    this.#pages.clear();
    this.#asked.clear();
    this.#wanted = [];
    this.#count = count;
    for (
      let at = Math.ceil(start / pageSize) * pageSize;
      at < start + rows.length;
      at += pageSize
    ) {
      const page = rows.slice(at - start, at - start + pageSize);
      if (page.length === Math.min(pageSize, count - at)) this.#pages.set(at / pageSize, page);
    }
  }

  row(index: number): Row | undefined {
    return this.#pages.get(Math.floor(index / pageSize))?.[index % pageSize];
  }

  /** Says what is on screen; what is missing of it is fetched. */
  want(start: number, end: number): void {
    const first = Math.floor(start / pageSize);
    const last = Math.floor(Math.max(start, end - 1) / pageSize);
    const pages: number[] = [];
    for (let page = first; page <= last; page++) pages.push(page);
    this.#wanted = pages;
    this.#pump();
  }

  #pump(): void {
    for (const page of this.#wanted) {
      if (this.#asked.size >= concurrentPages) return;
      if (this.#pages.has(page) || this.#asked.has(page) || page * pageSize >= this.#count)
        continue;
      this.#fetch(page);
    }
  }

  #fetch(page: number): void {
    const generation = this.#generation;
    this.#asked.add(page);
    const start = page * pageSize;
    this.#options
      .fetch(start, Math.min(this.#count, start + pageSize))
      .then((rows) => {
        if (generation !== this.#generation) return;
        this.#asked.delete(page);
        if (rows === undefined) return;
        this.#pages.set(page, rows);
        this.#evict(page);
        this.#options.onRows();
        this.#pump();
      })
      .catch((error: unknown) => {
        if (generation !== this.#generation) return;
        this.#asked.delete(page);
        this.#options.onError(error);
      });
  }

  #evict(page: number): void {
    if (this.#pages.size <= keptPages) return;
    const farthest = [...this.#pages.keys()].sort(
      (a, b) => Math.abs(b - page) - Math.abs(a - page),
    )[0];
    if (farthest !== undefined) this.#pages.delete(farthest);
  }
}

export const pageSize = 100;
const concurrentPages = 2;
const keptPages = 60;

export interface RowStoreOptions<Row> {
  /** Rows of a half-open range; `undefined` when the list has changed meanwhile. */
  readonly fetch: (start: number, end: number) => Promise<readonly Row[] | undefined>;
  readonly onRows: () => void;
  readonly onError: (error: unknown) => void;
}

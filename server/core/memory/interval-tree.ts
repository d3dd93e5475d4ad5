/**
 * Intervals of steps, asked for all that overlap one. A segment tree: an interval is listed at the O(log n) tree
 * nodes that cover it exactly, and a question walks the part of the tree above and below its own range, leaving out
 * empty subtrees.
 */
export class IntervalTree {
  readonly #leafCount: number;
  readonly #listed: (number[] | undefined)[];
  /** Number of listings in the subtree, so that empty ones are not walked. */
  readonly #counts: Int32Array;
  /** Question in which an item was last answered, so that it is answered once. */
  readonly #answeredIn: number[] = [];
  #question = 0;

  constructor(stepCount: number) {
    let leafCount = 1;
    while (leafCount < stepCount) leafCount *= 2;
    this.#leafCount = leafCount;
    this.#listed = new Array<number[] | undefined>(leafCount * 2);
    this.#counts = new Int32Array(leafCount * 2);
  }

  /** Adds [first, last], both inclusive, under the name `item`. */
  add(first: number, last: number, item: number): void {
    let low = first + this.#leafCount;
    let high = last + this.#leafCount + 1;
    for (; low < high; low >>= 1, high >>= 1) {
      if (low & 1) this.#list(low++, item);
      if (high & 1) this.#list(--high, item);
    }
  }

  /** Items whose interval shares a step with [first, last], each once, and how many tree nodes were walked. */
  overlapping(first: number, last: number): { readonly found: number[]; readonly visited: number } {
    this.#question += 1;
    const found: number[] = [];
    let visited = 0;
    const walk = (treeNode: number, low: number, high: number): void => {
      if (high < first || last < low || this.#counts[treeNode] === 0) return;
      visited += 1;
      for (const item of this.#listed[treeNode] ?? []) {
        if (this.#answeredIn[item] === this.#question) continue;
        this.#answeredIn[item] = this.#question;
        found.push(item);
      }
      if (low === high) return;
      const middle = (low + high) >> 1;
      walk(treeNode * 2, low, middle);
      walk(treeNode * 2 + 1, middle + 1, high);
    };
    walk(1, 0, this.#leafCount - 1);
    return { found, visited };
  }

  #list(treeNode: number, item: number): void {
    (this.#listed[treeNode] ??= []).push(item);
    for (let node = treeNode; node >= 1; node >>= 1)
      this.#counts[node] = (this.#counts[node] ?? 0) + 1;
  }
}

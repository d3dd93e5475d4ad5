/**
 * Intervals of steps, asked for all that overlap one. A segment tree: an interval is listed at the O(log n) tree
 * nodes that cover it exactly, and a question walks the part of the tree above and below its own range, leaving out
 * empty subtrees. Lists are chained through flat arrays, so that 50,000 intervals make no objects.
 */
export class IntervalTree {
  readonly #leafCount: number;
  /** First listing of a tree node, and for each listing its item and the next; 0 ends a chain. */
  readonly #head: Int32Array;
  #item = new Int32Array(1024);
  #next = new Int32Array(1024);
  #listingCount = 1;
  /** Number of listings in the subtree, so that empty ones are not walked. */
  readonly #counts: Int32Array;
  /** Question in which an item was last answered, so that it is answered once. */
  readonly #answeredIn: Int32Array;
  #question = 0;
  readonly #pending: number[] = [];

  constructor(stepCount: number, itemCount: number) {
    let leafCount = 1;
    while (leafCount < stepCount) leafCount *= 2;
    this.#leafCount = leafCount;
    this.#head = new Int32Array(leafCount * 2);
    this.#counts = new Int32Array(leafCount * 2);
    this.#answeredIn = new Int32Array(itemCount);
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

  /** Puts the items whose interval shares a step with [first, last] into `found`; answers the effort it took. */
  collect(first: number, last: number, found: number[]): number {
    this.#question += 1;
    let effort = 0;
    // Above the range: the ancestors of its ends. Below: the subtrees that lie within it.
    const low = first + this.#leafCount;
    const high = last + this.#leafCount;
    for (let node = low >> 1; node >= 1; node >>= 1) effort += this.#answer(node, found);
    for (let node = high >> 1; node >= 1; node >>= 1) effort += this.#answer(node, found);
    for (let left = low, right = high + 1; left < right; left >>= 1, right >>= 1) {
      if (left & 1) effort += this.#answerSubtree(left++, found);
      if (right & 1) effort += this.#answerSubtree(--right, found);
    }
    return effort;
  }

  #answerSubtree(root: number, found: number[]): number {
    let effort = 0;
    this.#pending.push(root);
    for (let node = this.#pending.pop(); node !== undefined; node = this.#pending.pop()) {
      if (this.#counts[node] === 0) continue;
      effort += this.#answer(node, found);
      if (node < this.#leafCount) this.#pending.push(node * 2, node * 2 + 1);
    }
    return effort;
  }

  #answer(node: number, found: number[]): number {
    let effort = 1;
    for (let at = this.#head[node] ?? 0; at !== 0; at = this.#next[at] ?? 0) {
      effort += 1;
      const item = this.#item[at] ?? 0;
      if (this.#answeredIn[item] === this.#question) continue;
      this.#answeredIn[item] = this.#question;
      found.push(item);
    }
    return effort;
  }

  #list(treeNode: number, item: number): void {
    const at = this.#listingCount++;
    if (at === this.#item.length) {
      this.#item = doubled(this.#item);
      this.#next = doubled(this.#next);
    }
    this.#item[at] = item;
    this.#next[at] = this.#head[treeNode] ?? 0;
    this.#head[treeNode] = at;
    for (let node = treeNode; node >= 1; node >>= 1)
      this.#counts[node] = (this.#counts[node] ?? 0) + 1;
  }
}

function doubled(numbers: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(numbers.length * 2);
  larger.set(numbers);
  return larger;
}

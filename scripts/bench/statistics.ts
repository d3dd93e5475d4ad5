/** What several benchmarks say of numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

/** Spearman's rank correlation, ties sharing their mean rank. */
export function rank(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranks(a), ranks(b)];
  const middle = (a.length - 1) / 2;
  let [cross, left, right] = [0, 0, 0];
  x.forEach((value, index) => {
    const other = y[index] ?? 0;
    cross += (value - middle) * (other - middle);
    left += (value - middle) ** 2;
    right += (other - middle) ** 2;
  });
  return left * right === 0 ? 0 : cross / Math.sqrt(left * right);
}

function ranks(values: readonly number[]): readonly number[] {
  const order = values.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
  const result = new Array<number>(values.length).fill(0);
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to < order.length && order[to]?.value === order[from]?.value) to += 1;
    for (let at = from; at < to; at += 1) result[order[at]?.index ?? 0] = (from + to - 1) / 2;
    from = to;
  }
  return result;
}

/** Rows of features, one array each; all of one length. */
export type Rows = readonly Float64Array[];

/** Solves A x = b for a symmetric positive definite A by Cholesky's factors; A is overwritten. */
export function solvePositive(a: Float64Array[], b: Float64Array): Float64Array {
  const n = b.length;
  for (let i = 0; i < n; i++) {
    const row = a[i] ?? new Float64Array(n);
    for (let j = 0; j <= i; j++) {
      const other = a[j] ?? row;
      let sum = row[j] ?? 0;
      for (let k = 0; k < j; k++) sum -= (row[k] ?? 0) * (other[k] ?? 0);
      row[j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / (other[j] ?? 1);
    }
  }
  const x = Float64Array.from(b);
  for (let i = 0; i < n; i++) {
    let sum = x[i] ?? 0;
    for (let k = 0; k < i; k++) sum -= (a[i]?.[k] ?? 0) * (x[k] ?? 0);
    x[i] = sum / (a[i]?.[i] ?? 1);
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = x[i] ?? 0;
    for (let k = i + 1; k < n; k++) sum -= (a[k]?.[i] ?? 0) * (x[k] ?? 0);
    x[i] = sum / (a[i]?.[i] ?? 1);
  }
  return x;
}

/** A repeatable source of numbers in [0, 1): a fit gives the same file each time (mulberry32). */
export function randomSource(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** To the digits that matter in a file. */
export function rounded(value: number, digits = 5): number {
  return Number(value.toPrecision(digits));
}

/**
 * Multiplies each row's groups by a normalized Hadamard matrix, in place (fast Walsh-Hadamard transform). The matrix is
 * orthonormal: what is quantized after it has the same square error before it (QuaRot, arXiv 2404.00456, section 3).
 */
export function rotateRows(x: Float32Array, columns: number): void {
  const size = rotationSize(columns);
  if (size < 2) return;
  const norm = 1 / Math.sqrt(size);
  for (let start = 0; start + size <= x.length; start += size) {
    for (let half = 1; half < size; half *= 2)
      for (let first = start; first < start + size; first += 2 * half)
        for (let index = first; index < first + half; index++) {
          const left = x[index] ?? 0;
          const right = x[index + half] ?? 0;
          x[index] = left + right;
          x[index + half] = left - right;
        }
    for (let index = start; index < start + size; index++) x[index] = (x[index] ?? 0) * norm;
  }
}

/** The largest power of two up to 128 that divides the row. */
export function rotationSize(columns: number): number {
  let size = 1;
  while (size < 128 && columns % (2 * size) === 0) size *= 2;
  return size;
}

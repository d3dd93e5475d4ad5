/** Blocks of 18 kbit that a memory of words × bits takes: 36 bits wide at up to 512 words, 18 at 1,024 … (UG573). */
export function bram18Of(words: number, bits: number): number {
  const shapes = [
    [512, 36],
    [1024, 18],
    [2048, 9],
    [4096, 4],
    [8192, 2],
    [16384, 1],
  ] as const;
  return Math.min(
    ...shapes.map(([deep, wide]) => Math.ceil(words / deep) * Math.ceil(bits / wide)),
  );
}

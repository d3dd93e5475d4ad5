/**
 * Shift-and-add forms of what integer-only pipelines lack (Li and Gu, I-ViT, arXiv 2207.01405, sections 3.2 to 3.4), in real
 * numbers: what they err by beside the rounding of their inputs.
 */
export function shiftExp(x: number): number {
  // log2(e) = 1.4427 as 1 + 1/2 − 1/16, then 2^(q + r) with 2^r as 1 + r/2 for r in (−1, 0].
  const power = x + x / 2 - x / 16;
  const whole = Math.ceil(power);
  return (1 + (power - whole) / 2) * 2 ** whole;
}

export function shiftmax(x: readonly number[]): readonly number[] {
  const most = Math.max(...x);
  const powers = x.map((value) => shiftExp(value - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** x · σ(1.702 x), with 1.702 as 1 + 1/2 + 1/8 + 1/16. */
export function shiftGelu(x: number): number {
  const scaled = x + x / 2 + x / 8 + x / 16;
  const most = Math.max(0, scaled);
  const power = shiftExp(scaled - most);
  return (x * power) / (power + shiftExp(-most));
}

/** Decibels that an operator's shift-based form keeps on normally distributed values; undefined where it has none, or no error. */
export function shiftFormDb(op: string): number | undefined {
  switch (op) {
    case "Softmax": {
      const rows = Array.from({ length: 16 }, (_, row) =>
        Array.from({ length: 64 }, (__, column) => normalQuantile(row * 64 + column)),
      );
      return sqnr(rows.flatMap(softmax), rows.flatMap(shiftmax));
    }
    case "Gelu":
    case "Erf": {
      const x = Array.from({ length: 1024 }, (_, index) => normalQuantile(index));
      return sqnr(x.map(gelu), x.map(shiftGelu));
    }
    default:
      return undefined;
  }
}

function sqnr(exact: readonly number[], found: readonly number[]): number {
  let signal = 0;
  let noise = 0;
  for (const [index, value] of exact.entries()) {
    signal += value * value;
    noise += (value - (found[index] ?? 0)) ** 2;
  }
  return 10 * Math.log10(signal / noise);
}

function softmax(x: readonly number[]): readonly number[] {
  const powers = x.map((value) => Math.exp(value));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** Its form with tanh (Hendrycks and Gimpel, arXiv 1606.08415), within 0.001 of the one with erf. */
function gelu(x: number): number {
  return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

/** Normal numbers at even levels, in an order without pattern (golden-ratio steps). */
function normalQuantile(index: number): number {
  const level = ((index + 0.5) * 0.6180339887498949) % 1;
  // Winitzki's inverse of erf, within 0.002.
  const y = 2 * level - 1;
  const log = Math.log(1 - y * y);
  const a = 0.147;
  const head = 2 / (Math.PI * a) + log / 2;
  return Math.SQRT2 * Math.sign(y) * Math.sqrt(Math.sqrt(head * head - log / a) - head);
}

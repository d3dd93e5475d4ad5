/**
 * Posits (Posit Standard 2022; Gustafson & Yonemoto 2017): sign, a run-length coded regime, exponent, fraction. Codes
 * are two's complement numbers in [−2^(n−1) + 1, 2^(n−1) − 1]; the code −2^(n−1) is NaR and has no value here.
 */
export function positValue(code: number, bits: number, exponentSize: number): number {
  if (code === 0) return 0;
  if (code < 0) return -positValue(-code, bits, exponentSize);
  const width = bits - 1;
  const bitAt = (index: number): number =>
    index < width ? Math.floor(code / 2 ** (width - 1 - index)) % 2 : 0;
  const first = bitAt(0);
  let run = 1;
  while (run < width && bitAt(run) === first) run += 1;
  const regime = first === 1 ? run - 1 : -run;
  let at = run + 1;
  let exponent = 0;
  for (let index = 0; index < exponentSize; index++) exponent = exponent * 2 + bitAt(at++);
  let fraction = 1;
  for (let weight = 0.5; at < width; weight /= 2) fraction += bitAt(at++) * weight;
  return 2 ** (regime * 2 ** exponentSize + exponent) * fraction;
}

/**
 * Where rounding goes from `code` to `code + 1`. Posits round by their bit strings: the boundary is the posit of one
 * bit more that lies between the two. Nothing but zero rounds to zero (section 4.1).
 */
export function positThreshold(code: number, bits: number, exponentSize: number): number {
  if (code === 0 || code === -1) return 0;
  return positValue(2 * code + 1, bits + 1, exponentSize);
}

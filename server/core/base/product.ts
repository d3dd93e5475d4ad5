/** Of no numbers 1. */
export function productOf(numbers: readonly number[]): number {
  let result = 1;
  for (const factor of numbers) result *= factor;
  return result;
}

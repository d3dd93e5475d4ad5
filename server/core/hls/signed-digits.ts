/** Digits of the shortest sum of powers of two (canonical signed digits: Reitwiesner 1960), two of which are one adder. */
export function signedDigits(value: number): number {
  let rest = Math.abs(value);
  let digits = 0;
  while (rest > 0) {
    if (rest % 2 === 1) {
      digits += 1;
      rest += rest % 4 === 3 ? 1 : -1;
    }
    rest /= 2;
  }
  return digits;
}

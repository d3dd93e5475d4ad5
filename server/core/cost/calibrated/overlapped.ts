/** About the slower of two that run side by side. */
export function overlapped(power: number, kernels: number, launches: number): number {
  const slower = Math.max(kernels, launches);
  if (slower <= 0) return 0;
  return slower * ((kernels / slower) ** power + (launches / slower) ** power) ** (1 / power);
}

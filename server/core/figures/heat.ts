/** From almost white to a red that dark text stays readable on; `heat` from 0 to 1. */
export function heatFill(heat: number): string {
  const at = Math.max(0, Math.min(1, heat));
  const stops = [
    [251, 249, 246],
    [253, 210, 140],
    [240, 120, 95],
  ];
  const [from = [], to = []] = at < 0.5 ? [stops[0], stops[1]] : [stops[1], stops[2]];
  const share = at < 0.5 ? at * 2 : at * 2 - 1;
  return `rgb(${from.map((value, index) => Math.round(value + ((to[index] ?? 0) - value) * share)).join(",")})`;
}

import type { Design, MeasuredDesign } from "../../design/design.js";
import { formatNumber, formatShare } from "../../base/units.js";

const pathLimit = 5;

/** What another tool says beside counts, a sentence a line: speeds with the ratio to ours, its cells, its longest paths. */
export function measuredLines(
  report: MeasuredDesign,
  { fmaxHertz: ours, latencyCycles }: Pick<Design, "fmaxHertz" | "latencyCycles">,
): readonly string[] {
  const { tool, standing, fmaxHertz, clocks = [], paths = [], cells = [] } = report;
  const ratio =
    ours === undefined || fmaxHertz === undefined || fmaxHertz === 0
      ? ""
      : ` (ours ${formatNumber(ours.value / fmaxHertz, 2)}×)`;
  const speed =
    fmaxHertz === undefined ? [] : [`${tool}: Fmax ${megahertz(fmaxHertz)}${ratio}, measured`];
  const latency =
    report.latencyCycles === undefined
      ? []
      : [
          `${tool}: latency ${report.latencyCycles.toLocaleString("en-US")} cycles${
            latencyCycles === undefined || report.latencyCycles === 0
              ? ""
              : ` (ours ${formatNumber(latencyCycles.value / report.latencyCycles, 2)}×)`
          }, reported`,
        ];
  const each =
    clocks.length < 2
      ? []
      : [`clocks: ${clocks.map(({ name, hertz }) => `${name} ${megahertz(hertz)}`).join(", ")}`];
  const used = cells.filter((cell) => cell.used > 0);
  const filled = used
    .map(({ name, used: count, available }) => {
      const share = formatShare(count / available);
      return `${name} ${count.toLocaleString("en-US")} of ${available.toLocaleString("en-US")} (${share})`;
    })
    .join(", ");
  return [
    ...(standing === undefined ? [] : [`${tool}: ${standing}`]),
    ...speed,
    ...latency,
    ...each,
    ...(used.length === 0 ? [] : [`cells: ${filled}`]),
    ...paths
      .slice(0, pathLimit)
      .map(
        ({ start, end, nanoseconds, levels }) =>
          `path ${start} → ${end}: ${formatNumber(nanoseconds, 3)} ns, ${levels} ${levels === 1 ? "level" : "levels"}`,
      ),
  ];
}

function megahertz(hertz: number): string {
  return `${formatNumber(hertz / 1e6, 3)} MHz`;
}

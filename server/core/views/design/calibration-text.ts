import type { CalibratedValue, CalibratingReport, Design } from "../../design/design.js";
import { formatNumber } from "../../base/units.js";
import { resourceLabels } from "./resource-text.js";

/** For a tooltip: `calibrated to this project by impl_1/top_utilization.rpt of 2026-11-27`. */
export function calibrationNote({ calibration }: Pick<Design, "calibration">): string {
  if (calibration === undefined) return "";
  const files = calibration.reports.map(({ file, time }) => `${file} of ${dayOf(time)}`);
  return `calibrated to this project by ${files.join(", ")}`;
}

/** Of each report: which it is, of which state, and what it says and what was counted of that. */
export function calibrationLines({ calibration }: Pick<Design, "calibration">): readonly string[] {
  return (calibration?.reports ?? []).flatMap((report) => [
    `Calibrated to this project by ${report.file} of ${dayOf(report.time)} (${report.tool}): ${stateText(report)}.`,
    `Reported: ${report.values.map(valueText).join("; ")}.`,
  ]);
}

function stateText({ isOfTheseSources, trust }: CalibratingReport): string {
  if (isOfTheseSources) return "it is of these sources";
  return `the sources have changed since, so ${formatNumber(trust * 100, 2)} % of the difference is taken`;
}

function valueText({ what, said, counted }: CalibratedValue): string {
  if (said === undefined || counted === undefined) return "loops, each its own";
  const ratio = counted > 0 && said > 0 ? ` (${formatNumber(said / counted, 3)}×)` : "";
  const [ours, theirs] = [counted, said].map((value) => numberText(what, value));
  return `${nameOf(what)} ${theirs}, counted ${ours}${ratio}`;
}

function nameOf(what: CalibratedValue["what"]): string {
  if (what === "fmax") return "Fmax";
  return what === "latency" || what === "loops" ? what : resourceLabels[what];
}

function numberText(what: CalibratedValue["what"], value: number): string {
  return what === "fmax"
    ? `${formatNumber(value / 1e6, 3)} MHz`
    : Math.round(value).toLocaleString("en-US");
}

function dayOf(time: string): string {
  return time.slice(0, 10);
}

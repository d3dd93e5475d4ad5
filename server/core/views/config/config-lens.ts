import type { TargetAnalysis } from "../../analysis.js";
import { formatBytes, formatNumber, formatParameters } from "../../base/units.js";
import { secondsText } from "../text/estimate-text.js";
import { lensTargetLine, moreTargets } from "../text/lens-target.js";
import type { LensText } from "../text/lens.js";
import type { ConfigNumbers, ConfigState } from "./config-state.js";

/** How many texts a served model is asked to write at once, for its rate. */
export const servedBatch = 64;

/** `8.03 B params · 15 GiB · H200 SXM 3 ms/token, 12.4 k tok/s at batch 64 · fits`. */
export function configLens({ numbers, problems }: ConfigState): LensText {
  if (numbers === undefined)
    return {
      title: "Not costed",
      tooltip: problems.find(({ severity }) => severity === "error")?.message ?? "",
    };
  const { analysis, edit } = numbers;
  const { totals, targets } = analysis;
  const title = [
    `${formatParameters(totals.parameterCount)} params`,
    formatBytes(totals.weightBytes),
    ...targets.slice(0, shownTargets).map((target) => targetText(target, numbers)),
    ...moreTargets(targets.length, shownTargets),
    ...(targets[0]?.fits === true ? ["fits"] : []),
  ].join(" · ");
  return {
    title: edit === undefined ? title : `was ${title}`,
    tooltip: targets.map((target) => lensTargetLine(target, analysis.goals)).join("\n"),
  };
}

const shownTargets = 2;

function targetText(target: TargetAnalysis, numbers: ConfigNumbers): string {
  const name = target.target.chip.name;
  if (target.fits === false) return `${name} does not fit`;
  const step = target.generation?.step;
  if (step === undefined)
    return `${name} ${target.latency === undefined ? "?" : secondsText(target.latency)}`;
  const rate = servedRate(numbers, target);
  const served = rate === undefined ? "" : `, ${rateText(rate)} at batch ${servedBatch}`;
  return `${name} ${secondsText(step)}/token${served}`;
}

/** Tokens a second of `servedBatch` texts at once; undefined where a step is not known, or they do not fit. */
export function servedRate(
  { suppose }: ConfigNumbers,
  { target }: TargetAnalysis,
): number | undefined {
  const served = suppose({ batch: servedBatch }).targets.find((other) => other.target === target);
  const step = served?.generation?.step;
  return step === undefined || served?.fits === false ? undefined : servedBatch / step.value;
}

export function rateText(perSecond: number): string {
  return perSecond >= 1000
    ? `${formatNumber(Number((perSecond / 1000).toPrecision(3)))} k tok/s`
    : `${formatNumber(Number(perSecond.toPrecision(3)))} tok/s`;
}

import { fileNameOf } from "../base/file-name.js";
import {
  formatBytes,
  formatJoules,
  formatMacs,
  formatNumber,
  formatParameters,
  formatRate,
  formatSeconds,
  formatShare,
} from "../base/units.js";
import type { ReportContext } from "./report.js";
import type {
  ReportDocument,
  ReportKind,
  ReportLayer,
  ReportProblem,
  ReportTarget,
  ReportTargetLayer,
} from "../views/report-document.js";

/** What the reports for people share: which rows there are and how a quantity reads. */
export const unknownText = "?";

/** `~` marks an interval wider than ±25 %; two digits then, three otherwise. */
export function secondsText(
  seconds: number | null,
  low: number | null,
  high: number | null,
): string {
  if (seconds === null) return unknownText;
  if (low === null || high === null || seconds === 0) return formatSeconds(seconds);
  const isWide = high > seconds * 1.25 || low < seconds * 0.75;
  return isWide ? `~${formatSeconds(seconds, 2)}` : formatSeconds(seconds);
}

export function parametersText(count: number | null): string {
  return count === null ? unknownText : formatParameters(count);
}

export function macsText(macs: number | null): string {
  return macs === null ? unknownText : formatMacs(macs);
}

export function bytesText(bytes: number | null): string {
  return bytes === null ? unknownText : formatBytes(bytes);
}

export function shareText(share: number | null): string {
  return share === null ? unknownText : formatShare(share);
}

export function shapeOf(layer: ReportLayer): string {
  const output = layer.outputs[0];
  if (output === undefined) return "";
  return output.shape === null ? unknownText : output.shape.join("×");
}

/** What the model takes of the memory, or of each where they fill up separately. */
export function takenText({ memory }: ReportTarget): string {
  const { totalBytes, capacityBytes, memories } = memory;
  if (memories === undefined) return `${bytesText(totalBytes)} of ${bytesText(capacityBytes)}`;
  return memories
    .map((own) => `${own.name} ${bytesText(own.takenBytes)} of ${bytesText(own.capacityBytes)}`)
    .join(", ");
}

export function fitText(target: ReportTarget): string {
  if (target.memory.fits === null) return unknownText;
  return target.memory.fits ? "fits" : "does not fit";
}

export function latencyInterval(target: ReportTarget): string {
  const latency = target.latency;
  if (latency === null) return "";
  return `${formatSeconds(latency.low, 2)} – ${formatSeconds(latency.high, 2)}`;
}

export function labelOf(target: ReportTarget, context: ReportContext): string {
  return context.targetLabels.get(target.id) ?? target.id;
}

/** `125 tokens/s (109 – 134) after 512 tokens`, and what a prompt takes. */
export function generationText({ generation }: ReportTarget): string | undefined {
  if (generation === undefined) return undefined;
  const { decode, prompt, contextTokens, cacheBytes, stateBytes, image } = generation;
  const parts: string[] = [];
  const rate = (tokens: number): string => formatNumber(Number(tokens.toPrecision(3)));
  if (decode !== null) {
    const of = (seconds: number): string =>
      rate((decode.tokensPerSecond * decode.seconds) / seconds);
    parts.push(
      `writes ${rate(decode.tokensPerSecond)} tokens/s (${of(decode.high)} – ${of(decode.low)}, ${decode.method}) after ${formatNumber(contextTokens)} tokens`,
    );
  }
  if (prompt !== null)
    parts.push(
      `reads a prompt of ${formatNumber(prompt.tokens)} tokens in ${secondsText(prompt.seconds, prompt.low, prompt.high)} (${rate(prompt.tokensPerSecond)} tokens/s, ${prompt.method})`,
    );
  if (image !== undefined)
    parts.push(
      `encodes an image of ${image.pixels}×${image.pixels} as ${formatNumber(image.tokens)} tokens in ${secondsText(image.seconds, image.low, image.high)} (${parametersText(image.parameterCount)} parameters, ${bytesText(image.weightBytes)} beside the text model, ${image.method})`,
    );
  if (cacheBytes > 0 || stateBytes === 0) parts.push(`cache ${bytesText(cacheBytes)}`);
  if (stateBytes > 0) parts.push(`state ${bytesText(stateBytes)}, however long the text`);
  return parts.join(" · ");
}

export interface KindRow {
  readonly kind: string;
  /** Parallel to `document.targets`. */
  readonly perTarget: readonly (ReportKind | undefined)[];
}

/** Kinds of work on any target, in the order of the first; empty where there is but one. */
export function kindRows({ targets }: ReportDocument): readonly KindRow[] {
  const kinds = new Set(targets.flatMap((target) => target.kinds.map(({ kind }) => kind)));
  if (kinds.size < 2) return [];
  return [...kinds].map((kind) => ({
    kind,
    perTarget: targets.map((target) => target.kinds.find((found) => found.kind === kind)),
  }));
}

export const kindHeader = ["time", "share", "achieved"] as const;

/** Time, its share, and operations a second: of what does next to none, bytes a second. */
export function kindCells(kind: ReportKind | undefined): readonly string[] {
  if (kind === undefined) return kindHeader.map(() => "");
  const { seconds, low, high, share, macs, flops, bytes } = kind;
  const rate =
    seconds <= 0
      ? ""
      : macs > 0
        ? formatRate(flops / seconds, "FLOP/s")
        : formatRate(bytes / seconds, "B/s");
  return [secondsText(seconds, low, high), shareText(share), rate];
}

/** What the goals make of a target, in half a sentence each. */
export function goalTexts({ budget, carbon, latency }: ReportTarget): readonly string[] {
  const texts: string[] = [];
  if (budget !== undefined) {
    const part = latency === null ? 0 : latency.seconds / budget.seconds;
    const used =
      latency === null
        ? ""
        : part <= 1
          ? `, ${formatShare(part)} of it used`
          : `, ${formatNumber(part)} times as long`;
    const verdict = budget.verdict ?? unknownText;
    texts.push(`${verdict} the budget of ${formatSeconds(budget.seconds)}${used}`);
  }
  if (carbon === null) texts.push("carbon not known: no energy is");
  else if (carbon !== undefined) {
    const [grams, low, high] = [carbon.grams, carbon.low, carbon.high].map((value) =>
      formatNumber(value, 2),
    );
    texts.push(
      `${grams} g CO₂ (${low} – ${high}) per 1,000 inferences at ${formatNumber(carbon.gridGramsPerKilowattHour)} g/kWh`,
    );
  }
  return texts;
}

export interface LayerRow {
  readonly layer: ReportLayer;
  /** Parallel to `document.targets`. */
  readonly perTarget: readonly (ReportTargetLayer | undefined)[];
}

/** Layers that a runtime executes, heaviest on the first target first; folded ones and views left out. */
export function heaviestLayers(document: ReportDocument): readonly LayerRow[] {
  const byTarget = document.targets.map(
    (target) => new Map(target.layers.map((layer) => [layer.id, layer])),
  );
  const rows = document.layers
    .filter((layer) => !layer.folded)
    .map((layer) => ({ layer, perTarget: byTarget.map((layers) => layers.get(layer.id)) }));
  const weight = (row: LayerRow): number => row.perTarget[0]?.seconds ?? row.layer.macs ?? 0;
  return rows
    .filter((row) => weight(row) > 0 || !row.layer.costed)
    .sort((a, b) => weight(b) - weight(a));
}

/** `systolic.sv:21: ` before a problem that has a line; others name their layer. */
export function placeText({ source }: ReportProblem): string {
  return source === null ? "" : `${fileNameOf(source.file)}:${source.line + 1}: `;
}

/** Name and op of a layer for people. */
export function layerName(layer: ReportLayer): string {
  return layer.name === "" ? `${layer.op} #${layer.id}` : layer.name;
}

export function batchText(target: ReportTarget): string {
  return target.batch === null ? "" : `batch ${formatNumber(target.batch)}`;
}

export function joulesText(joules: number): string {
  return formatJoules(joules);
}

/** What a target's numbers must not be read without, where it is not what one expects of them. */
export function provenanceText({ latency, energy }: ReportTarget): string {
  return [
    ...(latency?.part === undefined ? [] : [`measured on ${latency.part}`]),
    ...(energy?.isMetered === true ? [`energy ${energy.source}`] : []),
  ].join("; ");
}

/** Keeps the end: the last parts of a layer's name tell it from its neighbours. */
export function shortened(text: string, width: number): string {
  return text.length <= width ? text : `…${text.slice(text.length - width + 1)}`;
}

export const errorsSentence =
  "Of predictions against measurements that were held out of the fit: the absolute error, the share of measurements inside the predicted interval, and how many there are.";

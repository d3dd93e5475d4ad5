import { formatNumber } from "../base/units.js";
import type { ReportDocument, ReportLayerQuantization } from "../views/report-document.js";
import { parametersText } from "./rows.js";
import { table } from "./text-table.js";

const layerLimit = 15;
const nameLength = 28;
/** What the document has for no error at all. */
const exactDb = 200;

/** Layers that move the outputs most come first; of each format the decibels that the weights keep, and those of the outputs. */
export function quantizationText({ quantization, layers }: ReportDocument): string {
  if (quantization === undefined || quantization.layers.length === 0) return "";
  const { formats, sensitivitySource } = quantization;
  const nameOf = new Map(layers.map(({ id, name }) => [id, name]));
  const worst = [...quantization.layers].sort(
    (left, right) => (right.sensitivity ?? 0) - (left.sensitivity ?? 0),
  );
  const lines = worst
    .slice(0, layerLimit)
    .map((layer) => [
      shortened(nameOf.get(layer.id) ?? layer.weights[0] ?? layer.id),
      parametersText(layer.elementCount),
      ...formats.map((format) => cell(layer, format)),
    ]);
  const header = ["layer", "elements", ...formats];
  const more = worst.length - lines.length;
  return [
    "Number formats: signal to noise in dB, weights / outputs where this layer alone is quantized.\n",
    table(header, lines, `l${"r".repeat(header.length - 1)}`),
    ...(more > 0 ? [`… and ${more} more; --json has them all\n`] : []),
    `Outputs: ${sensitivitySource}.\n`,
  ].join("");
}

function cell({ sqnrDb, sensitivities }: ReportLayerQuantization, format: string): string {
  const effect = sensitivities[format] ?? null;
  const outputs =
    effect === null ? "?" : effect === 0 ? "exact" : formatNumber(-10 * Math.log10(effect), 2);
  return `${dbText(sqnrDb[format] ?? null)} / ${outputs}`;
}

function dbText(db: number | null): string {
  return db === null ? "?" : db >= exactDb ? "exact" : formatNumber(db, 2);
}

function shortened(name: string): string {
  return name.length <= nameLength ? name : `…${name.slice(1 - nameLength)}`;
}

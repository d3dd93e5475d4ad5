import { formatBytes, formatNumber, formatSeconds } from "../core/base/units.js";
import type { PlanTotals } from "../core/quant/plan/plan.js";
import type { DocumentMemory, QuantizeDocument } from "../core/quant/plan/quantize-document.js";
import { table } from "../core/reports/text-table.js";

/** The plan for people: what it takes beside uniform plans, and each layer. */
export function quantizeText(document: QuantizeDocument): string {
  const { plan, reason, uniform, formats, compared } = document;
  const own = uniform[0]?.format ?? "";
  const rows = [
    ...(plan === null ? [] : [["this plan", ...totalCells(plan.totals)]]),
    ...(compared === null ? [] : [["the plan compared with", ...totalCells(compared.totals)]]),
    ...uniform.map(({ format, totals }) => [`all ${format}`, ...totalCells(totals)]),
  ];
  const unsupported = formats
    .filter(({ execution }) => execution !== "computed")
    .map(({ name, reason: why }) => `${name}: ${why}`);
  const parts = [
    `Target ${document.target}. Risk is the expected square error of the outputs over their squares:\n${document.sensitivitySource}.`,
    table(["", "latency", "size", "risk", "risk dB"], rows, "lrrrr"),
    ...(document.check === null ? [] : [checkText(document.check)]),
    ...(plan === null ? [] : [memoryText(plan.memory)]),
    ...(plan === null
      ? [`No plan: ${reason ?? ""}`]
      : [
          plan.status === "optimal"
            ? "Proven optimal."
            : `Within ${plan.gap === null ? "an unknown share" : `${formatNumber(plan.gap * 100, 2)} %`} of the optimum.`,
          table(
            ["layer", "op", "format", "time", "speed-up", "size", "risk"],
            plan.layers.map((layer) => [
              layer.name === "" ? `#${layer.id}` : elided(layer.name),
              layer.op,
              layer.format ?? own,
              formatSeconds(layer.seconds),
              layer.speedup === null ? "" : `${formatNumber(layer.speedup, 2)}×`,
              formatBytes(layer.bytes),
              riskText(layer.risk),
            ]),
            "lllrrrr",
          ),
        ]),
    ...(unsupported.length > 0 ? [unsupported.join("\n")] : []),
    ...document.problems.map(({ code, message }) => `${code} ${message}`),
  ];
  return `${parts.map((part) => part.trimEnd()).join("\n\n")}\n`;
}

function checkText({ source, runs }: NonNullable<QuantizeDocument["check"]>): string {
  const rows = runs.map(({ name, totals, error, isKept }) => [
    isKept ? `${name} (kept)` : name,
    formatSeconds(totals.latency),
    riskText(totals.risk),
    riskText(error),
  ]);
  return `Run in ONNX Runtime on ${source}; the error is that of the outputs, measured as risk foretells it.\n${table(["", "latency", "risk", "error"], rows, "lrrr")}`;
}

function memoryText({ weights, cache, cacheFormat, activations }: DocumentMemory): string {
  const parts = [
    `weights ${formatBytes(weights)}`,
    ...(activations === null ? [] : [`activations at most ${formatBytes(activations)}`]),
    ...(cache === null || cache === 0
      ? []
      : [`keys and values ${formatBytes(cache)} (${cacheFormat ?? "as the target keeps them"})`]),
  ];
  return `Memory of this plan: ${parts.join(", ")}.`;
}

function totalCells({ latency, size, risk }: PlanTotals): readonly string[] {
  return [
    formatSeconds(latency),
    formatBytes(size),
    riskText(risk),
    risk > 0 ? `${formatNumber(-10 * Math.log10(risk), 3)} dB` : "exact",
  ];
}

/** Converters make names of hundreds of characters; their ends tell them apart. */
function elided(name: string): string {
  return name.length <= 44 ? name : `${name.slice(0, 20)}…${name.slice(-23)}`;
}

function riskText(risk: number): string {
  return risk === 0 ? "0" : risk.toExponential(1);
}

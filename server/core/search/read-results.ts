import { fileNameOf } from "../base/file-name.js";
import type { Problem } from "../base/problem.js";
import type { Alternative, Metric } from "./alternatives.js";

/**
 * Results of `ridgepoint batch`, or of `ridgepoint quantize --json`. A report a line. A line may carry `metrics`, numbers of its own such as an accuracy that
 * was measured elsewhere, a `label`, and the `series` that it belongs to. What cannot be read is left out and counted.
 */
export function readResults(text: string): {
  readonly value: readonly Alternative[];
  readonly problems: readonly Problem[];
} {
  const planned = readPlanDocument(text);
  if (planned !== undefined) return { value: planned, problems: [] };
  const value: Alternative[] = [];
  const problems: Problem[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const found = readLine(line);
    if (typeof found === "string")
      problems.push({
        code: "RP1093",
        severity: "warning",
        message: `Line ${index + 1}: ${found}`,
      });
    else value.push(...found);
  }
  return { value, problems };
}

/** What `ridgepoint quantize --json` prints: its plan, one format for all layers, and the front. Undefined for all else. */
function readPlanDocument(text: string): readonly Alternative[] | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    // Lines of JSON are no JSON.
    return undefined;
  }
  if (!isFields(document) || !Array.isArray(document["uniform"])) return undefined;
  const targetId = textOf(document["target"]) ?? "";
  const plan = isFields(document["plan"]) ? document["plan"] : {};
  const front = Array.isArray(document["front"]) ? document["front"] : [];
  const named: readonly (readonly [string, unknown])[] = [
    ...document["uniform"]
      .filter(isFields)
      .map((own) => [`all ${textOf(own["format"]) ?? "?"}`, own["totals"]] as const),
    ...front.map((totals: unknown, at) => [`mixed ${at + 1} of ${front.length}`, totals] as const),
    ["the plan", plan["totals"]],
  ];
  return named.flatMap(([label, totals]): Alternative[] => {
    if (!isFields(totals)) return [];
    const metrics: Record<string, Metric> = {};
    for (const [id, key] of [
      ["latency", "latency"],
      ["weights", "size"],
      ["energy", "energy"],
      ["risk", "risk"],
    ] as const) {
      const number = numberOf(totals[key]);
      // Nothing knows a model that takes no energy: it is not known.
      if (number !== undefined && (number > 0 || id === "risk"))
        metrics[id] = { value: number, low: number, high: number };
    }
    return [
      {
        id: `quantize ${targetId} ${label}`,
        label: `${label} · ${targetId}`,
        model: "",
        targetId,
        batch: null,
        fits: null,
        series: label.startsWith("all ") ? "one format" : "mixed formats",
        metrics,
      },
    ];
  });
}

type Fields = Readonly<Record<string, unknown>>;

function readLine(line: string): readonly Alternative[] | string {
  let report: unknown;
  try {
    report = JSON.parse(line);
  } catch {
    return "it is not JSON.";
  }
  if (!isFields(report) || !Array.isArray(report["targets"]))
    return "it is no report of `ridgepoint batch`.";
  const model = isFields(report["model"]) ? report["model"] : {};
  const file = textOf(report["file"]) ?? textOf(model["name"]) ?? "model";
  const own = metricsOf(report["metrics"]);
  const targets = report["targets"].filter(isFields);
  if (targets.length === 0) {
    const [first] = Array.isArray(report["problems"]) ? report["problems"].filter(isFields) : [];
    return textOf(first?.["message"]) ?? "it has no targets.";
  }
  return targets.map((target) => {
    const targetId = textOf(target["id"]) ?? "";
    const batch = numberOf(target["batch"]) ?? null;
    const memory = isFields(target["memory"]) ? target["memory"] : {};
    const latency = estimateOf(target["latency"], "seconds");
    const energy = estimateOf(target["energy"], "joules");
    const items = batch ?? 1;
    const label = textOf(report["label"]) ?? fileNameOf(file);
    const series = textOf(report["series"]);
    const metrics: Record<string, Metric> = { ...own };
    if (latency !== undefined) {
      metrics["latency"] = latency;
      metrics["throughput"] = {
        value: items / latency.value,
        low: items / latency.high,
        high: items / latency.low,
      };
    }
    if (energy !== undefined) metrics["energy"] = energy;
    for (const [id, found] of [
      ["memory", memory["totalBytes"]],
      ["activations", memory["peakActivationBytes"]],
      ["weights", memory["weightBytes"]],
      ["parameters", model["parameterCount"]],
      ["macs", model["macs"]],
      ["outputs", model["activationElements"]],
      ["moved", movedBytesOf(target["kinds"])],
    ] as const) {
      const number = numberOf(found);
      if (number !== undefined) metrics[id] = { value: number, low: number, high: number };
    }
    return {
      id: `${label} ${file} ${targetId} ${batch ?? ""}`,
      label: `${label} · ${targetId}${batch === null ? "" : ` · batch ${batch}`}`,
      model: file,
      targetId,
      batch,
      fits: typeof memory["fits"] === "boolean" ? memory["fits"] : null,
      ...(series !== undefined && { series }),
      metrics,
    };
  });
}

/** Over all kinds of work. */
function movedBytesOf(kinds: unknown): number | undefined {
  if (!Array.isArray(kinds) || kinds.length === 0) return undefined;
  return kinds.reduce((sum: number, kind: unknown) => {
    return sum + ((isFields(kind) ? numberOf(kind["bytes"]) : undefined) ?? 0);
  }, 0);
}

function estimateOf(value: unknown, key: string): Metric | undefined {
  if (!isFields(value)) return undefined;
  const [middle, low, high] = [value[key], value["low"], value["high"]].map(numberOf);
  if (middle === undefined || middle <= 0) return undefined;
  return { value: middle, low: low ?? middle, high: high ?? middle };
}

function metricsOf(value: unknown): Record<string, Metric> {
  if (!isFields(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([id, found]) => {
      const number = numberOf(found);
      return number === undefined
        ? []
        : [[id, { value: number, low: number, high: number }] as const];
    }),
  );
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

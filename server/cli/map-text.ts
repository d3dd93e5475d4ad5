import {
  formatBytes,
  formatCount,
  formatJoules,
  formatNumber,
  formatSeconds,
  formatShare,
} from "../core/base/units.js";
import path from "node:path";
import type { RtlCost, RtlPrices } from "../core/accelerator/rtl-price.js";
import { resourceKinds } from "../core/design/design.js";
import { resourceLabels } from "../core/views/design/resource-text.js";
import { table } from "../core/reports/text-table.js";
import type { AtOnce, MappingView } from "../core/views/mapping.js";

/** What `map` prints. */
export function mapText(
  view: MappingView,
  isDetailed: boolean,
  rtl: RtlPrices | null = null,
): string {
  const { accelerator, totals } = view;
  const hasEngines = view.layers.some(({ engine }) => engine !== null);
  const hasDensities = view.layers.some(({ weightDensity }) => weightDensity !== null);
  const head = [
    view.label,
    `${formatCount(totals.cycles)} cycles · ${formatSeconds(totals.seconds)} at ${formatCount(accelerator.clock)}Hz${totals.intervalCycles < totals.cycles ? ` · every ${formatSeconds(totals.intervalCycles / accelerator.clock)}` : ""}`,
    `${formatShare(totals.utilization)} of ${hasEngines ? (view.splits === true ? "all engines' peak" : "the fastest engine's peak") : `${formatCount(accelerator.elementCount)} elements`} used (${formatShare(totals.meanUtilization)} of the engine on average over layers)`,
    `${formatBytes(totals.dramBytes)} DRAM traffic · ${formatJoules(totals.joules)} · ${formatNumber(totals.watts)} W${totals.area === null ? "" : ` · ${areaText(totals.area.total)} (multipliers ${areaText(totals.area.multipliers)}, buffers ${areaText(totals.area.buffers)})`} at ${accelerator.node} nm`,
    ...(totals.uncostedCount > 0
      ? [`${totals.uncostedCount} nodes are not costed and left out`]
      : []),
    ...(view.atOnce === null ? [] : atOnceText(view.atOnce)),
    ...(Object.keys(view.limits).length > 0 ? [limitText(view)] : []),
  ].join("\n");
  const rows = view.layers.map((layer) => [
    layer.shortName,
    layer.op,
    ...(hasEngines ? [layer.engine ?? ""] : []),
    formatCount(layer.macs),
    ...(hasDensities ? [layer.weightDensity === null ? "" : formatShare(layer.weightDensity)] : []),
    formatNumber(layer.operationsPerByte),
    formatCount(layer.cycles),
    formatSeconds(layer.seconds),
    layer.macs === 0 ? "" : formatShare(layer.utilization),
    formatBytes(layer.dramBytes),
    formatJoules(layer.energy.total),
    layer.limit === "buffer" ? (layer.limitingMemory ?? "buffer") : layer.limit,
  ]);
  const layers = table(
    [
      ...["layer", "op", ...(hasEngines ? ["engine"] : [])],
      "MACs",
      ...(hasDensities ? ["non-zero"] : []),
      ...["op/B", "cycles", "time", "used", "DRAM", "energy", "limit"],
    ],
    rows,
    `ll${hasEngines ? "l" : ""}${hasDensities ? "r" : ""}rrrrrrrl`,
  );
  const details = isDetailed
    ? view.layers
        .map(
          ({ name, reasons }) =>
            `\n${name}\n${reasons.map((reason) => `  ${reason}`).join("\n")}\n`,
        )
        .join("")
    : "";
  const stacks = view.fuses ? `\n${stackText(view)}` : "";
  return `${head}\n\n${layers}${stacks}${details}${view.search === null ? "" : `\n${searchText(view.search)}`}${view.sweep.length > 0 ? `\n${sweepText(view, rtl)}` : ""}${rtl === null ? "" : rtlText(view, rtl)}`;
}

/** What runs tile by tile, beside the same layers one after the other. */
function stackText({ stacks }: MappingView): string {
  if (stacks.length === 0) return "no layers are better tile by tile\n";
  const share = (now: number, before: number): string => formatShare(now / Math.max(1e-30, before));
  const rows = stacks.map(({ names, alone, ...stack }) => [
    `${names[0] ?? ""} … ${names.at(-1) ?? ""}`,
    String(names.length),
    formatBytes(alone.dramBytes),
    formatBytes(stack.dramBytes),
    share(stack.cycles, alone.cycles),
    share(stack.joules, alone.joules),
    formatShare(stack.repeat - 1),
    formatBytes(stack.tileBytes),
    formatBytes(stack.overlapBytes),
    stack.text,
  ]);
  return table(
    [
      ...["tile by tile", "layers", "DRAM alone", "DRAM", "time", "energy"],
      ...["made again", "tiles", "overlap", "how"],
    ],
    rows,
    "lrrrrrrrrl",
  );
}

/** Engines that work at the same time, and models that do. */
function atOnceText({ seconds, turnSeconds, joules, models, engines }: AtOnce): readonly string[] {
  const busy = engines.map(({ name, busy: share }) => `${name} ${formatShare(share)}`).join(", ");
  return [
    `at once ${formatSeconds(seconds)} (${formatNumber(turnSeconds / Math.max(seconds, 1e-30))} × as fast as one layer after the other) · ${formatJoules(joules)} · busy: ${busy}`,
    ...(models.length > 1
      ? models.map((model) => `  ${model.name} is done after ${formatSeconds(model.seconds)}`)
      : []),
  ];
}

function limitText({ misses }: MappingView): string {
  return misses.length === 0 ? "all limits hold" : `over the limit: ${misses.join(", ")}`;
}

function searchText({ runs, proxies }: NonNullable<MappingView["search"]>): string {
  const rows = runs.map(({ method, pointCount, best, misses, pointsToBest }) => [
    method,
    String(pointCount),
    best === null ? "none" : formatSeconds(best.seconds),
    best === null ? "" : formatJoules(best.joules),
    best?.area === null || best === null ? "?" : areaText(best.area),
    misses.join(", "),
    pointsToBest === null ? "no" : String(pointsToBest),
    Object.entries(best?.values ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .join(" "),
  ]);
  const errors = proxies.map(({ measure, error }) => `${measure} ${formatNumber(100 * error)} %`);
  const proxy =
    errors.length === 0
      ? ""
      : `\nproxy model (Gaussian process of what was tried), error where left out (RMSE): ${errors.join(", ")}\n`;
  return `${table(
    ["method", "points", "time", "energy", "area", "over", "best after", "design"],
    rows,
    "lrrrrlrl",
  )}${proxy}`;
}

/** Of a search the front alone: what else was tried fills pages. */
function sweepText(
  { sweep: all, search, limits, totals }: MappingView,
  rtl: RtlPrices | null,
): string {
  const priced = all.map((point, index) => ({
    ...point,
    isOnFront: rtl === null ? point.isOnFront : rtl.isOnFront[index] === true,
    cost: rtl?.points[index] ?? null,
  }));
  const sweep = search === null ? priced : priced.filter(({ isOnFront }) => isOnFront);
  const kinds = rtl?.kinds ?? [];
  const hasLimits = Object.keys(limits).length > 0;
  const [first] = sweep;
  const keys = Object.keys(first?.values ?? {});
  const rows = [...sweep]
    .sort((a, b) => a.seconds - b.seconds)
    .map((point) => [
      point.isOnFront ? "●" : "",
      ...keys.map((key) => point.values[key] ?? ""),
      formatCount(point.cycles),
      formatSeconds(point.seconds),
      formatShare(point.utilization),
      point.area === null ? "?" : areaText(point.area),
      formatJoules(point.joules),
      formatBytes(point.dramBytes),
      ...kinds.map(({ kind }) => (point.cost === null ? "?" : formatCount(point.cost[kind] ?? 0))),
      ...(rtl === null
        ? []
        : [ratioText(totals.seconds / point.seconds), priceText(point.cost, rtl)]),
      ...(hasLimits ? [point.misses.join(", ")] : []),
    ]);
  return table(
    [
      "front",
      ...keys,
      "cycles",
      "time",
      "used",
      "area",
      "energy",
      "DRAM",
      ...kinds.map(({ label }) => label),
      ...(rtl === null ? [] : ["gain", "price"]),
      ...(hasLimits ? ["over"] : []),
    ],
    rows,
    `l${"r".repeat(keys.length + 6 + kinds.length + (rtl === null ? 0 : 2))}${hasLimits ? "l" : ""}`,
  );
}

function priceText(cost: RtlCost | null, { own, chief }: RtlPrices): string {
  return cost === null ? "?" : ratioText((cost[chief] ?? 0) / Math.max(1, own[chief] ?? 0));
}

function ratioText(ratio: number): string {
  return `${formatNumber(ratio)} ×`;
}

/** What the columns of the RTL rest on, and the accelerator's own size. */
function rtlText(
  { sweep }: MappingView,
  { file, size, family, part, tool, sizes, chief, own }: RtlPrices,
): string {
  const counts = resourceKinds
    .filter((kind) => (own[kind] ?? 0) > 0)
    .map((kind) => `${formatCount(own[kind] ?? 0)} ${resourceLabels[kind]}`)
    .join(", ");
  const beside =
    sweep.length === 0
      ? ""
      : `\ngain and price: times as fast, and times the ${resourceLabels[chief]}, beside that size; ● is the front of time, ${resourceLabels[chief]} and energy`;
  return `\nRTL at ${size} on ${part ?? family}: ${counts} (${path.basename(file)}, ${tool}; synthesised at ${sizes.join(", ")}, other sizes continued in rows, columns and their product)${beside}\n`;
}

function areaText(squareMetres: number): string {
  return `${formatNumber(squareMetres * 1e6)} mm²`;
}

import { neverCancelled } from "../../server/core/base/cancel.js";
import { directiveOf } from "../../server/core/hls/directives.js";
import { estimateKernel, topOf } from "../../server/core/hls/estimate-kernel.js";
import { readUnit } from "../../server/core/hls/read/unit.js";
import { searchPragmas, weighed } from "../../server/core/hls/search/search.js";
import type { SearchResult, Weighed } from "../../server/core/hls/search/search.js";
import { byKernel, capacity, filled, hlsynDesigns, parser, valuesOf } from "./hlsyn.js";
import type { HlsynDesign } from "./hlsyn.js";

/**
 * The pragma search as `ridgepoint pragmas KERNEL` runs it, beside published designs. A proposal is seldom one of the some hundred
 * designs of the table, out of thousands to millions that there are; so its true cycles are those of the nearest design that fits, by
 * the sum of doublings between factors, of factors of which one alone divides the loop, and of pipelines that differ. `nearest` are
 * true cycles over the best of the table; of equally near ones the slowest counts. `chosen` are those of the design that the search would
 * take if the table were all there is, by the same price and not knowing which of them fit. `reached` are our own cycles of the
 * proposal over those of the design in the table that we hold for the best, among those that fit. KERNEL, a part of a tool's and kernel's name, leaves the others out.
 */
const limit = 0.8;
let [exact, near, all, reachedAll, chosenWell, fits] = [0, 0, 0, 0, 0, 0];
const row = (cells: readonly string[]): void => {
  const widths = [12, 12, 6, 9, 9, 7, 8, 7, 8, 7];
  console.log(
    cells
      .map((cell, at) => (at < 2 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join("  "),
  );
};
row([
  ...["tool", "kernel", "tried", "proposed", "best", "reached"],
  ...["distance", "nearest", "chosen", "seconds"],
]);
const only = process.env["KERNEL"] ?? "";
for (const [key, group] of byKernel(hlsynDesigns())) {
  if (!key.includes(only)) continue;
  const [first] = group;
  const target = first && topOf(readUnit(parser.parse(first.source)).value, undefined);
  const fitting = group.filter(({ isValid }) => isValid);
  if (first === undefined || target === undefined || fitting.length === 0) continue;
  const begun = performance.now();
  const result = searchPragmas(target, first.profile, {
    capacity,
    limit,
    cancel: neverCancelled,
  });
  const seconds = (performance.now() - begun) / 1000;
  const proposal = proposalOf(result);
  const trips = tripsOf(result);
  const ranked = fitting
    .map((design) => ({ design, far: distance(proposal, valuesOf(design.design), trips) }))
    .sort((a, b) => a.far - b.far || b.design.cycles - a.design.cycles);
  const [nearest] = ranked;
  if (nearest === undefined) continue;
  const best = Math.min(...fitting.map(({ cycles }) => cycles));
  const known = group.flatMap(weighedOf);
  const ours = Math.min(...known.flatMap((one) => (one.isHeldToFit ? [one.cycles] : [])));
  const chosen = known.reduce((winner, one) => (one.price < winner.price ? one : winner));
  const choice = chosen.row.isValid ? chosen.row.cycles / best : Infinity;
  if (choice <= 1.1) chosenWell += 1;
  if (chosen.row.isValid) fits += 1;
  const ratio = nearest.design.cycles / best;
  const reached = result.best.cycles / ours;
  all += 1;
  if (nearest.far === 0) exact += 1;
  if (ratio <= 1.1) near += 1;
  if (reached <= 1.001) reachedAll += 1;
  const [tool = "", kernel = ""] = key.split("|");
  row([
    tool,
    kernel,
    String(result.evaluated),
    String(result.best.cycles),
    String(best),
    reached.toFixed(2),
    nearest.far.toFixed(1),
    ratio.toFixed(2),
    chosen.row.isValid ? choice.toFixed(2) : "too big",
    seconds.toFixed(1),
  ]);
}
if (all > 0) {
  console.log(
    `\nthe search's proposal within ${100 * limit} % of the part: in the table for ${exact} of ${all} kernels; the design nearest to it is within ` +
      `10 % of the best for ${near}; by our own estimate it is as fast as every design of the table that fits for ${reachedAll}. ` +
      `Of the table alone it takes one that fits for ${fits}, one within 10 % of the best for ${chosenWell}.`,
  );
}

/** A published design as the search weighs it. */
function weighedOf(
  row: HlsynDesign,
): readonly (Weighed & { readonly row: HlsynDesign; readonly isHeldToFit: boolean })[] {
  const target = topOf(readUnit(parser.parse(filled(row))).value, undefined);
  if (target === undefined) return [];
  const found = weighed(estimateKernel(target, row.profile), capacity, limit);
  return [{ ...found, row, isHeldToFit: row.isValid && found.utilisation <= limit }];
}

/** Values of the placeholders that the best point stands for. */
function proposalOf({ knobs, best }: SearchResult): ReadonlyMap<string, string> {
  return new Map(
    knobs.flatMap(({ loop, what, values }, index) => {
      const name = directiveOf(loop.directives, what)?.placeholder;
      const text = values[best.choice[index] ?? 0]?.text ?? "";
      return name === undefined ? [] : [[name, text.replace("FACTOR=", "")] as const];
    }),
  );
}

function tripsOf({ knobs }: SearchResult): ReadonlyMap<string, number> {
  return new Map(
    knobs.flatMap(({ loop, what }) => {
      const name = directiveOf(loop.directives, what)?.placeholder;
      return name === undefined ? [] : [[name, loop.trip.most ?? Infinity] as const];
    }),
  );
}

/** Doublings between factors; a pipeline that differs counts as one, and so does a factor that alone divides its loop. A tile as long as its loop is none. */
function distance(
  a: ReadonlyMap<string, string>,
  b: ReadonlyMap<string, string>,
  trips: ReadonlyMap<string, number>,
): number {
  let sum = 0;
  for (const [name, left] of a) {
    const right = b.get(name) ?? "1";
    if (name.startsWith("__PIPE")) sum += left === right ? 0 : 1;
    else {
      const [x, y] = [left, right].map((text) => {
        const factor = Number(text) || 1;
        return name.startsWith("__TILE") && factor >= (trips.get(name) ?? Infinity) ? 1 : factor;
      });
      const trip = trips.get(name) ?? Infinity;
      const areApart = (trip % (x ?? 1) === 0) !== (trip % (y ?? 1) === 0);
      sum += Math.abs(Math.log2((x ?? 1) / (y ?? 1))) + (areApart ? 1 : 0);
    }
  }
  return sum;
}

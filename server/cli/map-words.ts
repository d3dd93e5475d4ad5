import type { SearchQuestion } from "../core/accelerator/search-designs.js";
import {
  limitedMeasures,
  mostPoints,
  type DesignLimits,
  type SweptParameter,
} from "../core/accelerator/sweep.js";
import type { Objective } from "../core/accelerator/tiling.js";
import { searchMethods } from "../core/search/explore/explore.js";
import { readArguments } from "./arguments.js";
import { UsageError } from "./usage-error.js";
import { analyzeOptions } from "./words.js";

/** What the words of `ridgepoint map` ask for. */
export interface MapWords {
  readonly accelerator: string;
  readonly precision: string | undefined;
  readonly layers: readonly string[];
  readonly objective: Objective;
  readonly sweep: readonly SweptParameter[];
  readonly search: SearchQuestion | undefined;
  readonly limits: DesignLimits;
  /** Models that run at the same time. */
  readonly with: readonly string[];
  /** Layers may run tile by tile with others. */
  readonly fuses: boolean;
  /** Layers may be dealt out to several engines. */
  readonly splits: boolean;
  readonly isJson: boolean;
  readonly rest: readonly string[];
}

export function parseMapWords(words: readonly string[]): MapWords {
  const given = readArguments(
    words,
    {
      flags: ["json", "fuse", "split"],
      once: ["accelerator", "precision", "objective", "search", "points"],
      many: ["layer", "sweep", "limit", "with"],
    },
    analyzeOptions,
  );
  const accelerator = given.one("accelerator");
  if (accelerator === undefined)
    throw new UsageError("`ridgepoint map` needs `--accelerator FILE`.");
  const objective = given.one("objective") ?? "latency";
  if (objective !== "traffic" && objective !== "latency" && objective !== "energy")
    throw new UsageError(`\`--objective ${objective}\` should be latency, traffic or energy.`);
  return {
    accelerator,
    precision: given.one("precision"),
    layers: given.all("layer"),
    objective,
    sweep: given.all("sweep").map(sweptOf),
    search: searchOf(given.one("search"), given.one("points")),
    limits: Object.assign({}, ...given.all("limit").map(limitOf)) as DesignLimits,
    with: given.all("with"),
    fuses: given.has("fuse"),
    splits: given.has("split"),
    isJson: given.has("json"),
    rest: [...given.files, ...given.passed],
  };
}

function sweptOf(word: string): SweptParameter {
  const equals = word.indexOf("=");
  const values = word
    .slice(equals + 1)
    .split(",")
    .map((value) => value.trim());
  if (equals < 1 || values.some((value) => value === ""))
    throw new UsageError(
      `\`--sweep ${word}\` should read NAME=A,B,…, for example \`--sweep rows=8,16,32\`.`,
    );
  return { key: word.slice(0, equals), values: [...new Set(values)] };
}

const usualPoints = 64;

function searchOf(
  method: string | undefined,
  points: string | undefined,
): SearchQuestion | undefined {
  if (method === undefined) {
    if (points !== undefined) throw new UsageError("`--points` goes with `--search`.");
    return undefined;
  }
  const ids = searchMethods.map(({ id }) => id);
  const methods = method === "all" ? ids : method.split(",").map((one) => one.trim());
  const unknown = methods.find((one) => !ids.includes(one));
  if (unknown !== undefined)
    throw new UsageError(`\`--search ${unknown}\` should be one of ${ids.join(", ")}, or all.`);
  const count = points === undefined ? usualPoints : Number(points);
  if (!Number.isInteger(count) || count < 1 || mostPoints < count)
    throw new UsageError(
      `\`--points ${points ?? ""}\` should be a number from 1 to ${mostPoints}.`,
    );
  return { methods, points: count };
}

function limitOf(word: string): DesignLimits {
  const [, name = "", digits = "", prefix = "", unit = ""] =
    /^(\w+)=([\d.]+(?:e-?\d+)?)\s*([munpµ]?)(s|J|m2|m²)$/.exec(word) ?? [];
  const measure = limitedMeasures.find((known) => known === name);
  const value = Number(digits);
  const wanted = measure && { latency: "s", energy: "J", area: "m²" }[measure];
  if (measure === undefined || unit.replace("2", "²") !== wanted || !(value > 0))
    throw new UsageError(
      `\`--limit ${word}\` should read MEASURE=VALUE, for example latency=2ms, energy=3mJ or area=5mm2.`,
    );
  const scale = { "": 1, m: 1e-3, u: 1e-6, µ: 1e-6, n: 1e-9, p: 1e-12 }[prefix] ?? 1;
  return { [measure]: value * (measure === "area" ? scale ** 2 : scale) };
}

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Plugin } from "esbuild";
import { table } from "../../server/core/reports/text-table.js";
import { familyOf } from "./hlsyn.js";
import type { DesignCycles } from "./hls-cycles.js";
import { median, rank } from "./statistics.js";

/**
 * What each rule about Merlin is worth where it was not found: estimates of all published designs with and without it, for the
 * kernels that it changes, apart from the families of its origin. `error` is the median over kernels of the mean error of
 * logarithms, `rank` that of the ranks within a kernel. RULE, a part of a rule's name, leaves the others out.
 */
interface Rule {
  readonly name: string;
  /** Families of kernels in which it was found; empty where nobody wrote that down, and for what follows from scheduling alone. */
  readonly origin: readonly string[];
  /** The module and its function that say it, and what they say without it. */
  readonly module: string;
  readonly function: string;
  readonly without: string;
}

const rules: readonly Rule[] = [
  rule(
    "iterations wait for the last",
    ["doitgen", "covariance"],
    "waiting",
    "waitsForLast",
    "false",
  ),
  rule("conditional updates", ["syrk"], "guarded-update", "guardedUpdate"),
  rule(
    "rows of registers take turns",
    ["covariance", "gemver"],
    "register-turns",
    "registerTurns",
    "0",
  ),
  rule("registers by a running index", [], "register-conflict", "registerConflict"),
  rule(
    "copies meet at a bank",
    [],
    "bank-conflict",
    "bankConflict",
    "{ latency: 0, isChosen: false }",
  ),
  rule("arrays are moved again", ["trmm"], "reloads", "reloadsOf", "0"),
  rule("tiles move while others compute", ["gesummv"], "tile-overlap", "hiddenCycles", "0"),
  rule("neighbours share a bank", [], "same-bank", "sameBank"),
  rule("copies hand values on", [], "schedule", "handedOn", "[]"),
];

// Imported when it runs: bundled, it would look for the project's folder beside the bundle.
const { bundle } = (await import(path.resolve("scripts/bundle.mjs"))) as {
  bundle: (entry: string, outfile: string, plugins?: readonly Plugin[]) => Promise<void>;
};
const outside = path.resolve("test-out/bench");
const worker = path.resolve("scripts/bench/hls-cycles.ts");
const wanted = rules.filter(({ name }) => name.includes(process.env["RULE"] ?? ""));
const whole = await cyclesOf(undefined);
if (whole.length > 0) {
  const lines: string[][] = [];
  for (const one of wanted) lines.push(lineOf(one, await cyclesOf(one)));
  console.log(
    table(
      ["rule", "found in", "kernels", "error", "without", "rank", "without", "kernels elsewhere"],
      lines,
      "llrrrrrl",
    ),
  );
}

function rule(
  name: string,
  origin: readonly string[],
  module: string,
  called: string,
  without = "undefined",
): Rule {
  return { name, origin, module, function: called, without };
}

/** Estimates by a copy of the estimator that lacks one rule. */
async function cyclesOf(missing: Rule | undefined): Promise<readonly DesignCycles[]> {
  const outfile = path.join(outside, "hls-cycles.mjs");
  const answer = path.join(outside, "hls-cycles.json");
  writeFileSync(answer, "[]");
  await bundle(worker, outfile, missing === undefined ? [] : [leftOut(missing)]);
  const { status } = spawnSync("node", [outfile, answer], { stdio: ["ignore", 2, 2] });
  if (status !== 0 || !existsSync(answer))
    throw new Error(`no estimates without ${missing?.name ?? "anything"}`);
  return JSON.parse(readFileSync(answer, "utf8")) as readonly DesignCycles[];
}

function leftOut({ module, function: called, without }: Rule): Plugin {
  return {
    name: "left-out",
    setup: (bundler) => {
      bundler.onLoad({ filter: new RegExp(`hls/estimate/${module}\\.ts$`) }, ({ path: file }) => {
        const text = readFileSync(file, "utf8");
        const head = `export function ${called}(`;
        if (!text.includes(head)) throw new Error(`${module} has no ${called}`);
        const stub = `export function ${called}(...left: any[]): any { return ${without}; }\nfunction replaced(`;
        return { contents: text.replace(head, stub), loader: "ts" as const };
      });
    },
  };
}

function lineOf({ name, origin }: Rule, without: readonly DesignCycles[]): string[] {
  const groups = new Map<string, number[]>();
  whole.forEach(({ group, ours }, index) => {
    const own = groups.get(group) ?? [];
    groups.set(group, own);
    if (without[index]?.ours !== ours) own.push(index);
  });
  const changed = [...groups].filter(([, own]) => own.length > 0).map(([group]) => group);
  const elsewhere = changed.filter(
    (group) => !origin.includes(familyOf(group.split("|")[1] ?? "")),
  );
  const said = (some: readonly DesignCycles[]): readonly [string, string] => {
    const each = elsewhere.map((group) => some.filter((one) => one.group === group));
    const errors = each.map((own) =>
      mean(own.map(({ ours, truth }) => Math.abs(Math.log(truth / ours)))),
    );
    const ranks = each.map((own) =>
      rank(
        own.map(({ ours }) => ours),
        own.map(({ truth }) => truth),
      ),
    );
    return [median(errors).toFixed(3), median(ranks).toFixed(3)];
  };
  const [error, order] = said(whole);
  const [errorWithout, orderWithout] = said(without);
  return [
    name,
    origin.join(", ") || "–",
    `${elsewhere.length} of ${changed.length}`,
    ...(elsewhere.length === 0 ? ["–", "–", "–", "–"] : [error, errorWithout, order, orderWithout]),
    elsewhere.map((group) => group.replace(/ .*\|/, " ")).join(", "),
  ];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0) / values.length;
}

import path from "node:path";
import {
  estimateKernel,
  topOf,
  type KernelEstimate,
} from "../../../server/core/hls/estimate-kernel.js";
import { decodeProfile } from "../../../server/core/hls/estimate/decode-profile.js";
import type { HlsProfile } from "../../../server/core/hls/estimate/profile.js";
import { readUnit } from "../../../server/core/hls/read/unit.js";
import type { HlsUnit, Step } from "../../../server/core/hls/ir.js";
import type { Problem } from "../../../server/core/base/problem.js";
import { openCppParser } from "../../../server/engines/cpp/parser.js";
import { loadHlsProfiles } from "../../../server/io/hls-files.js";

const root = path.resolve(import.meta.dirname, "../../..");

export const parser = await openCppParser({
  runtime: path.join(root, "node_modules/web-tree-sitter/web-tree-sitter.wasm"),
  grammar: path.join(root, "node_modules/tree-sitter-cpp/tree-sitter-cpp.wasm"),
});

export const profiles = loadHlsProfiles(path.join(root, "server/data")).value;

export function profileOf(id: string): HlsProfile {
  const found = profiles.find((profile) => profile.id === id);
  if (found === undefined) throw new Error(`no profile ${id}`);
  return found;
}

export function read(text: string): {
  readonly unit: HlsUnit;
  readonly problems: readonly Problem[];
} {
  const { value, problems } = readUnit(parser.parse(text));
  return { unit: value, problems };
}

export function estimate(text: string, tool = "vitis-2020.2"): KernelEstimate {
  const target = topOf(read(text).unit, undefined);
  if (target === undefined) throw new Error("no function");
  return estimateKernel(target, profileOf(tool));
}

/** One line for each loop: label, trip count, interval and its cause. */
export function loops(text: string, tool?: string): readonly string[] {
  return estimate(text, tool).timing.loops.map(
    ({ loop, factor, interval, isPipelined, isUnrolled, cause }) =>
      [
        loop.label || loop.iterator,
        `×${loop.trip.average ?? "?"}`,
        isUnrolled ? "unrolled" : isPipelined ? `II=${interval}` : "sequential",
        ...(factor > 1 && !isUnrolled ? [`factor ${factor}`] : []),
        ...(cause.kind === "none" ? [] : [`${cause.kind} ${cause.variable}`]),
      ].join(" "),
  );
}

/** Loops with trip counts, indented. */
export function shape(steps: readonly Step[], depth = 0): readonly string[] {
  return steps.flatMap((step) =>
    step.kind === "loop"
      ? [
          `${"  ".repeat(depth)}${step.iterator} ${step.trip.average ?? "?"}`,
          ...shape(step.body, depth + 1),
        ]
      : step.kind === "call"
        ? shape(step.body, depth)
        : step.kind === "branch"
          ? [...shape(step.then, depth), ...shape(step.otherwise, depth)]
          : [],
  );
}

export { decodeProfile };

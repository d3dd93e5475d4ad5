import { readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { neverCancelled } from "../core/base/cancel.js";
import { formatShare } from "../core/base/units.js";
import { findPart, unknownPartMessage } from "../core/design/find-part.js";
import { findHlsProject } from "../io/design/hls-project.js";
import { profileFor, readHls } from "../io/design/hls-reading.js";
import { count } from "../core/hls/rules/change.js";
import { editsOf } from "../core/hls/search/edits.js";
import { upperCycles } from "../core/hls/search/risk.js";
import { searchPragmas, type Point, type SearchResult } from "../core/hls/search/search.js";
import { findProfile } from "../core/hls/tool-names.js";
import { withoutText } from "../core/views/design/resource-text.js";
import { table } from "../core/reports/text-table.js";
import { findDataFolder } from "../io/catalogue-files.js";
import { cppParser } from "../io/cpp-parser.js";
import { loadHlsProfiles } from "../io/hls-files.js";
import { loadParts } from "../io/parts-files.js";
import { readArguments } from "./arguments.js";
import type { Command } from "./command.js";
import { rootsOf } from "./design-job.js";
import { UsageError } from "./usage-error.js";

export const command: Command = {
  name: "pragmas",
  summary: "the best pragmas of an HLS kernel within a share of the part",
  usage: `ridgepoint pragmas KERNEL.cpp [--top NAME] [--part xcvu9p] [--tool "Vitis 2020.2"] [--limit 0.8]
                  [--evaluations N] [--include DIR]… [--json] [--apply]

Searches what pragmas may say: where Merlin's stand, all their values (placeholders such as auto{__PARA__L0} too); in plain
C++ pipelines, unrolling and the partitions that it needs. Prints the Pareto front of cycles and the part's use; --limit is
the largest share of any resource. "up to" is what nine of ten designs as far from plain stay below, "fits" the chance that
the tool agrees that it keeps the limit; the best bet weighs both, and --apply writes it into the file.`,
  run: async (words) => {
    const asked = parse(words);
    const { file } = asked;
    const status = statSync(file, { throwIfNoEntry: false });
    if (status === undefined || !status.isFile() || status.size > 4 << 20) {
      process.stderr.write(`ridgepoint: \`${file}\` is no readable file of at most 4 MiB.\n`);
      return 1;
    }
    const text = readFileSync(file, "utf8");
    const dataFolder = await findDataFolder();
    const { value: families } = loadParts(dataFolder);
    const request = {
      file: path.resolve(file),
      text,
      files: [],
      roots: rootsOf([path.resolve(file)], asked.includeFolders),
      overlays: {},
      includeFolders: asked.includeFolders.map((name) => path.resolve(name)),
      defines: {},
      top: asked.top,
      clockNanoseconds: undefined,
    };
    const named = asked.part ?? findHlsProject(request)?.part;
    if (asked.part === undefined && named !== undefined && findPart(families, named) === undefined)
      process.stderr.write(
        `ridgepoint: the project's part \`${named}\` is not known; xcvu9p is taken.\n`,
      );
    const part =
      (named === undefined ? undefined : findPart(families, named)) ??
      findPart(families, asked.part ?? "xcvu9p");
    if (part === undefined)
      throw new UsageError(unknownPartMessage(families, asked.part ?? "xcvu9p"));
    const { value: profiles } = loadHlsProfiles(dataFolder);
    const profile = findProfile(profiles, asked.tool);
    if (profile === undefined)
      throw new UsageError(
        `Tool \`${asked.tool ?? ""}\` is not known; there are ${profiles.map(({ label }) => label).join(", ")}.`,
      );
    const parser = await cppParser();
    const { target, project } = readHls(request, (...source) => parser.parse(...source));
    if (target === undefined) {
      process.stderr.write(
        `ridgepoint: ${asked.top === undefined ? "there is no function in the file" : `function \`${asked.top}\` is not in the file`}.\n`,
      );
      return 1;
    }
    const result = searchPragmas(target, profileFor(profile, part.family.id, request, project), {
      capacity: part.part?.capacity ?? {},
      limit: asked.limit,
      cancel: neverCancelled,
      mostEvaluations: asked.evaluations,
    });
    process.stdout.write(
      asked.isJson
        ? jsonOf(file, target.name, result)
        : textOf(
            result,
            `of \`${target.name}\` on ${part.part?.id ?? part.family.id} with ${profile.label}`,
          ),
    );
    if (asked.isApplied) {
      const context = { file: path.resolve(file), text, capacity: part.part?.capacity ?? {} };
      const edits = [...editsOf(context, target, result, result.best)].sort(
        (a, b) => b.span.start - a.span.start,
      );
      let changed = text;
      for (const { span, text: inserted } of edits)
        changed = changed.slice(0, span.start) + inserted + changed.slice(span.end);
      writeFileSync(file, changed);
    }
    return 0;
  },
};

interface Asked {
  readonly file: string;
  readonly top: string | undefined;
  readonly part: string | undefined;
  readonly tool: string | undefined;
  readonly limit: number;
  readonly evaluations: number;
  readonly includeFolders: readonly string[];
  readonly isJson: boolean;
  readonly isApplied: boolean;
}

function parse(words: readonly string[]): Asked {
  const given = readArguments(words, {
    flags: ["json", "apply"],
    once: ["top", "part", "tool", "limit", "evaluations"],
    many: ["include"],
  });
  const { files } = given;
  const [file] = files;
  if (file === undefined || files.length > 1)
    throw new UsageError("`ridgepoint pragmas` takes one file.");
  const number = (name: string, fallback: number, low: number, high: number): number => {
    const value = Number(given.one(name) ?? fallback);
    if (!(low <= value && value <= high))
      throw new UsageError(`\`--${name}\` is a number from ${low} to ${high}.`);
    return value;
  };
  return {
    file,
    top: given.one("top"),
    part: given.one("part"),
    tool: given.one("tool"),
    limit: number("limit", 0.8, 0, 100),
    evaluations: number("evaluations", 3000, 1, 100_000),
    includeFolders: given.all("include"),
    isJson: given.has("json"),
    isApplied: given.has("apply"),
  };
}

function textOf(result: SearchResult, where: string): string {
  const { uncounted } = result.now.estimate;
  const isWhole = uncounted.length === 0;
  const least = (text: string): string => (isWhole ? text : `≥ ${text}`);
  const row = (mark: string, point: Point): readonly string[] => [
    mark,
    least(count(point.cycles)),
    isWhole ? count(upperOf(point)) : "?",
    least(count(point.estimate.area.dsp)),
    least(count(point.estimate.area.lut)),
    least(count(point.estimate.area.bram18)),
    least(formatShare(point.utilisation)),
    isWhole ? formatShare(point.chance) : "?",
    choiceText(result, point),
  ];
  const { best, front } = result;
  const shown = front.includes(best)
    ? front
    : [...front, best].sort((a, b) => b.cycles - a.cycles || a.utilisation - b.utilisation);
  const rows = [
    row("now", result.now),
    ...shown.map((point) => row(point === result.best ? "best" : "", point)),
  ];
  const body = table(
    ["", "cycles", "up to", "DSP", "LUT", "BRAM", "of the part", "fits", "pragmas"],
    rows,
    "lrrrrrrrl",
  );
  const lack = isWhole
    ? ""
    : `Counted ${withoutText({ without: uncounted })}, of which there is no source: designs take at least this, and whether one fits is not known.\n`;
  return `${body}\n${count(result.evaluated)} designs ${where} were estimated.\n${lack}`;
}

function upperOf({ cycles, reach, utilisation }: Point): number {
  return Math.round(upperCycles(cycles, reach, utilisation));
}

/** What differs from the file. */
function choiceText({ knobs, now }: SearchResult, point: Point): string {
  return knobs
    .flatMap((knob, index) => {
      if (point.choice[index] === now.choice[index]) return [];
      const value = knob.values[point.choice[index] ?? 0];
      const name = knob.loop.label === "" ? knob.loop.iterator : knob.loop.label;
      return [`${name}:${knob.what}${value?.text ? ` ${value.text}` : " none"}`];
    })
    .join(", ");
}

function jsonOf(file: string, top: string, result: SearchResult): string {
  const { uncounted } = result.now.estimate;
  const isWhole = uncounted.length === 0;
  const point = (one: Point): object => ({
    cycles: one.cycles,
    cyclesUpTo: isWhole ? upperOf(one) : null,
    chanceToFit: isWhole ? one.chance : null,
    resources: {
      dsp: Math.round(one.estimate.area.dsp),
      lut: Math.round(one.estimate.area.lut),
      ff: Math.round(one.estimate.area.ff),
      bram: Math.round(one.estimate.area.bram18),
    },
    utilisation: one.utilisation,
    pragmas: result.knobs.map((knob, index) => ({
      loop: knob.loop.label === "" ? knob.loop.iterator : knob.loop.label,
      offset: knob.loop.headerSpan.start,
      pragma: knob.what,
      value: knob.values[one.choice[index] ?? 0]?.text ?? "",
    })),
  });
  const document = {
    schemaVersion: 1,
    file,
    top,
    ...(!isWhole && { without: uncounted }),
    now: point(result.now),
    best: point(result.best),
    front: result.front.map(point),
    evaluated: result.evaluated,
  };
  return `${JSON.stringify(document, null, 1)}\n`;
}

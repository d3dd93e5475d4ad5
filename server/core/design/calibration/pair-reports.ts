import type { Design, MeasuredDesign } from "../design.js";
import { findPart } from "../find-part.js";
import type { ChosenPart, PartFamily } from "../part.js";
import type { MeasuredFormat } from "../measured/measured-format.js";
import { countedIn, countedOf } from "./counted.js";
import {
  isSameSlot,
  isSameSubject,
  type PairSubject,
  type ReportPair,
  type SourceState,
} from "./report-pair.js";

/** A report as it was found. */
export interface FoundReport {
  readonly format: Pick<MeasuredFormat, "id" | "stage">;
  readonly design: MeasuredDesign;
  readonly file: string;
  readonly time: string;
  readonly hash: string;
  /** It was made of the design's very sources, whatever lies on disk. */
  readonly isOfNow?: boolean;
}

export interface PairQuestion {
  readonly design: Design;
  readonly subject: PairSubject;
  readonly by: string;
  readonly part: ChosenPart;
  readonly families: readonly PartFamily[];
  /** A hash of the design's own sources. */
  readonly sources: string;
  /** The oldest first. */
  readonly states: readonly SourceState[];
  readonly known: readonly ReportPair[];
  /** Modules that are instantiated and of which there is no source: the count is without them. */
  readonly missing: readonly string[];
}

export interface PairAnswer {
  /** All that are known now, of this design and of others. */
  readonly pairs: readonly ReportPair[];
  /** Why a report has no say, by its file. */
  readonly refusals: ReadonlyMap<string, string>;
}

/**
 * Holds reports against what was counted of the sources as they were when each was written. A report counts for that state and no
 * other: an estimate of newer sources would take the edit for an error.
 */
export function pairReports(reports: readonly FoundReport[], question: PairQuestion): PairAnswer {
  let pairs = question.known;
  const refusals = new Map<string, string>();
  for (const report of reports) {
    const reason = refusalOf(report, question);
    if (reason !== undefined) {
      refusals.set(report.file, reason);
      continue;
    }
    const isKnown = pairs.some(
      (pair) =>
        pair.report.hash === report.hash &&
        pair.by === question.by &&
        isSameSubject(pair.subject, question.subject),
    );
    if (isKnown) continue;
    const state =
      report.isOfNow === true
        ? { sources: question.sources, ours: countedOf(question.design) }
        : stateAt(report.time, question.states);
    if (state === undefined) {
      refusals.set(report.file, olderText);
      continue;
    }
    const pair = pairOf(report, state, question);
    pairs = [...pairs.filter((other) => !isSameSlot(other, pair)), pair];
  }
  return { pairs, refusals };
}

const olderText =
  "the sources have changed since it was written, and what would have been counted of them then is not known; " +
  "analyse them before the tool runs, or right after";

function pairOf(
  { format, design: theirs, file, time, hash }: FoundReport,
  { sources, ours }: Pick<SourceState, "sources" | "ours">,
  { design, subject, by, families }: PairQuestion,
): ReportPair {
  const report = { format: format.id, tool: theirs.tool, file, time, hash };
  const said = countedIn(theirs, design);
  const device = theirs.device === undefined ? undefined : findPart(families, theirs.device)?.part;
  const isOtherPart = device !== undefined && device.id !== subject.part;
  const counted = isOtherPart ? { ...said, fmaxHertz: undefined } : said;
  return { subject, by, sources, report, ours, theirs: counted };
}

function refusalOf(
  { format, design }: FoundReport,
  { subject, part, families, missing }: PairQuestion,
): string | undefined {
  const { family } = part;
  if (format.stage === "logic" && subject.kind === "hls")
    return "it counts what synthesis has left, where the estimate is of what the HLS tool reports";
  if (format.stage === "hls" && subject.kind === "rtl")
    return "it is the estimate of an HLS tool, no synthesis";
  if (design.caveat !== undefined) return design.caveat;
  if (missing.length > 0)
    return `the estimate is without ${missing.map((name) => `\`${name}\``).join(", ")}, of which there is no source`;
  if (format.id === "yosys-stat" && family.factors.lut !== undefined)
    return `it counts before ${family.vendor}'s own tools have optimised, which the estimate is of`;
  const theirs = design.device === undefined ? undefined : familyOf(families, design.device);
  if (design.device !== undefined && theirs?.id !== family.id)
    return `it is of ${design.device}, and the design is analysed for ${part.part?.id ?? family.name}`;
  return undefined;
}

/** By its whole name, else by the family whose parts begin alike: not every part is listed. */
function familyOf(families: readonly PartFamily[], device: string): PartFamily | undefined {
  const found = findPart(families, device);
  if (found !== undefined) return found.family;
  const start = device.toLowerCase().slice(0, 4);
  const near = families.filter(({ parts }) => parts.some(({ id }) => id.startsWith(start)));
  return near.length === 1 ? near[0] : undefined;
}

/** The last state that was there when the report was written. File systems keep times to two seconds. */
function stateAt(time: string, states: readonly SourceState[]): SourceState | undefined {
  const end = Date.parse(time) + 2000;
  return states.filter(({ since }) => Date.parse(since) <= end).at(-1);
}

import { Decoder } from "../../base/decode.js";
import type { Outcome } from "../../base/problem.js";
import { type MeasuredLoop, type MeasuredModule, resourceKinds } from "../design.js";
import type { Counted } from "./counted.js";
import type { PairSubject, ReportPair, SourceState } from "./report-pair.js";

type Fields = Readonly<Record<string, unknown>>;

/** Reads a project's file of pairs. One that is wrong is told and left out; the others hold. */
export function decodePairs(value: unknown, file: string): Outcome<readonly ReportPair[]> {
  const decoder = new Decoder(`Calibration \`${file}\``);
  const pairs = decoder.array(decoder.object(value, "$")?.["pairs"], "pairs") ?? [];
  return {
    value: pairs.flatMap((pair, index) => pairOf(decoder.within(`pairs[${index}]`), pair) ?? []),
    problems: decoder.problems,
  };
}

export function decodeStates(value: unknown): readonly SourceState[] {
  const decoder = new Decoder("States");
  return (decoder.array(value, "$") ?? []).flatMap((one, index): SourceState[] => {
    const within = decoder.within(`${index}`);
    const fields = within.object(one, "$");
    const sources = within.string(fields?.["sources"], "sources");
    const since = timeOf(within, fields?.["since"], "since");
    const ours = countedOf(within, fields?.["ours"], "ours");
    return sources && since && ours ? [{ sources, since, ours }] : [];
  });
}

function pairOf(decoder: Decoder, value: unknown): ReportPair | undefined {
  const fields = decoder.object(value, "$");
  if (fields === undefined) return undefined;
  const subject = subjectOf(decoder, fields["subject"]);
  const by = decoder.string(fields["by"], "by");
  const sources = decoder.string(fields["sources"], "sources");
  const report = reportOf(decoder, fields["report"]);
  const ours = countedOf(decoder, fields["ours"], "ours");
  const theirs = countedOf(decoder, fields["theirs"], "theirs");
  return subject && by && sources && report && ours && theirs
    ? { subject, by, sources, report, ours, theirs }
    : undefined;
}

function subjectOf(decoder: Decoder, value: unknown): PairSubject | undefined {
  const fields = decoder.object(value, "subject");
  const kind = decoder.oneOf(fields?.["kind"], "subject.kind", ["rtl", "hls"]);
  const top = decoder.string(fields?.["top"], "subject.top");
  const family = decoder.string(fields?.["family"], "subject.family");
  const part = decoder.string(fields?.["part"], "subject.part");
  return kind && top && family && part ? { kind, top, family, part } : undefined;
}

function reportOf(decoder: Decoder, value: unknown): ReportPair["report"] | undefined {
  const fields = decoder.object(value, "report");
  const format = decoder.string(fields?.["format"], "report.format");
  const tool = decoder.string(fields?.["tool"], "report.tool");
  const file = decoder.string(fields?.["file"], "report.file");
  const time = timeOf(decoder, fields?.["time"], "report.time");
  const hash = decoder.string(fields?.["hash"], "report.hash");
  return format && tool && file && time && hash ? { format, tool, file, time, hash } : undefined;
}

function countedOf(decoder: Decoder, value: unknown, path: string): Counted | undefined {
  const fields = decoder.object(value, path);
  if (fields === undefined) return undefined;
  return {
    counts: countsOf(fields["counts"]),
    fmaxHertz: numberOf(fields["fmaxHertz"]),
    latencyCycles: numberOf(fields["latencyCycles"]),
    modules: listOf(fields["modules"]).flatMap(moduleOf),
    loops: listOf(fields["loops"]).flatMap(loopOf),
  };
}

function countsOf(value: unknown): Counted["counts"] {
  const fields = fieldsOf(value);
  return Object.fromEntries(
    resourceKinds.flatMap((kind) => {
      const count = numberOf(fields[kind]);
      return count === undefined ? [] : [[kind, count]];
    }),
  );
}

function moduleOf(value: unknown): readonly MeasuredModule[] {
  const { name, counts } = fieldsOf(value);
  return typeof name === "string" ? [{ name, counts: countsOf(counts) }] : [];
}

function loopOf(value: unknown): readonly MeasuredLoop[] {
  const { label, ...fields } = fieldsOf(value);
  if (typeof label !== "string") return [];
  const [tripCount, initiationInterval, depthCycles, latencyCycles] = [
    "tripCount",
    "initiationInterval",
    "depthCycles",
    "latencyCycles",
  ].map((key) => numberOf(fields[key]));
  return [{ label, tripCount, initiationInterval, depthCycles, latencyCycles }];
}

function timeOf(decoder: Decoder, value: unknown, path: string): string | undefined {
  const text = decoder.string(value, path);
  if (text === undefined || !Number.isNaN(Date.parse(text))) return text;
  return decoder.complain(path, "should be a time such as 2026-01-31T12:00:00Z.");
}

/** A count, a frequency or cycles; what is anything else is not known. */
function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

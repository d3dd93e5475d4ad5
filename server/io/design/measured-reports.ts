import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import type { FoundReport } from "../../core/design/calibration/pair-reports.js";
import type { DesignProblem, MeasuredDesign } from "../../core/design/design.js";
import { sourceFile } from "../../core/design/places.js";
import { measuredFormats } from "../../core/design/measured/index.generated.js";
import { contains } from "../inside.js";
import { hashOf } from "../quant/result-cache.js";
import type { DesignRequest } from "./design-request.js";
import { reportFilesBelow } from "./report-files.js";

const sizeLimit = 16 << 20;
const keptLimit = 64;

export interface MeasuredReports {
  readonly found: readonly FoundReport[];
  readonly problems: readonly DesignProblem[];
}

/**
 * Reports of other tools: those that are named, else those in the project that speak of the top. Of several of one kind the
 * nearest to the file counts, as boards of one project have tops of one name; of equally near ones the newest.
 */
export function measuredReports(
  request: DesignRequest,
  top: string | undefined,
  project: string,
): MeasuredReports {
  if (request.reports !== undefined) return readNamed(request.reports, request.file, project);
  const folder = path.dirname(request.file);
  const files = new Set([...reportFilesBelow(folder), ...reportFilesBelow(project)]);
  const best = new Map<string, Candidate>();
  for (const file of files) {
    const read = readReport(file, project);
    const design = read && aboutTop(read.design, top, request.text);
    if (read === undefined || design === undefined) continue;
    const found = { report: { ...read, design }, steps: stepsUp(folder, file) };
    const known = best.get(read.format.id);
    if (known === undefined || isBetter(found, known)) best.set(read.format.id, found);
  }
  return { found: [...best.values()].map(({ report }) => report), problems: [] };
}

interface Candidate {
  readonly report: FoundReport;
  readonly steps: number;
}

function isBetter(a: Candidate, b: Candidate): boolean {
  if (a.steps !== b.steps) return a.steps < b.steps;
  const later = Date.parse(a.report.time) - Date.parse(b.report.time);
  // Files of one run: a tool's summary beside its report.
  if (Math.abs(later) < runMilliseconds) return contentOf(a) > contentOf(b);
  return later > 0;
}

const runMilliseconds = 120_000;

function contentOf({ report: { design } }: Candidate): number {
  const { counts, modules, loops } = design;
  return Object.keys(counts).length + modules.length + loops.length;
}

/** How many folders to go up until the file is below. */
function stepsUp(folder: string, file: string): number {
  let steps = 0;
  for (let at = folder; !contains(at, file) && at !== path.dirname(at); at = path.dirname(at))
    steps += 1;
  return steps;
}

/**
 * What a report says of a module: all of it where it is the report's top, its row where the report lists it; where a report names
 * nothing, its file's name decides, or the signals that it mentions.
 */
function aboutTop(
  design: MeasuredDesign,
  wanted: string | undefined,
  text: string,
): MeasuredDesign | undefined {
  const { tool, top, modules, file } = design;
  if (top === wanted && top !== undefined) return design;
  const row = modules.find(({ name }) => name === wanted);
  if (row !== undefined && wanted !== undefined)
    return {
      tool: top === undefined ? tool : `${tool} of ${top}`,
      file,
      top: wanted,
      device: design.device,
      counts: row.counts,
      ...(row.latencyCycles !== undefined && { latencyCycles: row.latencyCycles }),
      modules: [],
      loops: [],
    };
  if (wanted === undefined || top !== undefined || modules.length > 0) return undefined;
  const isCalledSo = path.basename(file).split(/[._-]/).includes(wanted);
  return isCalledSo || mentions(design.signals ?? [], text) ? design : undefined;
}

/** Nine of ten of a report's signals stand in the text of the top: those of a module inside of it have its name in front. */
function mentions(signals: readonly string[], text: string): boolean {
  if (signals.length < fewestSignals) return false;
  const words = new Set(text.match(/[A-Za-z]\w*/g));
  return signals.filter((name) => words.has(name)).length >= 0.9 * signals.length;
}

const fewestSignals = 3;

function readNamed(files: readonly string[], subject: string, project: string): MeasuredReports {
  const found: FoundReport[] = [];
  const problems: DesignProblem[] = [];
  for (const file of files) {
    const read = readReport(file, project);
    if (read !== undefined) found.push(read);
    else
      problems.push({
        code: "RP5030",
        severity: "warning",
        message: `\`${path.basename(file)}\` is no report that is known: Vivado utilization (also by hierarchy) or timing, Quartus fit or sta, Yosys stat -json, nextpnr report, Vitis csynth.xml.`,
        place: sourceFile(subject),
      });
  }
  return { found, problems };
}

interface Kept {
  readonly signature: string;
  readonly report: FoundReport | undefined;
}

const kept = new Map<string, Kept>();

/** Read again only when it has changed: it is asked for at every analysis. */
function readReport(file: string, project: string): FoundReport | undefined {
  const status = statSync(file, { throwIfNoEntry: false });
  if (status?.isFile() !== true || status.size > sizeLimit) return undefined;
  const signature = `${status.size} ${status.mtimeMs} ${project}`;
  const before = kept.get(file);
  if (before?.signature === signature) return before.report;
  const report = parseReport(file, status.mtimeMs, project);
  if (kept.size >= keptLimit) kept.clear();
  kept.set(file, { signature, report });
  return report;
}

function parseReport(file: string, modified: number, project: string): FoundReport | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    // Forbidden: as good as absent.
    return undefined;
  }
  for (const format of measuredFormats) {
    if (!format.sniff(text)) continue;
    const read = format.read(text, file);
    if (read === undefined) continue;
    const design = { ...read, top: entityOfRevision(file, project) ?? read.top };
    return {
      format: {
        id: design.isBeforePlacement === true ? `${format.id}-synthesised` : format.id,
        stage: format.stage,
      },
      design,
      file: path.relative(project, file).replaceAll("\\", "/"),
      time: new Date(writtenAt(text, modified)).toISOString(),
      hash: hashOf(text),
    };
  }
  return undefined;
}

/** Quartus' timing report names the revision, and the fitter's beside it the entity on top. */
function entityOfRevision(file: string, project: string): string | undefined {
  if (!file.endsWith(timingEnding)) return undefined;
  const revision = file.slice(0, -timingEnding.length);
  for (const ending of [".fit.summary", ".fit.rpt", ".flow.rpt"]) {
    const top = readReport(`${revision}${ending}`, project)?.design.top;
    if (top !== undefined) return top;
  }
  return undefined;
}

const timingEnding = ".sta.rpt";

const dayMilliseconds = 86_400_000;

/**
 * When the tool wrote it. Its own date has no time zone, so that the file's time counts where the two are about the same; where they
 * are not, the file was copied or checked out since, and the tool's date counts.
 */
function writtenAt(text: string, modified: number): number {
  const own = Date.parse(datePattern.exec(text.slice(0, 4000))?.[1] ?? "");
  const isCopy = !Number.isNaN(own) && Math.abs(own - modified) > dayMilliseconds;
  return isCopy ? own : modified;
}

/** `Tue Dec  6 21:07:02 2022`, as Vivado, Quartus and Vitis write it; the date of a build has a time zone in it. */
const datePattern =
  /\b((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +\d{1,2} \d{2}:\d{2}:\d{2} \d{4})\b/;

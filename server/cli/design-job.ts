import { readFileSync } from "node:fs";
import path from "node:path";
import { neverCancelled } from "../core/base/cancel.js";
import { emptyReport } from "../core/views/empty-report.js";
import { designReport } from "../core/views/design/design-report.js";
import { designKindOfFile, isFileList } from "../core/design/file-kinds.js";
import { findDataFolder } from "../io/catalogue-files.js";
import { analyseDesign, designAnalystOf } from "../io/design/analyse-design.js";
import { loadParts } from "../io/parts-files.js";
import { complaintOf } from "./complaint.js";
import type { JobResult, Progress } from "./job.js";
import type { AnalyzeRequest } from "./words.js";

/** True for hardware descriptions. */
export function isDesignJob({ file, op }: AnalyzeRequest): boolean {
  return op === undefined && file !== undefined && designAnalystOf(file) !== undefined;
}

/** A description larger than this is a netlist that takes minutes. */
const sourceLimit = 32 << 20;
/** Nobody types meanwhile. */
const timeLimitSeconds = 600;

export async function runDesignJob(
  { file = "", design: words }: AnalyzeRequest,
  progress: Progress,
): Promise<JobResult> {
  const complaint = complaintOf(file, sourceLimit);
  if (complaint !== undefined)
    return { document: emptyReport(file, [complaint]), isAnalysed: false };
  const dataFolder = await findDataFolder();
  const { value: families } = loadParts(dataFolder);
  const absolute = path.resolve(file);
  const others = words.files.map((name) => path.resolve(name));
  // Sources are read in the order of the command line, unless a file list has one of its own.
  const isOrdered = others.length > 0 && designKindOfFile(absolute) === "rtl";
  const files = isOrdered && !others.some(isFileList) ? [absolute, ...others] : others;
  const design = await analyseDesign(
    {
      file: absolute,
      text: readFileSync(absolute, "utf8"),
      files,
      overlays: {},
      roots: rootsOf([absolute, ...files], words.includeFolders),
      includeFolders: words.includeFolders.map((name) => path.resolve(name)),
      top: words.top,
      part: words.part,
      clockNanoseconds: words.clockNanoseconds,
      activity: words.activity,
      tool: words.tool,
      parameters: words.parameters,
      defines: words.defines,
      reports:
        words.reports.length === 0 ? undefined : words.reports.map((name) => path.resolve(name)),
      isCalibrated: words.isCalibrated,
      hierarchy: words.hierarchy,
      isRouted: words.isRouted,
      seconds: timeLimitSeconds,
    },
    {
      families,
      dataFolder,
      cancel: neverCancelled,
      signal: new AbortController().signal,
      log: (line) => process.stderr.write(`ridgepoint: ${line}\n`),
      progress,
    },
  );
  return {
    document: designReport(file, design),
    isAnalysed: design.total !== undefined || design.loops.length > 0,
  };
}

/** Whoever names a file or a folder on the command line allows what is in it; and the folder that they work in. */
export function rootsOf(files: readonly string[], folders: readonly string[]): readonly string[] {
  const named = [
    ...files.map((file) => path.dirname(file)),
    ...folders.map((one) => path.resolve(one)),
  ];
  return [...new Set([process.cwd(), ...named])];
}

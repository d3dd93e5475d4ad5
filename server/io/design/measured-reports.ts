import { readFileSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import type { DesignProblem, MeasuredDesign } from "../../core/design/design.js";
import { sourceFile } from "../../core/design/places.js";
import { measuredFormats } from "../../core/design/measured/index.generated.js";
import type { DesignRequest } from "./design-request.js";

const sizeLimit = 16 << 20;
const folderLimit = 2000;
const reportLimit = 8;
const depthLimit = 6;

/**
 * Reports of other tools: those that are named, else those that lie below the folder of the file and speak of its top. Of
 * several of one kind the newest counts.
 */
export function measuredReports(
  request: DesignRequest,
  top: string | undefined,
): { readonly measured: readonly MeasuredDesign[]; readonly problems: readonly DesignProblem[] } {
  if (request.reports !== undefined) return readNamed(request.reports, request.file);
  const found = new Map<string, { readonly time: number; readonly design: MeasuredDesign }>();
  for (const file of candidates(path.dirname(request.file))) {
    const read = readReport(file);
    if (read === undefined || !speaksOf(read.design, top)) continue;
    const known = found.get(read.id);
    if (known === undefined || known.time < read.time) found.set(read.id, read);
    if (found.size >= reportLimit) break;
  }
  return { measured: [...found.values()].map(({ design }) => design), problems: [] };
}

/** Its top, one of the modules that it lists, or, where a report names nothing, its file's name. */
function speaksOf({ top, modules, file }: MeasuredDesign, wanted: string | undefined): boolean {
  if (wanted === undefined || top !== undefined) return top === wanted;
  if (modules.length > 0) return modules.some(({ name }) => name === wanted);
  return path.basename(file).split(/[._-]/).includes(wanted);
}

function readNamed(
  files: readonly string[],
  subject: string,
): { readonly measured: readonly MeasuredDesign[]; readonly problems: readonly DesignProblem[] } {
  const measured: MeasuredDesign[] = [];
  const problems: DesignProblem[] = [];
  for (const file of files) {
    const read = readReport(file);
    if (read !== undefined) measured.push(read.design);
    else
      problems.push({
        code: "RP5030",
        severity: "warning",
        message: `\`${path.basename(file)}\` is no report that is known: Vivado utilization (also by hierarchy) or timing, Quartus fit or sta, Yosys stat -json, nextpnr report, Vitis csynth.xml.`,
        place: sourceFile(subject),
      });
  }
  return { measured, problems };
}

function readReport(
  file: string,
): { readonly id: string; readonly time: number; readonly design: MeasuredDesign } | undefined {
  const status = statSync(file, { throwIfNoEntry: false });
  if (status?.isFile() !== true || status.size > sizeLimit) return undefined;
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    // Forbidden: as good as absent.
    return undefined;
  }
  for (const format of measuredFormats) {
    if (!format.sniff(text)) continue;
    const design = format.read(text, file);
    if (design !== undefined) return { id: format.id, time: status.mtimeMs, design };
  }
  return undefined;
}

function candidates(folder: string): readonly string[] {
  const files: string[] = [];
  let folderCount = 0;
  const walk = (at: string, depth: number): void => {
    folderCount += 1;
    if (depth > depthLimit || folderCount > folderLimit) return;
    let entries;
    try {
      entries = readdirSync(at, { withFileTypes: true });
    } catch {
      // Forbidden or gone.
      return;
    }
    for (const entry of entries) {
      if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
      const full = path.join(at, entry.name);
      if (entry.isDirectory()) walk(full, depth + 1);
      else if (entry.isFile() && measuredFormats.some(({ names }) => names.test(entry.name)))
        files.push(full);
    }
  };
  walk(folder, 0);
  return files;
}

import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { decodePairs } from "../../core/design/calibration/decode-pairs.js";
import type { ReportPair } from "../../core/design/calibration/report-pair.js";
import { contains, realPath } from "../inside.js";
import { projectStateName } from "./project-folder.js";

const fileName = "calibration.json";
const sizeLimit = 4 << 20;
const pairLimit = 200;

/** What is known of a project's reports. Kept beside its sources, so that who checks them out has it as well. */
export function readPairs(project: string, log: (line: string) => void): readonly ReportPair[] {
  const file = path.join(project, projectStateName, fileName);
  const status = statSync(file, { throwIfNoEntry: false });
  if (status?.isFile() !== true || status.size > sizeLimit || !isInProject(project, file))
    return [];
  try {
    const { value, problems } = decodePairs(JSON.parse(readFileSync(file, "utf8")), file);
    for (const { message } of problems) log(message);
    return value;
  } catch (error) {
    log(`${file}: ${String(error)}`);
    return [];
  }
}

export function writePairs(
  project: string,
  pairs: readonly ReportPair[],
  log: (line: string) => void,
): void {
  const folder = path.join(project, projectStateName);
  const file = path.join(folder, fileName);
  const text = JSON.stringify({ about, pairs: pairs.slice(-pairLimit) }, undefined, 1);
  try {
    mkdirSync(folder, { recursive: true });
    if (!isInProject(project, folder)) return;
    // Whole or not at all: the editor and the command line may write at once.
    const draft = `${file}.${process.pid}.tmp`;
    writeFileSync(draft, `${text}\n`);
    renameSync(draft, file);
  } catch (error) {
    // A folder that may not be written to: the reports count for this analysis alone.
    log(`${file}: ${String(error)}`);
  }
}

const about =
  "Written by Ridgepoint: reports of synthesis tools beside what it had counted of the same sources. Its estimates follow them; delete the file to begin anew.";

/** A link that leads out of the project is neither followed nor written through. */
function isInProject(project: string, at: string): boolean {
  const [root, real] = [realPath(project), realPath(at)];
  return root !== undefined && real !== undefined && contains(root, real);
}

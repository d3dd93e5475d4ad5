import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import type { HlsProject } from "../../core/hls/project/project-file.js";
import { isProjectName, isProjectText, readProject } from "../../core/hls/project/project-file.js";
import { contains, realPath, textInside } from "../inside.js";
import type { DesignRequest } from "./design-request.js";

/** A project of Vitis HLS that a source belongs to. */
export interface FoundProject extends Omit<HlsProject, "sourced"> {
  /** The script or configuration; its path and those of the project are absolute. */
  readonly file: string;
}

const mostLevels = 4;
const mostCandidates = 60;
const mostText = 256 * 1024;

/**
 * The project that names a source: a configuration (`hls_config.cfg`) or a Tcl script in its folder, in a folder above it, or in
 * one right beside (`solution1/script.tcl` with `directives.tcl`, as the tool's own window writes them). Nearest first; a
 * configuration goes before a script. Undefined where none does.
 */
export function findHlsProject(
  request: Pick<DesignRequest, "file" | "roots" | "overlays">,
): FoundProject | undefined {
  const realRoots = request.roots.flatMap((root) => realPath(root) ?? []);
  for (const file of candidates(request)) {
    const project = projectOf(file, realRoots);
    if (project === undefined) continue;
    if (!project.sources.some((source) => isSameFile(file, source, request.file))) continue;
    return foundProject(file, project, request.file, realRoots);
  }
  return undefined;
}

const read = new Map<
  string,
  { readonly state: string; readonly project: HlsProject | undefined }
>();

/** What a script says; undefined for those that are about something else. It is asked at every keystroke. */
function projectOf(file: string, realRoots: readonly string[]): HlsProject | undefined {
  const status = statSync(file, { throwIfNoEntry: false });
  const state = `${status?.mtimeMs ?? ""} ${status?.size ?? ""}`;
  const before = read.get(file);
  if (before?.state === state) return before.project;
  const text = textInside(file, realRoots, mostText);
  const project =
    text === undefined || !isProjectText(file, text) ? undefined : readProject(file, text);
  if (read.size > 2000) read.clear();
  read.set(file, { state, project });
  return project;
}

function foundProject(
  file: string,
  project: HlsProject,
  source: string,
  realRoots: readonly string[],
): FoundProject {
  const { top, part, clockNanoseconds, flow, defines } = project;
  // What the window has been told stands beside the script that it writes.
  const sourced = [...project.sourced.map((one) => path.basename(one)), "directives.tcl"];
  const scripts = [...new Set(sourced)].map((name) => path.join(path.dirname(file), name));
  const further = file.endsWith(".tcl")
    ? scripts.flatMap((script) => {
        const project = script === file ? undefined : projectOf(script, realRoots);
        return project?.directives ?? [];
      })
    : [];
  const folder = baseOf(file, project.sources, source);
  return {
    file,
    top,
    part,
    clockNanoseconds,
    flow,
    defines,
    // The others than this one.
    sources: project.sources
      .map((one) => path.resolve(folder, one))
      .filter((one) => one !== source && /\.(c|cc|cpp|cxx)$/i.test(one)),
    includeFolders: project.includeFolders.map((one) => path.resolve(folder, one)),
    directives: [...project.directives, ...further],
  };
}

/** Where the relative paths of a project begin: scripts run wherever the user calls them, so that the source itself tells it. */
function baseOf(file: string, sources: readonly string[], source: string): string {
  const own = path.dirname(file);
  for (const one of sources)
    for (let folder = own; ; folder = path.dirname(folder)) {
      if (path.resolve(folder, one) === source) return folder;
      if (folder === path.dirname(folder)) break;
    }
  return own;
}

/** Whether a path of a project means this file: as it stands, or below some folder above the project's file. */
function isSameFile(project: string, written: string, file: string): boolean {
  if (path.basename(written) !== path.basename(file)) return false;
  const plain = path.normalize(written.replace(/^(?:\.\.?[\\/])+/, ""));
  if (path.resolve(path.dirname(project), written) === file || file.endsWith(path.sep + plain))
    return true;
  // `project/src/kernel.cpp` of a script in `project/solution1`, whose project is in a folder of another name now.
  const inside = plain.slice(plain.indexOf(path.sep) + 1);
  return path.join(path.dirname(path.dirname(project)), inside) === file;
}

function candidates({ file, roots }: Pick<DesignRequest, "file" | "roots">): readonly string[] {
  const found: string[] = [];
  let folder = path.dirname(file);
  for (let level = 0; level < mostLevels; level += 1) {
    if (!roots.some((root) => contains(root, folder))) break;
    const { files, folders } = listed(folder);
    found.push(...files);
    for (const inner of folders) found.push(...listed(inner).files);
    const up = path.dirname(folder);
    if (up === folder) break;
    folder = up;
  }
  return found.slice(0, mostCandidates);
}

interface Listed {
  readonly time: number;
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

const known = new Map<string, Listed>();

/** This is asked at every keystroke: a folder is listed again only when it has changed. */
function listed(folder: string): Listed {
  const time = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const before = known.get(folder);
  if (before?.time === time) return before;
  if (known.size > 2000) known.clear();
  const now = { time, ...entriesOf(folder) };
  known.set(folder, now);
  return now;
}

function entriesOf(folder: string): Omit<Listed, "time"> {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    // Forbidden or gone.
    return { files: [], folders: [] };
  }
  const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  const rank = (name: string): number => (name.endsWith(".cfg") ? 0 : 1);
  const files = names
    .filter((name) => isProjectName(name) && name !== "directives.tcl")
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map((name) => path.join(folder, name));
  const folders = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .slice(0, 40)
    .map(({ name }) => path.join(folder, name));
  return { files, folders };
}

import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { isReportName } from "../../core/design/measured/report-names.js";

const folderLimit = 2000;
const depthLimit = 6;
const knownLimit = 8000;

interface Listed {
  /** Of the folder: what is in it has changed when it has. */
  readonly time: number;
  readonly folders: readonly string[];
  readonly files: readonly string[];
}

const known = new Map<string, Listed>();

/**
 * Files below a folder that are called as reports are, those of near folders first. It is asked at every analysis: a folder is
 * listed again only when it has changed.
 */
export function reportFilesBelow(folder: string): readonly string[] {
  const files: string[] = [];
  let level: readonly string[] = [folder];
  let folderCount = 0;
  for (let depth = 0; depth <= depthLimit && level.length > 0; depth += 1) {
    const next: string[] = [];
    for (const at of level) {
      folderCount += 1;
      if (folderCount > folderLimit) return files;
      const { folders, files: own } = listOf(at);
      files.push(...own);
      next.push(...folders);
    }
    level = next;
  }
  return files;
}

function listOf(folder: string): Listed {
  const time = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const before = known.get(folder);
  if (before?.time === time) return before;
  const listed = { time, ...entriesOf(folder) };
  if (known.size >= knownLimit) known.clear();
  known.set(folder, listed);
  return listed;
}

function entriesOf(folder: string): Omit<Listed, "time"> {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    // Forbidden or gone.
    return { folders: [], files: [] };
  }
  const shown = entries.filter(({ name }) => !name.startsWith(".") && name !== "node_modules");
  const pathsOf = (some: typeof shown): readonly string[] =>
    some.map(({ name }) => path.join(folder, name));
  return {
    folders: pathsOf(shown.filter((entry) => entry.isDirectory())),
    files: pathsOf(shown.filter((entry) => entry.isFile() && isReportName(entry.name))),
  };
}

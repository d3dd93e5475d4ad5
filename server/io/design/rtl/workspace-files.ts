import { readdirSync } from "node:fs";
import path from "node:path";
import { contains } from "../../inside.js";

const fileLimit = 3000;
const depthLimit = 12;

/**
 * Files of the roots whose names match, those near to a file first: of a workspace with more than can be looked at, the farthest are left
 * out.
 */
export function workspaceFiles(
  roots: readonly string[],
  near: string,
  names: RegExp,
): readonly string[] {
  const found: string[] = [];
  const seen = new Set<string>();
  const walk = (folder: string, depth: number): void => {
    if (depth > depthLimit || found.length >= fileLimit || seen.has(folder)) return;
    seen.add(folder);
    let entries;
    try {
      entries = readdirSync(folder, { withFileTypes: true });
    } catch {
      // Forbidden or gone.
      return;
    }
    for (const entry of entries) {
      if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
      const full = path.join(folder, entry.name);
      if (entry.isDirectory()) walk(full, depth + 1);
      else if (entry.isFile() && names.test(entry.name)) found.push(full);
      if (found.length >= fileLimit) return;
    }
  };
  for (const folder of foldersAround(roots, near)) walk(folder, 0);
  for (const root of roots) walk(root, 0);
  return found;
}

/** The file's own folder, the one around it, and so on up to a root. */
function foldersAround(roots: readonly string[], file: string): readonly string[] {
  const folders: string[] = [];
  for (let at = path.dirname(file); ; at = path.dirname(at)) {
    if (!roots.some((root) => contains(root, at))) return folders;
    folders.push(at);
    if (at === path.dirname(at)) return folders;
  }
}

/** Folders to go up and down from one file to the other. */
export function distance(from: string, to: string): number {
  return path.relative(path.dirname(from), path.dirname(to)).split(path.sep).filter(Boolean).length;
}

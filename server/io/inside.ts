import { readFileSync, realpathSync, statSync } from "node:fs";
import path from "node:path";

/** Whether a path lies in a folder, judged as text: give real paths where links matter. */
export function contains(root: string, file: string): boolean {
  const inside = path.relative(root, file);
  return inside !== ".." && !inside.startsWith(`..${path.sep}`) && !path.isAbsolute(inside);
}

export function realPath(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch {
    // Absent is an answer here.
    return undefined;
  }
}

/**
 * The text of a file of at most `limit` bytes whose real path lies in one of the folders, which are given by their real
 * paths; undefined when it is not there, no file, too large, forbidden or outside.
 */
export function textInside(
  file: string,
  realRoots: readonly string[],
  limit: number,
): string | undefined {
  const real = realPath(file);
  if (real === undefined || !realRoots.some((root) => contains(root, real))) return undefined;
  const status = statSync(real, { throwIfNoEntry: false });
  if (status?.isFile() !== true || status.size > limit) return undefined;
  try {
    return readFileSync(real, "utf8");
  } catch {
    // Forbidden: as good as absent.
    return undefined;
  }
}

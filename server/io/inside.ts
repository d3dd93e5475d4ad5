import { realpathSync } from "node:fs";
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

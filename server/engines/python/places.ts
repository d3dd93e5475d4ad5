import { realpathSync } from "node:fs";
import path from "node:path";
import type { PythonRoot } from "./job.js";
import type { RootMessage } from "./wire.js";

/** Python sees the roots of a job as `/roots/0`, `/roots/1`, …: nothing of the host's layout. */
export function toVirtualPath(roots: readonly PythonRoot[], file: string): string | undefined {
  // The innermost root wins, so that a package folder inside the workspace is one of its own.
  let best: { readonly index: number; readonly inside: string } | undefined;
  for (const [index, root] of roots.entries()) {
    const inside = path.relative(root.folder, file);
    if (inside === ".." || inside.startsWith(`..${path.sep}`) || path.isAbsolute(inside)) continue;
    if (best === undefined || inside.length < best.inside.length) best = { index, inside };
  }
  if (best === undefined) return undefined;
  const inside = best.inside.split(path.sep).join("/");
  return inside === "" ? `/roots/${best.index}` : `/roots/${best.index}/${inside}`;
}

/** Undefined for what is not the user's: the standard library, our own packages. */
export function toHostPath(roots: readonly PythonRoot[], file: string): string | undefined {
  const found = /^\/roots\/(\d+)(?:\/(.*))?$/.exec(file);
  const root = roots[Number(found?.[1] ?? -1)];
  if (root === undefined) return undefined;
  return path.join(root.folder, ...(found?.[2] ?? "").split("/"));
}

/** A text for people, such as a traceback, with the host's paths in it. */
export function toHostText(roots: readonly PythonRoot[], text: string): string {
  return text.replace(
    /\/roots\/(\d+)/g,
    (all, index: string) => roots[Number(index)]?.folder ?? all,
  );
}

/** What is not there, or not a folder, stays in its place as an empty one, so that the others keep their numbers. */
export function confineRoots(roots: readonly PythonRoot[]): readonly RootMessage[] {
  return roots.map(({ folder, isLibrary }) => {
    try {
      return { folder: realpathSync.native(folder), isLibrary };
    } catch {
      // Looked for again at each job: it may come to be.
      return { folder: path.resolve(folder), isLibrary };
    }
  });
}

import { realpathSync, statSync } from "node:fs";
import { join, relative, isAbsolute, sep } from "node:path";
import type { Neighbourhood } from "../core/base/byte-source.js";
import { type FileBytes, openFileBytes } from "./file-bytes.js";

export interface FileNeighbourhood extends Neighbourhood {
  /** Closes what was opened. */
  close(): void;
}

/**
 * The files beside a model. A model file is untrusted input: it may name any path for its weights, and a path that
 * leads out of its folder (absolute, `..`, a drive, a symbolic link) is answered with `escapes` and never opened.
 */
export function neighbourhoodOf(folder: string): FileNeighbourhood {
  const opened = new Map<string, FileBytes>();
  let realFolder: string | undefined;

  /** The real path of a file inside the folder. */
  const resolveInside = (relativePath: string): Located => {
    if (leadsOut(relativePath)) return { kind: "escapes" };
    try {
      realFolder ??= realpathSync(folder);
      const real = realpathSync(join(realFolder, relativePath));
      const inside = relative(realFolder, real);
      if (inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside))
        return { kind: "escapes" };
      return { kind: "file", path: real };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return { kind: "missing" };
    }
  };

  return {
    find(relativePath) {
      const located = resolveInside(relativePath);
      if (located.kind !== "file") return located;
      const status = statSync(located.path, { throwIfNoEntry: false });
      return status?.isFile() === true ? { kind: "file", size: status.size } : { kind: "missing" };
    },
    open(relativePath) {
      const located = resolveInside(relativePath);
      if (located.kind !== "file") return undefined;
      const real = located.path;
      const known = opened.get(real);
      if (known !== undefined) return known;
      // A model may spread its weights over thousands of files, and a process may open only so many.
      for (const [path, file] of opened) {
        if (opened.size < openLimit) break;
        file.close();
        opened.delete(path);
      }
      try {
        const file = openFileBytes(real);
        opened.set(real, file);
        return file;
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        return undefined;
      }
    },
    close() {
      for (const file of opened.values()) file.close();
      opened.clear();
    },
  };
}

const openLimit = 32;

type Located =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "missing" }
  | { readonly kind: "escapes" };

/** Judged as text, alike on every system: what another system would take as absolute is refused here too. */
function leadsOut(path: string): boolean {
  return (
    path === "" ||
    path.includes("\0") ||
    path.includes("\\") ||
    path.startsWith("/") ||
    /^[a-zA-Z]:/.test(path) ||
    path.split("/").includes("..")
  );
}

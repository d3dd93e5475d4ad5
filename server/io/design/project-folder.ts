import { existsSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { contains } from "../inside.js";
import type { DesignRequest } from "./design-request.js";

/** Where a project keeps what Ridgepoint knows of it. */
export const projectStateName = ".ridgepoint";

/**
 * The folder that a file's reports and calibration belong to: the nearest one above it, inside of what may be read, that has a state of
 * ours or a repository; else the outermost that may be read. Nobody's home is a project.
 */
export function projectFolder({ file, roots }: Pick<DesignRequest, "file" | "roots">): string {
  const own = path.dirname(file);
  const around = roots.filter((root) => contains(root, file));
  for (let folder = own; around.some((root) => contains(root, folder));) {
    const isProject = [projectStateName, ".git"].some((name) =>
      existsSync(path.join(folder, name)),
    );
    if (isProject && isSpecific(folder)) return folder;
    const up = path.dirname(folder);
    if (up === folder) break;
    folder = up;
  }
  const outermost = around.filter(isSpecific).sort((a, b) => a.length - b.length)[0];
  return outermost ?? own;
}

function isSpecific(folder: string): boolean {
  return folder !== os.homedir() && folder !== path.parse(folder).root;
}

import { existsSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { PythonRoot } from "../engines/python/job.js";

/**
 * Folders that a file's imports may read: the project around it, then the ones given. With no file, the ones given,
 * or the folder that the command runs in.
 */
export function pythonRoots(
  file: string | undefined,
  pythonPath: readonly string[],
): readonly PythonRoot[] {
  // Whether installed or checked out, what is imported from there stays imported until a file of it changes.
  const given = pythonPath.map((folder): PythonRoot => {
    return { folder: path.resolve(folder), isLibrary: true };
  });
  if (file !== undefined) return [{ folder: projectOf(file), isLibrary: false }, ...given];
  return given.length > 0 ? given : [{ folder: process.cwd(), isLibrary: true }];
}

/**
 * The nearest folder above that says it is a project; else the one that holds the outermost package of the file. Never
 * the home folder or one above it: what lies there is not the program's business.
 */
function projectOf(file: string): string {
  const folder = path.dirname(path.resolve(file));
  let packageRoot = folder;
  while (existsSync(path.join(packageRoot, "__init__.py"))) {
    const above = path.dirname(packageRoot);
    if (above === packageRoot) break;
    packageRoot = above;
  }
  const home = os.homedir();
  for (let at = folder; at !== path.dirname(at) && at !== home; at = path.dirname(at)) {
    if (!projectMarks.some((mark) => existsSync(path.join(at, mark)))) continue;
    return packageRoot.length < at.length ? packageRoot : at;
  }
  // `from ..parts import X` climbs one folder where nobody wrote `__init__.py`.
  return packageRoot;
}

const projectMarks = [
  ".git",
  ".hg",
  ".vscode",
  "pyproject.toml",
  "setup.py",
  "setup.cfg",
  "requirements.txt",
];

import { existsSync, readdirSync, statSync } from "node:fs";
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
  const given = pythonPath.map((folder): PythonRoot => {
    const absolute = path.resolve(folder);
    return { folder: absolute, isLibrary: holdsPackages(absolute) };
  });
  if (file !== undefined) return [{ folder: projectOf(file), isLibrary: false }, ...given];
  return given.length > 0 ? given : [{ folder: process.cwd(), isLibrary: false }];
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

/** `site-packages` by its name, or by the descriptions that installers leave. */
function holdsPackages(folder: string): boolean {
  if (/(site|dist)-packages$/.test(folder)) return true;
  try {
    return (
      statSync(folder).isDirectory() &&
      readdirSync(folder).some((name) => /\.(dist|egg)-info$/.test(name))
    );
  } catch {
    // It is not there: nothing will be found in it either.
    return false;
  }
}

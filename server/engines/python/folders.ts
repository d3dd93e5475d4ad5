import { existsSync } from "node:fs";
import os from "node:os";
import path from "node:path";

/** Where the engine's own files lie. */
export interface PythonFolders {
  readonly runtimeFolder: string;
  readonly packagesFolder: string;
  readonly cacheFolder: string;
}

/** `python` beside the bundle; `dist/python` in a checkout. Undefined when the build has left none. */
export function findPythonFolders(): PythonFolders | undefined {
  const here = typeof __dirname === "string" ? __dirname : process.cwd();
  const candidates = [
    path.join(here, "python"),
    path.join(here, "..", "python"),
    path.join(process.cwd(), "dist", "python"),
  ];
  const runtimeFolder = candidates.find((folder) => existsSync(path.join(folder, "child.mjs")));
  if (runtimeFolder === undefined) return undefined;
  const packagesFolder = path.join(runtimeFolder, "packages");
  return { runtimeFolder, packagesFolder, cacheFolder: userCacheFolder() };
}

/** The user's own, and not the shared temporary folder: an image that somebody else put there would be run. */
function userCacheFolder(): string {
  const home = os.homedir();
  if (process.platform === "win32")
    return path.join(
      process.env["LOCALAPPDATA"] ?? path.join(home, "AppData", "Local"),
      "ridgepoint",
    );
  if (process.platform === "darwin") return path.join(home, "Library", "Caches", "ridgepoint");
  return path.join(process.env["XDG_CACHE_HOME"] ?? path.join(home, ".cache"), "ridgepoint");
}

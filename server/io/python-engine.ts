import os from "node:os";
import path from "node:path";
import { createPythonEngine, type PythonEngine } from "../engines/python/engine.js";
import { bundledFolder } from "./bundled-folder.js";

/** The engine with the files that lie beside the bundle; in a checkout, our Python packages as they are there. */
export function openPythonEngine(options: { readonly log: (line: string) => void }): PythonEngine {
  const runtimeFolder = bundledFolder("python") ?? path.resolve("python");
  return createPythonEngine({
    runtimeFolder,
    packagesFolder: path.join(runtimeFolder, "packages"),
    cacheFolder: cacheFolder(),
    log: options.log,
  });
}

/** Where each system wants files that can be made again. */
function cacheFolder(): string {
  const home = os.homedir();
  switch (process.platform) {
    case "win32":
      return path.join(
        process.env["LOCALAPPDATA"] ?? path.join(home, "AppData", "Local"),
        "ridgepoint",
      );
    case "darwin":
      return path.join(home, "Library", "Caches", "ridgepoint");
    default:
      return path.join(process.env["XDG_CACHE_HOME"] ?? path.join(home, ".cache"), "ridgepoint");
  }
}

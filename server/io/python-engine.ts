import path from "node:path";
import { createPythonEngine, type PythonEngine } from "../engines/python/engine.js";
import { bundledFolder } from "./bundled-folder.js";
import { cacheFolder } from "./cache-folder.js";

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

import path from "node:path";
import { createYosysEngine, type YosysEngine } from "../engines/yosys/engine.js";
import { bundledFolder } from "./bundled-folder.js";
import type { SynthesisTools } from "./design/rtl/synthesise.js";

let engine: YosysEngine | undefined;

/** Of all runs so far, for benchmarks. */
export const yosysUse = { processorMilliseconds: 0, residentBytes: 0 };

/** The engine with the files that lie beside the bundle; one for the process, started when it is first asked for. */
export function yosysTools(log: (line: string) => void): SynthesisTools {
  const runtimeFolder = bundledFolder("yosys") ?? path.resolve("yosys");
  engine ??= createYosysEngine({
    runtimeFolder,
    log,
    onRun: ({ processorMilliseconds, residentBytes }) => {
      yosysUse.processorMilliseconds += processorMilliseconds;
      yosysUse.residentBytes = Math.max(yosysUse.residentBytes, residentBytes);
    },
  });
  return { engine, shareFolder: path.join(runtimeFolder, "share"), version: "0.55" };
}

export function disposeYosys(): void {
  engine?.dispose();
  engine = undefined;
}

import path from "node:path";
import { createYosysEngine, type YosysEngine } from "../engines/yosys/engine.js";
import type { YosysResult } from "../engines/yosys/wire.js";
import { bundledFolder } from "./bundled-folder.js";
import type { SynthesisTools } from "./design/rtl/synthesise.js";

let engine: YosysEngine | undefined;
let reader: YosysEngine | undefined;

/** Of all runs so far, for benchmarks. */
export const yosysUse = { processorMilliseconds: 0, residentBytes: 0 };

/** The engines with the files that lie beside the bundle; one of each for the process, started when it is first asked for. */
export function yosysTools(log: (line: string) => void): SynthesisTools {
  const runtimeFolder = folderOf("yosys");
  const readerFolder = folderOf("slang");
  engine ??= createYosysEngine({ runtimeFolder, log, onRun: addUse });
  reader ??= createYosysEngine({ runtimeFolder: readerFolder, log, onRun: addUse });
  return {
    engine,
    shareFolder: path.join(runtimeFolder, "share"),
    version: "0.55",
    reader,
    readerVersion: "0.64",
  };
}

export function disposeYosys(): void {
  engine?.dispose();
  reader?.dispose();
  engine = undefined;
  reader = undefined;
}

function folderOf(name: string): string {
  return bundledFolder(name) ?? path.resolve(name);
}

function addUse({ processorMilliseconds, residentBytes }: YosysResult): void {
  yosysUse.processorMilliseconds += processorMilliseconds;
  yosysUse.residentBytes = Math.max(yosysUse.residentBytes, residentBytes);
}

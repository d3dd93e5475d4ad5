import { open, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { targetsOf } from "../core/accelerator/as-target.js";
import { decodeTechnology } from "../core/accelerator/decode-technology.js";
import type { Technology } from "../core/accelerator/technology.js";
import type { Outcome, Problem } from "../core/base/problem.js";
import { withCalibrations } from "../core/cost/calibrated/attach.js";
import { buildCatalogue } from "../core/targets/catalogue.js";
import { decodeCapability } from "../core/gpu/decode-capability.js";
import type { GpuCapability } from "../core/gpu/gpu-device.js";
import type { Chip } from "../core/targets/chip.js";
import { decodeChip } from "../core/targets/decode-chip.js";
import { decodePrecisions } from "../core/targets/decode-precision.js";
import { decodeRuntime } from "../core/targets/decode-runtime.js";
import type { Precision } from "../core/targets/precision.js";
import type { Runtime } from "../core/targets/runtime.js";
import type { Catalogue, Target } from "../core/targets/target.js";
import { acceleratorExtension, readAcceleratorFile } from "./accelerator-file.js";
import { openCalibrations } from "./calibration-files.js";

export interface CatalogueFolders {
  /** Holds `chips`, `runtimes` and `precisions`; see `findDataFolder`. */
  readonly dataFolder: string;
  /** The user's own: chip files directly inside; they may have `runtimes` and `precisions` below. */
  readonly chipFolders: readonly string[];
  /** Architecture files of the user's; ours lie in `accelerators` of the data folder. */
  readonly acceleratorFiles?: readonly string[];
}

/** Reads every file it can. What is wrong with one file is a problem that names it, and hides no other file. */
export async function loadCatalogue(folders: CatalogueFolders): Promise<Outcome<Catalogue>> {
  const found: Found = { chips: [], runtimes: [], precisions: [], problems: [] };
  await readFolder(path.join(folders.dataFolder, "chips"), true, found, addChip);
  await readFolder(path.join(folders.dataFolder, "runtimes"), true, found, addRuntime);
  await readFolder(path.join(folders.dataFolder, "precisions"), true, found, addPrecisions);
  for (const folder of folders.chipFolders) {
    await readFolder(folder, true, found, addChip);
    await readFolder(path.join(folder, "runtimes"), false, found, addRuntime);
    await readFolder(path.join(folder, "precisions"), false, found, addPrecisions);
  }
  const report = (problem: Problem): void => void found.problems.push(problem);
  const catalogue = buildCatalogue(found, report);
  const folder = path.join(folders.dataFolder, "calibration");
  const store = await openCalibrations(folder, report);
  const calibrated = withCalibrations(catalogue, store, report);
  const technology = await readTechnology(folders.dataFolder, found);
  const files = [
    ...(await acceleratorsIn(path.join(folders.dataFolder, "accelerators"))),
    ...(folders.acceleratorFiles ?? []),
  ];
  const gpuCapabilities = await readCapabilities(folders, found);
  const devices = {
    ...calibrated,
    ...(technology === undefined ? {} : { technology }),
    gpuCapabilities,
  };
  return { value: withAccelerators(devices, files, report), problems: found.problems };
}

async function readTechnology(dataFolder: string, found: Found): Promise<Technology | undefined> {
  let technology: Technology | undefined;
  await readFolder(path.join(dataFolder, "technology"), false, found, (_, value, file) => {
    const decoded = decodeTechnology(value, file);
    technology = decoded.value ?? technology;
    return decoded.problems;
  });
  return technology;
}

/** Ours, and the user's in `gpu` below a folder of chips; theirs are asked first. */
async function readCapabilities(
  { dataFolder, chipFolders }: CatalogueFolders,
  found: Found,
): Promise<readonly GpuCapability[]> {
  const capabilities: GpuCapability[] = [];
  for (const folder of [...chipFolders, dataFolder])
    await readFolder(path.join(folder, "gpu"), false, found, (_, value, file) => {
      const decoded = decodeCapability(value, file);
      if (decoded.value !== undefined) capabilities.push(decoded.value);
      return decoded.problems;
    });
  return capabilities;
}

async function acceleratorsIn(folder: string): Promise<readonly string[]> {
  try {
    const names = await readdir(folder);
    return names
      .filter((name) => name.endsWith(acceleratorExtension))
      .sort()
      .map((name) => path.join(folder, name));
  } catch {
    // A bundle without them has devices only.
    return [];
  }
}

/** Each architecture file is a target in each of its precisions; of two with one id the later holds. */
export function withAccelerators(
  catalogue: Catalogue,
  files: readonly string[],
  report: (problem: Problem) => void,
): Catalogue {
  const { technology } = catalogue;
  if (technology === undefined || files.length === 0) return catalogue;
  const targets = new Map<string, Target>(catalogue.targets.map((target) => [target.id, target]));
  for (const file of files) {
    const { value: accelerator, problems } = readAcceleratorFile(file);
    for (const problem of problems) report(problem);
    if (accelerator === undefined) continue;
    for (const target of targetsOf(accelerator, technology)) targets.set(target.id, target);
  }
  return { ...catalogue, targets: [...targets.values()], find: (id) => targets.get(id) };
}

/** `data` beside the bundle; `server/data` in a checkout. */
export async function findDataFolder(): Promise<string> {
  const here = typeof __dirname === "string" ? __dirname : process.cwd();
  const candidates = [
    path.join(here, "data"),
    path.join(here, "..", "data"),
    path.join(process.cwd(), "server", "data"),
  ];
  for (const candidate of candidates)
    if (await isFolder(path.join(candidate, "chips"))) return candidate;
  return path.join(here, "data");
}

interface Found {
  readonly chips: Chip[];
  readonly runtimes: Runtime[];
  readonly precisions: Precision[];
  readonly problems: Problem[];
}

type Add = (found: Found, value: unknown, file: string) => readonly Problem[];

const addChip: Add = (found, value, file) => {
  const chip = decodeChip(value, file);
  if (chip.value !== undefined) found.chips.push(chip.value);
  return chip.problems;
};

const addRuntime: Add = (found, value, file) => {
  const runtime = decodeRuntime(value, file);
  if (runtime.value !== undefined) found.runtimes.push(runtime.value);
  return runtime.problems;
};

const addPrecisions: Add = (found, value, file) => {
  const precisions = decodePrecisions(value, file);
  found.precisions.push(...precisions.value);
  return precisions.problems;
};

async function readFolder(
  folder: string,
  isRequired: boolean,
  found: Found,
  add: Add,
): Promise<void> {
  let names: readonly string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (isRequired)
      found.problems.push(
        problemOf(
          `Folder \`${folder}\` cannot be read (${reasonOf(error)}); give one that exists.`,
        ),
      );
    return;
  }
  // Sorted, so that the order of targets does not depend on the file system.
  for (const name of names.filter((name) => name.endsWith(".json")).sort()) {
    const file = path.join(folder, name);
    const text = await readSmallFile(file, found);
    if (text === undefined) continue;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      found.problems.push(
        problemOf(`File \`${file}\` is not JSON: ${reasonOf(error)}. It is left out.`),
      );
      continue;
    }
    for (const problem of add(found, value, file)) found.problems.push(problem);
  }
}

/** A description takes a few kilobytes; anything much larger is another file by mistake, and a FIFO would never end. */
async function readSmallFile(file: string, found: Found): Promise<string | undefined> {
  try {
    const { size } = await stat(file).then((entry) => {
      if (!entry.isFile()) throw new Error("not a file");
      return entry;
    });
    if (size > largestFileBytes) throw new Error(`${size} bytes, more than ${largestFileBytes}`);
    const handle = await open(file, "r");
    try {
      return (await handle.readFile("utf8")).replace(/^\uFEFF/, "");
    } finally {
      await handle.close();
    }
  } catch (error) {
    found.problems.push(
      problemOf(`File \`${file}\` cannot be read (${reasonOf(error)}); it is left out.`),
    );
    return undefined;
  }
}

async function isFolder(folder: string): Promise<boolean> {
  try {
    return (await stat(folder)).isDirectory();
  } catch {
    // Absent is an answer here, not a fault.
    return false;
  }
}

function problemOf(message: string): Problem {
  return { code: "RP2000", severity: "error", message };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const largestFileBytes = 1 << 20;

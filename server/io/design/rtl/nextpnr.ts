import { spawn } from "node:child_process";
import { readFileSync, realpathSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

/** How place and route is started: the program of the path, or the npm package in a process of its own. */
export interface NextpnrProgram {
  /** As it calls itself: "nextpnr-ice40 0.4-1+b1". */
  readonly title: string;
  readonly command: string;
  /** What stands before nextpnr's own words, for a run in this folder. */
  readonly words: (folder: string) => readonly string[];
  readonly environment: NodeJS.ProcessEnv | undefined;
}

export interface ProgramRun {
  /** Undefined: ended by the time limit, or by a signal. */
  readonly status: number | undefined;
  readonly isLate: boolean;
  readonly messages: string;
}

const messageLimit = 1 << 20;

/** The program of the path, else the package where Node would find it from one of the folders; undefined when there is neither. */
export async function findNextpnr(
  folders: readonly string[],
  signal: AbortSignal,
): Promise<NextpnrProgram | undefined> {
  const native: NextpnrProgram = {
    title: "nextpnr-ice40",
    command: "nextpnr-ice40",
    words: () => [],
    environment: undefined,
  };
  const run = await runNextpnr(native, ["--version"], { folder: os.tmpdir(), seconds: 30, signal });
  if (run !== undefined) {
    const version = /\(Version ([^)\s]+)\)/.exec(run.messages)?.[1] ?? "";
    return { ...native, title: `nextpnr-ice40 ${version}`.trim() };
  }
  for (const folder of folders) {
    const found = findPackage(folder);
    if (found !== undefined) return found;
  }
  return undefined;
}

const packageName = "@yowasp/nextpnr-ice40";

function findPackage(start: string): NextpnrProgram | undefined {
  for (let folder = path.resolve(start); ; folder = path.dirname(folder)) {
    try {
      const found = realpathSync(path.join(folder, "node_modules", packageName));
      const { version } = JSON.parse(readFileSync(path.join(found, "package.json"), "utf8")) as {
        readonly version?: unknown;
      };
      return programOf(found, String(version));
    } catch {
      // Not here.
    }
    if (path.dirname(folder) === folder) return undefined;
  }
}

/** WebAssembly in a process that may read the package and its own folder, write that one, and start nothing. */
function programOf(found: string, version: string): NextpnrProgram {
  const isOld = Number(process.versions.node.split(".")[0]) < 24;
  const bundle = pathToFileURL(path.join(found, "gen/bundle.js")).href;
  return {
    title: `${packageName} ${version}`,
    command: process.execPath,
    words: (folder) => [
      isOld ? "--experimental-permission" : "--permission",
      `--allow-fs-read=${path.join(found, path.sep)}`,
      `--allow-fs-read=${path.join(folder, path.sep)}`,
      `--allow-fs-write=${path.join(folder, path.sep)}`,
      "--no-warnings",
      "--input-type=module",
      "--eval",
      driver,
      "--",
      bundle,
    ],
    environment: { ELECTRON_RUN_AS_NODE: "1" },
  };
}

const driver = `
import { readFileSync, writeFileSync, writeSync } from "node:fs";
const [bundle, ...words] = process.argv.slice(1);
const { runNextpnrIce40 } = await import(bundle);
const print = (bytes) => void (bytes && writeSync(2, bytes));
const options = { stdin: null, stdout: print, stderr: print };
try {
  const made = await runNextpnrIce40(words, { "design.json": readFileSync("design.json", "utf8") }, options);
  writeFileSync("report.json", made["report.json"]);
} catch (error) {
  if (typeof error?.code !== "number") print(Buffer.from("ERROR: " + error?.message + "\\n"));
  process.exitCode = 1;
}
`;

/** Undefined when the program does not start. */
export function runNextpnr(
  program: NextpnrProgram,
  words: readonly string[],
  options: {
    readonly folder: string;
    readonly seconds: number;
    readonly signal: AbortSignal;
  },
): Promise<ProgramRun | undefined> {
  const { signal, seconds } = options;
  return new Promise((resolve, reject) => {
    let isLate = false;
    const child = spawn(program.command, [...program.words(options.folder), ...words], {
      cwd: options.folder,
      env: program.environment,
      stdio: ["ignore", "pipe", "pipe"],
      signal,
      killSignal: "SIGKILL",
      windowsHide: true,
    });
    const timer = setTimeout(() => {
      isLate = true;
      child.kill("SIGKILL");
    }, seconds * 1000);
    const messages: Buffer[] = [];
    let length = 0;
    const take = (bytes: Buffer): void => {
      length += bytes.length;
      if (length <= messageLimit) messages.push(bytes);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.on("error", (error) => {
      clearTimeout(timer);
      if (signal.aborted) reject(error);
      else resolve(undefined);
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({
        status: code ?? undefined,
        isLate,
        messages: Buffer.concat(messages).toString("utf8"),
      });
    });
  });
}

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { bundledFolder } from "../../bundled-folder.js";

export interface ProgramRun {
  /** Undefined: ended by the time limit, or by a signal. */
  readonly status: number | undefined;
  readonly isLate: boolean;
  readonly messages: string;
}

const messageLimit = 1 << 20;

/** The bundled nextpnr for a chip: "nextpnr-ice40 0.8.621"; undefined where nothing has been built. */
export interface NextpnrProgram {
  readonly title: string;
  readonly folder: string;
}

export function findNextpnr(): NextpnrProgram | undefined {
  const folder = bundledFolder("nextpnr");
  if (folder === undefined) return undefined;
  const { version } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as {
    readonly version?: unknown;
  };
  return { title: `nextpnr-ice40 ${String(version)}`, folder };
}

/**
 * WebAssembly in a process that may read nextpnr's files and its own folder, write that one, and start nothing. `chip` names a
 * database: `1k`, `8k`.
 */
export function runNextpnr(
  program: NextpnrProgram,
  chip: string,
  words: readonly string[],
  options: {
    readonly folder: string;
    readonly seconds: number;
    readonly signal: AbortSignal;
  },
): Promise<ProgramRun> {
  const { folder, signal, seconds } = options;
  const isOld = Number(process.versions.node.split(".")[0]) < 24;
  const rights = [
    isOld ? "--experimental-permission" : "--permission",
    `--allow-fs-read=${path.join(program.folder, path.sep)}`,
    `--allow-fs-read=${path.join(folder, path.sep)}`,
    `--allow-fs-write=${path.join(folder, path.sep)}`,
    "--no-warnings",
  ];
  return new Promise((resolve, reject) => {
    let isLate = false;
    const child = path.join(program.folder, "child.mjs");
    const run = spawn(process.execPath, [...rights, child, chip, ...words], {
      cwd: folder,
      env: { ELECTRON_RUN_AS_NODE: "1" },
      stdio: ["ignore", "pipe", "pipe"],
      signal,
      killSignal: "SIGKILL",
      windowsHide: true,
    });
    const timer = setTimeout(() => {
      isLate = true;
      run.kill("SIGKILL");
    }, seconds * 1000);
    const messages: Buffer[] = [];
    let length = 0;
    const take = (bytes: Buffer): void => {
      length += bytes.length;
      if (length <= messageLimit) messages.push(bytes);
    };
    run.stdout.on("data", take);
    run.stderr.on("data", take);
    run.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    run.on("close", (code) => {
      clearTimeout(timer);
      resolve({
        status: code ?? undefined,
        isLate,
        messages: Buffer.concat(messages).toString("utf8"),
      });
    });
  });
}

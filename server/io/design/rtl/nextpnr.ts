import { spawn } from "node:child_process";

/** How place and route is started: the program of the path, or the npm package in a process of its own. */
export interface NextpnrProgram {
  /** As it calls itself: "0.4-1+b1". */
  readonly version: string;
  readonly command: string;
  /** Before nextpnr's own. */
  readonly words: readonly string[];
  readonly environment: NodeJS.ProcessEnv | undefined;
}

export interface ProgramRun {
  /** Undefined: ended by the time limit, or by a signal. */
  readonly status: number | undefined;
  readonly isLate: boolean;
  readonly messages: string;
}

const messageLimit = 1 << 20;

/** Undefined when there is none. */
export async function findNextpnr(signal: AbortSignal): Promise<NextpnrProgram | undefined> {
  const native = { command: "nextpnr-ice40", words: [], environment: undefined, version: "" };
  const run = await runNextpnr(native, ["--version"], { folder: undefined, seconds: 30, signal });
  if (run === undefined) return undefined;
  return { ...native, version: /\(Version ([^)\s]+)\)/.exec(run.messages)?.[1] ?? "" };
}

/** Undefined when the program does not start. */
export function runNextpnr(
  program: NextpnrProgram,
  words: readonly string[],
  options: {
    readonly folder: string | undefined;
    readonly seconds: number;
    readonly signal: AbortSignal;
  },
): Promise<ProgramRun | undefined> {
  const { signal, seconds } = options;
  return new Promise((resolve, reject) => {
    let isLate = false;
    const child = spawn(program.command, [...program.words, ...words], {
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

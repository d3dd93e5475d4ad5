import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";
import type { YosysJob, YosysResult } from "./wire.js";

/** Answers what a run printed; whoever waits no longer aborts, which ends the process. */
export interface YosysEngine {
  run(job: Omit<YosysJob, "id">, limits: YosysLimits): Promise<YosysResult>;
  /** Starts the process before it is needed. */
  warm(): void;
  dispose(): void;
}

export interface YosysLimits {
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** Why there is no result: `time`, `aborted`, or `lost` when the process ended by itself. */
export class YosysStopped extends Error {
  readonly reason: "time" | "aborted" | "lost";

  constructor(reason: YosysStopped["reason"], message: string) {
    super(message);
    this.name = "YosysStopped";
    this.reason = reason;
  }
}

/** Pages of 64 KiB that Yosys may take: 384 MiB. A netlist that needs more ends in a problem. */
const memoryPages = 6144;
/** Of the process as a whole; a larger one is started anew after its job. */
const residentLimit = 360 << 20;

interface Child {
  readonly process: ChildProcess;
  readonly ready: Promise<void>;
}

/** Yosys in a child process that is kept warm; one job at a time, others wait. */
export function createYosysEngine(options: {
  /** Holds `child.mjs`, `bundle.js` and Yosys' files. */
  readonly runtimeFolder: string;
  readonly log: (line: string) => void;
  readonly onRun?: (result: YosysResult) => void;
}): YosysEngine {
  let child: Child | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let nextId = 1;

  const start = (): Child => {
    const started = fork(path.join(options.runtimeFolder, "child.mjs"), [], {
      execArgv: [`--wasm-max-mem-pages=${memoryPages}`, "--max-old-space-size=512", "--expose-gc"],
      // Nothing of the environment is Yosys' business; Electron has to be told to be Node. With one arena, glibc keeps
      // a third less of what V8's compiler threads took: otherwise a larger module ends in a cold start.
      env: { ELECTRON_RUN_AS_NODE: "1", MALLOC_ARENA_MAX: "1" },
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    started.stderr?.on("data", (bytes: Buffer) => options.log(`yosys: ${bytes.toString()}`));
    const ready = new Promise<void>((resolve, reject) => {
      started.once("message", () => resolve());
      started.once("error", (error) => reject(new YosysStopped("lost", error.message)));
      started.once("exit", (code) => reject(new YosysStopped("lost", `exit code ${code ?? "?"}`)));
    });
    ready.catch(() => undefined);
    const made = { process: started, ready };
    started.once("exit", () => {
      if (child === made) child = undefined;
    });
    // What is only kept warm keeps no program alive.
    started.unref();
    started.channel?.unref();
    return made;
  };

  const end = (): void => {
    child?.process.kill("SIGKILL");
    child = undefined;
  };

  const ask = async (
    job: Omit<YosysJob, "id">,
    { seconds, signal }: YosysLimits,
  ): Promise<YosysResult> => {
    if (signal.aborted) throw new YosysStopped("aborted", "The content changed.");
    const running = (child ??= start());
    const { process: asked } = running;
    asked.ref();
    asked.channel?.ref();
    const id = nextId++;
    let timer: NodeJS.Timeout | undefined;
    let onAbort = (): void => undefined;
    let onExit: (code: number | null) => void = () => undefined;
    const stop = (error: YosysStopped, reject: (error: Error) => void): void => {
      reject(error);
      end();
    };
    try {
      return await new Promise<YosysResult>((resolve, reject) => {
        timer = setTimeout(
          () =>
            stop(
              new YosysStopped("time", `longer than ${Math.round(10 * seconds) / 10} s`),
              reject,
            ),
          seconds * 1000,
        );
        onAbort = () => stop(new YosysStopped("aborted", "The content changed."), reject);
        signal.addEventListener("abort", onAbort);
        asked.on("message", (message: unknown) => {
          const result = message as YosysResult;
          if (result.id === id) resolve(result);
        });
        onExit = (code) =>
          reject(new YosysStopped("lost", `Yosys ended (exit code ${code ?? "?"})`));
        asked.once("exit", onExit);
        running.ready.then(() => asked.send({ ...job, id }), reject);
      });
    } finally {
      clearTimeout(timer);
      asked.removeAllListeners("message");
      asked.off("exit", onExit);
      signal.removeEventListener("abort", onAbort);
      asked.unref();
      asked.channel?.unref();
    }
  };

  return {
    run: (job, limits) => {
      const turn = last.then(async () => {
        const result = await ask(job, limits);
        options.onRun?.(result);
        if (result.keptBytes > residentLimit) end();
        return result;
      });
      last = turn.catch(() => undefined);
      return turn;
    },
    warm: () => void (child ??= start()),
    dispose: end,
  };
}

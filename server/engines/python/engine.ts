import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Answer, EngineJob, EngineOutcome, PythonRoot } from "./job.js";
import { defaultJobLimits } from "./job.js";
import { startChild } from "./child-process.js";
import type { Child } from "./child-process.js";
import { confineRoots, toHostText, toVirtualPath } from "./places.js";
import { ensureImage } from "./python-image.js";
import { stopMessage } from "./stop-message.js";
import type { ChildMessage, FrameMessage, JobMessage, StopReason } from "./wire.js";

/**
 * Runs the user's Python, safely: see "The Python engine" in ARCHITECTURE.md. One child process, one job at a time,
 * each in a fresh interpreter. A child that hangs, crashes or swells is ended and replaced. Nothing runs, and no timer
 * ticks, while there is no job.
 */
export interface PythonEngine {
  run(job: EngineJob, signal?: AbortSignal): Promise<EngineOutcome>;
  /** Starts the child before the first job asks for it. */
  warmUp(roots: readonly PythonRoot[]): Promise<void>;
  dispose(): void;
  /** Of the child that runs now: for benchmarks and tests. */
  readonly processId: number | undefined;
}

export interface PythonEngineOptions {
  /** Holds child.mjs and Python's own files: `dist/python`. */
  readonly runtimeFolder: string;
  /** Holds our own Python packages: `dist/python/packages`, `server/meta-torch` in a checkout. */
  readonly packagesFolder: string;
  /** Where an image of a started Python is kept when `runtimeFolder` has none that fits. */
  readonly cacheFolder: string;
  /** MiB that Python may take. */
  readonly memoryMiB?: number;
  /** Seconds without a job after which the child is ended. */
  readonly idleSeconds?: number;
  readonly log: (line: string) => void;
}

export function createPythonEngine(options: PythonEngineOptions): PythonEngine {
  const queue: Waiting[] = [];
  let current: Waiting | undefined;
  let running: Running | undefined;
  /** The last start asked for. */
  let starting: Promise<unknown> = Promise.resolve();
  let image: Promise<string> | undefined;
  let stopFolder: string | undefined;
  let idleTimer: NodeJS.Timeout | undefined;
  let jobCount = 0;
  let isDisposed = false;

  const stopFile = (): string => {
    stopFolder ??= mkdtempSync(path.join(os.tmpdir(), "ridgepoint-"));
    return path.join(stopFolder, "stop");
  };

  const start = (roots: readonly PythonRoot[]): Promise<Running> => {
    // One after the other: two of them at once would start two children.
    const started = starting.then(() => startNow(roots));
    starting = started.catch(() => undefined);
    return started;
  };

  const startNow = async (roots: readonly PythonRoot[]): Promise<Running> => {
    const confined = confineRoots(roots);
    const key = JSON.stringify(confined);
    if (running?.key === key && !running.child.hasEnded) return running;
    running?.child.kill();
    running = undefined;
    const { runtimeFolder, packagesFolder, cacheFolder, log } = options;
    const begin = async (): Promise<Child> => {
      // Looked up once: what it is made of does not change under a running engine.
      image ??= ensureImage({ runtimeFolder, packagesFolder, cacheFolder, log });
      try {
        return await startChild({
          runtimeFolder,
          start: {
            kind: "start",
            runtimeFolder,
            packagesFolder,
            imageFile: await image,
            roots: confined,
            stopFile: stopFile(),
            memoryBytes: (options.memoryMiB ?? defaultMemoryMiB) * 1024 * 1024,
          },
          log,
        });
      } catch (error) {
        image = undefined;
        throw error;
      }
    };
    const child = await begin().catch((error: unknown) => {
      // Another version may have cleared the image away; it is then made anew.
      log(`python: started again: ${reasonOf(error)}`);
      return begin();
    });
    if (isDisposed) child.kill();
    const started: Running = { key, roots, child };
    running = started;
    return started;
  };

  /** The successor starts while the caller reads the news. */
  const replace = (roots: readonly PythonRoot[], child: Child): void => {
    child.kill();
    if (isDisposed) return;
    start(roots).catch((error: unknown) => options.log(`python: ${reasonOf(error)}`));
  };

  const next = (): void => {
    if (current !== undefined) return;
    const waiting = queue.shift();
    if (waiting === undefined) {
      idleTimer = setTimeout(
        () => {
          running?.child.kill();
          running = undefined;
        },
        (options.idleSeconds ?? defaultIdleSeconds) * 1000,
      );
      idleTimer.unref();
      return;
    }
    clearTimeout(idleTimer);
    current = waiting;
    work(waiting)
      .catch((error: unknown) => stopped(waiting.job, "start", reasonOf(error), [], ""))
      .then((outcome) => {
        current = undefined;
        next();
        // The child has its next job before the reader of this answer takes its time.
        setImmediate(() => waiting.resolve(outcome));
      })
      .catch((error: unknown) => options.log(`python: ${reasonOf(error)}`));
  };

  const work = async (waiting: Waiting): Promise<EngineOutcome> => {
    const outcome = await attempt(waiting, false);
    if (outcome.kind === "answer" || !outcome.isLost || isDisposed) return outcome;
    // The child could not say where it was. What runs is deterministic: run it again, and note each line.
    const again = await attempt(waiting, true);
    return again.kind === "answer" ? outcome : again;
  };

  const attempt = async (waiting: Waiting, isWatched: boolean): Promise<EngineOutcome> => {
    const { job, signal } = waiting;
    if (signal?.aborted === true) return stopped(job, "cancelled", "", [], "");
    const { child } = await start(job.roots);
    const limits = { ...defaultJobLimits, ...job.limits };
    const id = ++jobCount;
    rmSync(stopFile(), { force: true });
    let lastPlace: FrameMessage | undefined;
    const message: JobMessage = {
      kind: "job",
      id,
      request: JSON.stringify({ ...job.request, ...virtualFile(job), watched: isWatched }),
      overlays: virtualOverlays(job),
      // Noting lines takes time, and the process is a new one.
      seconds: isWatched ? limits.seconds + watchedSeconds : limits.seconds,
      outputBytes: limits.outputBytes,
      answerBytes: limits.answerBytes,
      isWatched,
    };
    // Asked first to stop by itself, which keeps it warm; ended when it does not listen.
    let hardStop: StopReason | undefined;
    const killLater = (reason: StopReason, milliseconds: number): NodeJS.Timeout =>
      setTimeout(() => {
        hardStop ??= reason;
        child.kill();
      }, milliseconds);
    const timers = [killLater("time", message.seconds * 1000 + graceMilliseconds)];
    let quiet: NodeJS.Timeout | undefined;
    const onPlace = (place: FrameMessage): void => {
      lastPlace = place;
      // A line that takes this long is the one that did not come back before.
      if (quiet === undefined) timers.push((quiet = killLater("time", quietMilliseconds)));
      else quiet.refresh();
    };
    const onAbort = (): void => {
      writeFileSync(stopFile(), "");
      timers.push(killLater("cancelled", graceMilliseconds));
    };
    signal?.addEventListener("abort", onAbort);
    try {
      const reply = await child.ask(message, onPlace);
      // WebAssembly's memory never shrinks.
      if ("isSwollen" in reply && reply.isSwollen) replace(job.roots, child);
      return outcomeOf(job, reply);
    } catch (error) {
      replace(job.roots, child);
      const frames = lastPlace === undefined ? [] : [lastPlace];
      const outcome = stopped(job, hardStop ?? "crash", reasonOf(error), frames, "");
      return { ...outcome, isLost: frames.length === 0 && hardStop !== "cancelled" };
    } finally {
      for (const timer of timers) clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    }
  };

  return {
    get processId() {
      return running?.child.processId;
    },
    run: (job, signal) => {
      if (isDisposed) return Promise.resolve(stopped(job, "cancelled", "", [], ""));
      return new Promise((resolve) => {
        const waiting: Waiting = { job, resolve, ...(signal && { signal }) };
        queue.push(waiting);
        signal?.addEventListener("abort", () => {
          const index = queue.indexOf(waiting);
          if (index < 0) return;
          queue.splice(index, 1);
          resolve(stopped(job, "cancelled", "", [], ""));
        });
        next();
      });
    },
    warmUp: async (roots) => {
      if (current === undefined) await start(roots);
    },
    dispose: () => {
      isDisposed = true;
      clearTimeout(idleTimer);
      for (const { job, resolve } of queue.splice(0))
        resolve(stopped(job, "cancelled", "", [], ""));
      running?.child.kill();
      running = undefined;
      if (stopFolder !== undefined) rmSync(stopFolder, { recursive: true, force: true });
      stopFolder = undefined;
    },
  };
}

interface Waiting {
  readonly job: EngineJob;
  readonly signal?: AbortSignal;
  readonly resolve: (outcome: EngineOutcome) => void;
}

interface Running {
  readonly key: string;
  readonly roots: readonly PythonRoot[];
  readonly child: Child;
}

function outcomeOf(job: EngineJob, reply: ChildMessage): EngineOutcome {
  if (reply.kind === "stopped") {
    const output = toHostText(job.roots, reply.output);
    return stopped(job, reply.reason, reply.detail, reply.frames, output);
  }
  if (reply.kind !== "answer")
    return stopped(job, "crash", "an answer that makes no sense", [], "");
  const { output, seconds, memoryBytes } = reply;
  try {
    const answer = JSON.parse(reply.answer) as Answer & { readonly tooLarge?: true };
    if (answer.tooLarge === true) return stopped(job, "output", "answer", [], output);
    return { kind: "answer", answer, output, seconds, memoryBytes };
  } catch (error) {
    // The user's code can write the answer's file itself; then it gets what it wrote.
    return stopped(job, "crash", reasonOf(error), [], output);
  }
}

type Stop = Extract<EngineOutcome, { kind: "stopped" }>;

function stopped(
  job: EngineJob,
  reason: StopReason | "start",
  detail: string,
  frames: readonly FrameMessage[],
  output: string,
): Stop {
  const limits = { ...defaultJobLimits, ...job.limits };
  return {
    kind: "stopped",
    output,
    isLost: false,
    ...stopMessage(job, reason, detail, frames, limits),
  };
}

function virtualFile(job: EngineJob): { file?: string } {
  const file = job.request.file;
  if (file === undefined) return {};
  return { file: toVirtualPath(job.roots, file) ?? file };
}

function virtualOverlays(job: EngineJob): Record<string, string> {
  const overlays: Record<string, string> = {};
  for (const [file, text] of job.overlays ?? []) {
    const virtual = toVirtualPath(job.roots, file);
    if (virtual !== undefined) overlays[virtual] = text;
  }
  return overlays;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const defaultMemoryMiB = 512;
const defaultIdleSeconds = 900;
const graceMilliseconds = 1000;
const quietMilliseconds = 1000;
const watchedSeconds = 10;

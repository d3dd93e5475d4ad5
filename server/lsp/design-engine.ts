import { Worker } from "node:worker_threads";
import type { Design } from "../core/design/design.js";
import { emptyDesign } from "../core/design/empty-design.js";
import { sourceFile } from "../core/design/places.js";
import { designKindOfFile } from "../core/design/file-kinds.js";
import type { DesignRequest } from "../io/design/design-request.js";
import { type Remote, connect } from "../protocol/rpc.js";
import type { DesignListener, DesignWorkerApi, DesignWorkerStart } from "./design-worker.js";
import { JobStopped } from "./engine.js";

export interface DesignEngineOptions {
  readonly workerFile: string;
  readonly dataFolder: string;
  readonly log: (line: string) => void;
  /** Hears what an analysis is doing. */
  readonly onStage?: (stage: string) => void;
}

interface Running {
  readonly worker: Worker;
  readonly remote: Remote<DesignWorkerApi>;
  readonly cancelFlag: Int32Array;
}

/** What the worker may take beyond the seconds of a request, to say itself that it took too long. */
const graceMilliseconds = 4000;
const memoryMiB = 1024;

/**
 * The parent side of the thread that analyses hardware descriptions: one at a time; what takes too long or too much
 * ends the thread and becomes a problem of that file.
 */
export class DesignEngine {
  readonly #options: DesignEngineOptions;
  #running: Running | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: DesignEngineOptions) {
    this.#options = options;
  }

  analyse(request: DesignRequest, signal: AbortSignal): Promise<Design> {
    const turn = this.#last.then(() => this.#analyse(request, signal));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  dispose(): void {
    this.#end("The server is shutting down.");
  }

  async #analyse(request: DesignRequest, signal: AbortSignal): Promise<Design> {
    if (signal.aborted) throw new JobStopped("superseded", "The content changed.");
    const running = this.#running ?? this.#start();
    let finish: (design: Design) => void = () => undefined;
    let stop: (error: JobStopped) => void = () => undefined;
    const stopped = new Promise<Design>((resolve, reject) => {
      finish = resolve;
      stop = reject;
    });
    // It may settle after the race is over.
    stopped.catch(() => undefined);
    const limit = setTimeout(
      () => {
        this.#end("out of time");
        finish(
          failed(request, `The analysis took longer than ${request.seconds} s and was stopped.`),
        );
      },
      request.seconds * 1000 + graceMilliseconds,
    );
    signal.addEventListener("abort", () => {
      Atomics.store(running.cancelFlag, 0, 1);
      stop(new JobStopped("superseded", "The content changed."));
    });
    const answer = running.remote.call("analyse", request, signal);
    try {
      return await Promise.race([answer, stopped]);
    } catch (error) {
      if (error instanceof JobStopped) {
        // Its thread has to be idle before the next question; one that does not listen is ended.
        const grace = setTimeout(() => this.#end("cancelled"), graceMilliseconds);
        await answer.catch(() => undefined);
        clearTimeout(grace);
        throw error;
      }
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.log(`design: ${request.file}: ${reason}`);
      return failed(request, `The analysis ended unexpectedly: ${reason}.`);
    } finally {
      clearTimeout(limit);
      Atomics.store(running.cancelFlag, 0, 0);
    }
  }

  #start(): Running {
    const cancelBuffer = new SharedArrayBuffer(4);
    const start: DesignWorkerStart = { dataFolder: this.#options.dataFolder, cancelBuffer };
    const worker = new Worker(this.#options.workerFile, {
      workerData: start,
      resourceLimits: { maxOldGenerationSizeMb: memoryMiB },
      stdout: true,
      stderr: true,
    });
    worker.stdout.on("data", (bytes: unknown) => this.#options.log(`design: ${String(bytes)}`));
    worker.stderr.on("data", (bytes: unknown) => this.#options.log(`design: ${String(bytes)}`));
    const remote = connect<DesignWorkerApi>(
      {
        post: (message) => worker.postMessage(message),
        onMessage: (listener) => worker.on("message", listener),
      },
      { stage: (stage: string) => this.#options.onStage?.(stage) } satisfies DesignListener,
    );
    const running = { worker, remote, cancelFlag: new Int32Array(cancelBuffer) };
    const onLost = (reason: string): void => {
      if (this.#running === running) this.#running = undefined;
      remote.close(reason);
    };
    worker.on("error", (error) => onLost(error.message));
    worker.on("exit", (code) => onLost(`exit code ${code}`));
    this.#running = running;
    return running;
  }

  #end(reason: string): void {
    const running = this.#running;
    this.#running = undefined;
    if (running === undefined) return;
    running.remote.close(reason);
    running.worker
      .terminate()
      .catch((error: unknown) => this.#options.log(`design: ${String(error)}`));
  }
}

function failed(request: DesignRequest, message: string): Design {
  const kind = designKindOfFile(request.file) ?? "rtl";
  return emptyDesign(
    kind,
    [{ code: "RP9001", severity: "error", message, place: sourceFile(request.file) }],
    [request.file],
  );
}

import { Worker } from "node:worker_threads";
import { connect, type Remote } from "../protocol/rpc.js";
import type { PythonRun } from "./python-runs.js";
import type { WorkerApi, WorkerStart } from "./worker-api.js";

/**
 * The parent side of the analysis worker. It starts the worker with the first question, asks one thing at a time,
 * and ends the worker when a job takes longer or more memory than allowed: that one subject is then `blocked` until
 * its content changes or the user retries, and everything else goes on in a fresh worker. With nothing to do there is
 * no timer and the worker sleeps.
 */
export interface EngineOptions {
  readonly workerFile: string;
  readonly dataFolder: string;
  readonly limits: Limits;
  readonly log: (line: string) => void;
  /** A job runs for longer than a moment: show it. Answers what to call when it has ended. */
  readonly onSlow: (title: string, cancel: () => void) => () => void;
}

export interface Limits {
  /** Seconds that one job may take. */
  readonly jobSeconds: number;
  /** MiB of JavaScript heap that the worker may take. */
  readonly memoryMiB: number;
  /** Milliseconds after which a job is shown to the user. */
  readonly slowMilliseconds: number;
}

export const defaultLimits: Limits = {
  jobSeconds: 60,
  memoryMiB: 4096,

  slowMilliseconds: 1000,
};

/** How long a cancelled job may take to notice before its worker is ended. */
const cancelGraceMilliseconds = 2000;

export interface JobOptions {
  /** Whose content is analysed: a document's address. Blocking and superseding go by it. */
  readonly key: string;
  /** What progress says, such as the file's name. */
  readonly title: string;
  /** The document's text, sent when the worker does not have this version of it. */
  readonly text?: { readonly version: number; readonly read: () => string };
  /** The run of a Python document, sent when the worker does not have it. */
  readonly run?: PythonRun;
  /** Another document that is spoken of beside it. */
  readonly other?: Pick<JobOptions, "key" | "text" | "run">;
  readonly isRetry?: boolean;
  readonly signal?: AbortSignal;
  /** What it finds answers no later question: it stops when its caller leaves, also while it runs. */
  readonly stopsWithCaller?: boolean;
}

/**
 * The job did not answer, and not through a mistake of ours. `aborted`: the caller left. `superseded`: the content
 * changed. `cancelled`: the user stopped it. `failed`: it took too long or too much, or brought the worker down.
 */
export class JobStopped extends Error {
  readonly reason: "aborted" | "superseded" | "cancelled" | "failed";

  constructor(reason: JobStopped["reason"], message: string) {
    super(message);
    this.name = "JobStopped";
    this.reason = reason;
  }
}

type Method = keyof WorkerApi;
type Param<K extends Method> = Parameters<WorkerApi[K]>[0];
type Result<K extends Method> = Awaited<ReturnType<WorkerApi[K]>>;

interface Job {
  readonly options: JobOptions;
  readonly run: (remote: Remote<WorkerApi>) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  /** Set when it is being stopped: what to tell the caller. */
  stopping?: JobStopped;
}

interface Running {
  readonly worker: Worker;
  readonly remote: Remote<WorkerApi>;
  readonly cancelFlag: Int32Array;
  /** Versions of the texts that this worker holds. */
  readonly texts: Map<string, number>;
  /** Ids of the runs that it holds. */
  readonly runs: Map<string, number>;
}

export class Engine {
  readonly #options: EngineOptions;
  readonly #queue: Job[] = [];
  readonly #blocked = new Map<string, JobStopped>();
  #current: Job | undefined;
  #running: Running | undefined;
  #isDisposed = false;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  ask<K extends Method>(method: K, params: Param<K>, options: JobOptions): Promise<Result<K>> {
    if (options.isRetry === true) this.#blocked.delete(options.key);
    const blocked = this.#blocked.get(options.key);
    if (blocked !== undefined) return Promise.reject(blocked);
    if (this.#isDisposed)
      return Promise.reject(new JobStopped("aborted", "The server is shutting down."));
    return new Promise<Result<K>>((resolve, reject) => {
      const job: Job = {
        options,
        run: (remote) => remote.call(method, params as never),
        resolve: resolve as (value: unknown) => void,
        reject,
      };
      this.#queue.push(job);
      // A caller that goes away takes its job out of the queue. A job that already runs is finished, as a rule: what it
      // finds is kept by the worker and answers the next question, which is why editors may cancel as they like.
      options.signal?.addEventListener("abort", () => {
        const index = this.#queue.indexOf(job);
        if (index >= 0) this.#queue.splice(index, 1);
        const aborted = new JobStopped("aborted", "The request was cancelled.");
        if (options.stopsWithCaller === true && this.#current === job) this.#stop(job, aborted);
        reject(aborted);
      });
      void this.#next();
    });
  }

  /** The subject's content changed: what is known to fail may work now, and what runs on the old content is in vain. */
  supersede(key: string): void {
    this.#blocked.delete(key);
    const superseded = new JobStopped("superseded", "The content changed.");
    // What waits to be asked of a text speaks of places in it, which are others now; a file has no such places.
    const speaksOfPlaces = ({ text, run }: JobOptions): boolean => (text ?? run) !== undefined;
    for (const job of this.#queue.filter(
      ({ options }) => options.key === key && speaksOfPlaces(options),
    )) {
      this.#queue.splice(this.#queue.indexOf(job), 1);
      job.reject(superseded);
    }
    if (this.#current?.options.key === key) this.#stop(this.#current, superseded);
  }

  /** The document is closed: the worker forgets its text. */
  forget(key: string): void {
    this.supersede(key);
    const hadText = this.#running?.texts.delete(key) === true;
    const hadRun = this.#running?.runs.delete(key) === true;
    if (hadText || hadRun)
      void this.ask("dropText", { uri: key }, { key: `closed:${key}`, title: key }).catch(
        (error: unknown) => this.#options.log(`engine: ${String(error)}`),
      );
  }

  dispose(): void {
    this.#isDisposed = true;
    const stopped = new JobStopped("aborted", "The server is shutting down.");
    for (const job of this.#queue.splice(0)) job.reject(stopped);
    if (this.#current !== undefined) this.#current.stopping = stopped;
    this.#end("The server is shutting down.");
  }

  async #next(): Promise<void> {
    if (this.#current !== undefined) return;
    const job = this.#queue.shift();
    if (job === undefined) return;
    const { key, title } = job.options;
    const blocked = this.#blocked.get(key);
    if (blocked !== undefined) {
      job.reject(blocked);
      void this.#next();
      return;
    }
    this.#current = job;
    const { jobSeconds, slowMilliseconds } = this.#options.limits;
    const limitTimer = setTimeout(() => {
      this.#fail(job, `The analysis took longer than ${jobSeconds} s and was stopped.`);
    }, jobSeconds * 1000);
    let endSlow: (() => void) | undefined;
    const slowTimer = setTimeout(() => {
      endSlow = this.#options.onSlow(title, () => {
        const stopped = new JobStopped("cancelled", "The analysis was cancelled.");
        this.#blocked.set(key, stopped);
        this.#stop(job, stopped);
      });
    }, slowMilliseconds);
    try {
      const running = this.#running ?? this.#start();
      await this.#send(running, job.options);
      if (job.options.other !== undefined) await this.#send(running, job.options.other);
      if (job.stopping !== undefined) throw job.stopping;
      job.resolve(await job.run(running.remote));
    } catch (error) {
      job.reject(job.stopping ?? (error instanceof Error ? error : new Error(String(error))));
    } finally {
      clearTimeout(limitTimer);
      clearTimeout(slowTimer);
      endSlow?.();
      if (this.#running !== undefined) Atomics.store(this.#running.cancelFlag, 0, 0);
      this.#current = undefined;
      void this.#next();
    }
  }

  /** What the worker does not have yet of a document. */
  async #send(
    running: Running,
    { key, text, run }: Pick<JobOptions, "key" | "text" | "run">,
  ): Promise<void> {
    if (text !== undefined && running.texts.get(key) !== text.version) {
      running.texts.set(key, text.version);
      await running.remote.call("putText", { uri: key, version: text.version, text: text.read() });
    }
    if (run !== undefined && running.runs.get(key) !== run.id) {
      running.runs.set(key, run.id);
      await running.remote.call("putRun", { uri: key, run });
    }
  }

  /** Asks the running job to stop; its worker is ended when it does not listen. */
  #stop(job: Job, stopped: JobStopped): void {
    if (job.stopping !== undefined) return;
    job.stopping = stopped;
    job.reject(stopped);
    const running = this.#running;
    if (running === undefined) return;
    Atomics.store(running.cancelFlag, 0, 1);
    setTimeout(() => {
      if (this.#current === job && this.#running === running) this.#end(stopped.message);
    }, cancelGraceMilliseconds).unref();
  }

  #fail(job: Job, message: string): void {
    const stopped = new JobStopped("failed", message);
    this.#blocked.set(job.options.key, stopped);
    job.stopping = stopped;
    this.#options.log(`engine: ${job.options.title}: ${message}`);
    this.#end(message);
  }

  #end(reason: string): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    running.remote.close(reason);
    running.worker
      .terminate()
      .catch((error: unknown) => this.#options.log(`engine: ${String(error)}`));
  }

  #start(): Running {
    const cancelBuffer = new SharedArrayBuffer(4);
    const start: WorkerStart = { cancelBuffer, dataFolder: this.#options.dataFolder };
    const { memoryMiB } = this.#options.limits;
    const worker = new Worker(this.#options.workerFile, {
      workerData: start,
      resourceLimits: { maxOldGenerationSizeMb: memoryMiB },
      stdout: true,
      stderr: true,
    });
    // What the worker prints would corrupt a protocol that runs over standard output.
    worker.stdout.on("data", (bytes: unknown) => this.#options.log(`worker: ${String(bytes)}`));
    worker.stderr.on("data", (bytes: unknown) => this.#options.log(`worker: ${String(bytes)}`));
    const remote = connect<WorkerApi>(
      {
        post: (message) => worker.postMessage(message),
        onMessage: (listener) => worker.on("message", listener),
      },
      {},
    );
    const running: Running = {
      worker,
      remote,
      cancelFlag: new Int32Array(cancelBuffer),
      texts: new Map(),
      runs: new Map(),
    };
    this.#running = running;
    const onLost = (message: string): void => {
      if (this.#running !== running) return;
      this.#running = undefined;
      if (this.#current !== undefined && this.#current.stopping === undefined)
        this.#fail(this.#current, message);
      remote.close(message);
    };
    worker.on("error", (error: Error & { readonly code?: string }) => {
      this.#options.log(`engine: the worker ended: ${error.stack ?? error.message}`);
      onLost(
        error.code === "ERR_WORKER_OUT_OF_MEMORY"
          ? `The analysis needs more than ${memoryMiB} MiB of memory and was stopped.`
          : `The analysis ended unexpectedly: ${error.message}`,
      );
    });
    worker.on("exit", (code) => onLost(`The analysis ended unexpectedly (exit code ${code}).`));
    return running;
  }
}

import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { Cancelled, type Cancel, throwIfCancelled } from "../../core/base/cancel.js";
import type { Scheme } from "../../core/quant/formats/scheme.js";
import type { WeightErrors } from "../../core/quant/measure/statistics.js";
import { compileKernels } from "../../engines/quant/compile-kernels.js";
import type { KnownResults } from "./cached-results.js";
import { gridsOf } from "./grids-of.js";
import { openTaskFiles, runWeightTask, type WeightTask } from "./weight-task.js";

export interface MeasureRequest {
  readonly modelPath: string;
  readonly tasks: readonly WeightTask[];
  readonly schemes: readonly Scheme[];
  readonly cancel: Cancel;
  readonly onProgress?: (done: number, count: number) => void;
  /** What was found before is not measured again. */
  readonly known?: KnownResults;
  /** At most this many threads; by default the processors there are, up to four. */
  readonly threadCount?: number;
  /** The worker's bundle, where it does not lie beside the caller's. */
  readonly workerFile?: string;
}

/**
 * Errors of all tensors by key; those whose bytes cannot be had are left out. Files of more than a few megabytes go to
 * workers, large tensors first, so that the last to end are short.
 */
export async function measureWeights(
  request: MeasureRequest,
): Promise<ReadonlyMap<string, WeightErrors>> {
  const { tasks, schemes, known, onProgress } = request;
  const before = new Map(
    tasks.flatMap((task): [string, WeightErrors][] => {
      const errors = known?.weight(task, schemes);
      return errors === undefined ? [] : [[task.key, errors]];
    }),
  );
  const rest = tasks.filter(({ key }) => !before.has(key));
  const measured = await measureAll({
    ...request,
    tasks: rest,
    onProgress: (done) => onProgress?.(before.size + done, tasks.length),
  });
  return new Map([...before, ...measured]);
}

function measureAll(request: MeasureRequest): Promise<ReadonlyMap<string, WeightErrors>> {
  const elementCount = request.tasks.reduce(
    (sum, { shape }) => sum + shape.rows * shape.columns,
    0,
  );
  const workerFile =
    request.workerFile ??
    path.join(typeof __dirname === "string" ? __dirname : ".", "quant-worker.cjs");
  const threadCount = Math.min(
    request.threadCount ?? Math.min(4, availableParallelism()),
    request.tasks.length,
  );
  return elementCount * request.schemes.length < inlineLimit ||
    threadCount < 2 ||
    !existsSync(workerFile)
    ? Promise.resolve(measureInline(request))
    : measureInWorkers(request, workerFile, threadCount);
}

/** Elements times schemes below which starting threads takes longer than the work. */
const inlineLimit = 2e7;

function measureInline(request: MeasureRequest): ReadonlyMap<string, WeightErrors> {
  const { modelPath, tasks, schemes, cancel, known, onProgress } = request;
  const kernels = compileKernels(gridsOf(schemes));
  const files = openTaskFiles(modelPath);
  const found = new Map<string, WeightErrors>();
  try {
    for (const [index, task] of tasks.entries()) {
      throwIfCancelled(cancel);
      const errors = runWeightTask(kernels, files, task, schemes, cancel);
      if (errors !== undefined) {
        found.set(task.key, errors);
        known?.keepWeight(task, schemes, errors);
      }
      onProgress?.(index + 1, tasks.length);
    }
  } finally {
    files.close();
  }
  return found;
}

interface Answer {
  readonly key: string;
  readonly errors?: WeightErrors;
  readonly failure?: string;
}

async function measureInWorkers(
  { modelPath, tasks, schemes, cancel, known, onProgress }: MeasureRequest,
  workerFile: string,
  threadCount: number,
): Promise<ReadonlyMap<string, WeightErrors>> {
  const cancelBuffer = new SharedArrayBuffer(4);
  const queue = [...tasks].sort(
    (left, right) => right.shape.rows * right.shape.columns - left.shape.rows * left.shape.columns,
  );
  const byKey = new Map(tasks.map((task) => [task.key, task]));
  const found = new Map<string, WeightErrors>();
  let done = 0;
  const workers: Worker[] = [];
  const runOne = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(workerFile, { workerData: { modelPath, schemes, cancelBuffer } });
      workers.push(worker);
      const next = (): void => {
        if (cancel.isCancelled) {
          Atomics.store(new Int32Array(cancelBuffer), 0, 1);
          reject(new Cancelled());
          return;
        }
        const task = queue.shift();
        if (task === undefined) resolve();
        else worker.postMessage(task);
      };
      worker.on("message", ({ key, errors, failure }: Answer) => {
        if (failure !== undefined) {
          reject(new Error(failure));
          return;
        }
        const task = byKey.get(key);
        if (errors !== undefined && task !== undefined) {
          found.set(key, errors);
          known?.keepWeight(task, schemes, errors);
        }
        done += 1;
        onProgress?.(done, tasks.length);
        next();
      });
      worker.on("error", reject);
      next();
    });
  try {
    await Promise.all(Array.from({ length: threadCount }, runOne));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return found;
}

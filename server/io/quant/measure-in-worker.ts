import { existsSync } from "node:fs";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { Cancelled, type Cancel } from "../../core/base/cancel.js";
import type { MeasuredAnswer, MeasuredTask, PlansAnswer, PlansTask } from "./measured-task.js";
import type { WorkerMessage, WorkerTask } from "./measured-worker.js";

type OnProgress = (sentence: string) => void;

/** `runMeasuredTask` in a thread of its own, which is ended when the answer is no longer wanted. */
export async function measureSensitivity(
  task: MeasuredTask,
  cancel: Cancel,
  onProgress: OnProgress,
): Promise<MeasuredAnswer> {
  if (isBuilt()) return answerOf<MeasuredAnswer>({ kind: "layers", task }, cancel, onProgress);
  const { runMeasuredTask } = await import("./measured-task.js");
  return runMeasuredTask(task, cancel, onProgress);
}

/** `runPlansTask` likewise. */
export async function measurePlans(
  task: PlansTask,
  cancel: Cancel,
  onProgress: OnProgress,
): Promise<PlansAnswer> {
  if (isBuilt()) return answerOf<PlansAnswer>({ kind: "plans", task }, cancel, onProgress);
  const { runPlansTask } = await import("./measured-task.js");
  return runPlansTask(task, cancel, onProgress);
}

const workerFile = path.join(
  typeof __dirname === "string" ? __dirname : ".",
  "measured-worker.cjs",
);

/** False in a checkout that runs from its sources. */
function isBuilt(): boolean {
  return existsSync(workerFile);
}

/** Milliseconds between two looks at whether the answer is still wanted. */
const cancelPeriod = 100;

async function answerOf<Answer>(
  asked: WorkerTask,
  cancel: Cancel,
  onProgress: OnProgress,
): Promise<Answer | { readonly kind: "impossible"; readonly reason: string }> {
  const worker = new Worker(workerFile, { workerData: asked });
  const impossible = (reason: string) => ({ kind: "impossible", reason }) as const;
  let timer: ReturnType<typeof setInterval> | undefined;
  try {
    return await new Promise((resolve, reject) => {
      worker.on("message", (message: WorkerMessage<Answer>) => {
        if (message.kind === "answer") resolve(message.answer);
        else onProgress(message.sentence);
      });
      worker.on("error", (error) => resolve(impossible(`ONNX Runtime stopped: ${error.message}`)));
      worker.on("exit", () => resolve(impossible("ONNX Runtime stopped without an answer.")));
      timer = setInterval(() => {
        if (cancel.isCancelled) reject(new Cancelled());
      }, cancelPeriod);
    });
  } finally {
    clearInterval(timer);
    await worker.terminate();
  }
}

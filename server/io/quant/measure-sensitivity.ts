import { existsSync } from "node:fs";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { Cancelled, type Cancel } from "../../core/base/cancel.js";
import type { MeasuredAnswer, MeasuredTask } from "./measured-task.js";
import type { MeasuredMessage } from "./measured-worker.js";

/** Milliseconds between two looks at whether the answer is still wanted. */
const cancelPeriod = 100;

/** `runMeasuredTask` in a thread of its own, which is ended when the answer is no longer wanted. */
export async function measureSensitivity(
  task: MeasuredTask,
  cancel: Cancel,
  onProgress: (sentence: string) => void,
): Promise<MeasuredAnswer> {
  const workerFile = path.join(
    typeof __dirname === "string" ? __dirname : ".",
    "measured-worker.cjs",
  );
  // In a checkout that is not built.
  if (!existsSync(workerFile)) {
    const { runMeasuredTask } = await import("./measured-task.js");
    return runMeasuredTask(task, cancel, onProgress);
  }
  const worker = new Worker(workerFile, { workerData: task });
  let timer: ReturnType<typeof setInterval> | undefined;
  try {
    return await new Promise<MeasuredAnswer>((resolve, reject) => {
      worker.on("message", (message: MeasuredMessage) => {
        if (message.kind === "answer") resolve(message.answer);
        else onProgress(message.sentence);
      });
      worker.on("error", (error) =>
        resolve({ kind: "impossible", reason: `ONNX Runtime stopped: ${error.message}` }),
      );
      worker.on("exit", () =>
        resolve({ kind: "impossible", reason: "ONNX Runtime stopped without an answer." }),
      );
      timer = setInterval(() => {
        if (cancel.isCancelled) reject(new Cancelled());
      }, cancelPeriod);
    });
  } finally {
    clearInterval(timer);
    await worker.terminate();
  }
}

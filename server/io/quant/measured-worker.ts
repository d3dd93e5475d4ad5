import { parentPort, workerData } from "node:worker_threads";
import { neverCancelled } from "../../core/base/cancel.js";
import { type MeasuredAnswer, type MeasuredTask, runMeasuredTask } from "./measured-task.js";

/** What the thread tells: sentences while it runs, and its answer. It is ended from outside when nobody wants it any more. */
export type MeasuredMessage =
  | { readonly kind: "progress"; readonly sentence: string }
  | { readonly kind: "answer"; readonly answer: MeasuredAnswer };

const port = parentPort;
if (port === null) throw new Error("measured-worker.cjs runs as a worker thread only");
const tell = (message: MeasuredMessage): void => port.postMessage(message);
void runMeasuredTask(workerData as MeasuredTask, neverCancelled, (sentence) =>
  tell({ kind: "progress", sentence }),
).then((answer) => tell({ kind: "answer", answer }));

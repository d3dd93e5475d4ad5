import { parentPort, workerData } from "node:worker_threads";
import { neverCancelled } from "../../core/base/cancel.js";
import {
  type MeasuredAnswer,
  type MeasuredTask,
  type PlansAnswer,
  type PlansTask,
  runMeasuredTask,
  runPlansTask,
} from "./measured-task.js";

/** What the thread is asked: one layer at a time, or whole plans. */
export type WorkerTask =
  | { readonly kind: "layers"; readonly task: MeasuredTask }
  | { readonly kind: "plans"; readonly task: PlansTask };

/** What the thread tells: sentences while it runs, and its answer. It is ended from outside when nobody wants it any more. */
export type WorkerMessage<Answer> =
  | { readonly kind: "progress"; readonly sentence: string }
  | { readonly kind: "answer"; readonly answer: Answer };

const port = parentPort;
if (port === null) throw new Error("measured-worker.cjs runs as a worker thread only");
const tell = (message: WorkerMessage<MeasuredAnswer | PlansAnswer>): void =>
  port.postMessage(message);
const onProgress = (sentence: string): void => tell({ kind: "progress", sentence });
const asked = workerData as WorkerTask;
void (
  asked.kind === "layers"
    ? runMeasuredTask(asked.task, neverCancelled, onProgress)
    : runPlansTask(asked.task, neverCancelled, onProgress)
).then((answer) => tell({ kind: "answer", answer }));

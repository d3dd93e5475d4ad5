import { parentPort, workerData } from "node:worker_threads";
import type { Cancel } from "../core/base/cancel.js";
import { connect } from "../protocol/rpc.js";
import { Analyst } from "./analyst.js";
import { createAnswers } from "./answers.js";
import type { WorkerStart } from "./worker-api.js";

/** The thread that reads files and analyses them. It does one thing at a time and sleeps in between. */
const port = parentPort;
if (port === null) throw new Error("worker.cjs runs as a worker thread of the server only");
const { cancelBuffer, dataFolder } = workerData as WorkerStart;
const cancelFlag = new Int32Array(cancelBuffer);
const cancel: Cancel = {
  get isCancelled() {
    return Atomics.load(cancelFlag, 0) === 1;
  },
};
connect(
  {
    post: (message) => port.postMessage(message),
    onMessage: (listener) => port.on("message", listener),
  },
  { ...createAnswers(new Analyst(dataFolder, cancel)) },
);

import { parentPort, workerData } from "node:worker_threads";
import { type Cancel, Cancelled } from "../core/base/cancel.js";
import { type Methods, connect } from "../protocol/rpc.js";
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
const answers = createAnswers(new Analyst(dataFolder, cancel));
connect(
  {
    post: (message) => port.postMessage(message),
    onMessage: (listener) => port.on("message", listener),
  },
  logged({ ...answers }),
);

/** Only a message travels back to the server; where it was thrown is worth a line in the log. */
function logged(methods: Methods): Methods {
  return Object.fromEntries(
    Object.entries(methods).map(([name, method]) => [
      name,
      async (params, call) => {
        try {
          return await method(params, call);
        } catch (error) {
          if (!(error instanceof Cancelled)) console.error(`${name}:`, error);
          throw error;
        }
      },
    ]),
  ) satisfies Methods;
}

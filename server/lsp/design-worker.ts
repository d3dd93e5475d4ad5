import { parentPort, workerData } from "node:worker_threads";
import type { Design } from "../core/design/design.js";
import { analyseDesign } from "../io/design/analyse-design.js";
import type { DesignRequest } from "../io/design/design-request.js";
import { loadParts } from "../io/parts-files.js";
import { type CallContext, type Remote, connect } from "../protocol/rpc.js";

/** The thread that analyses hardware descriptions; the engines that it needs are processes of their own. */
const port = parentPort;
if (port === null) throw new Error("design-worker.cjs runs as a worker thread of the server only");
const { dataFolder, cancelBuffer } = workerData as DesignWorkerStart;
const cancelFlag = new Int32Array(cancelBuffer);
const { value: families, problems } = loadParts(dataFolder);
for (const problem of problems) console.error(problem.message);

export interface DesignWorkerStart {
  readonly dataFolder: string;
  /** Set while what runs is outdated: a computation of this thread sees no message. */
  readonly cancelBuffer: SharedArrayBuffer;
}

/** What the thread tells whoever started it. */
export interface DesignListener {
  readonly [method: string]: (params: never) => unknown;
  /** What a long job is doing. */
  readonly stage: (params: string) => unknown;
}

export interface DesignWorkerApi {
  readonly [method: string]: (params: never, call: CallContext) => Promise<unknown>;
  readonly analyse: (params: DesignRequest, call: CallContext) => Promise<Design>;
}

const api: DesignWorkerApi = {
  analyse: (request, call) => {
    const abort = new AbortController();
    call.onCancel(() => abort.abort());
    return analyseDesign(request, {
      families,
      dataFolder,
      cancel: {
        get isCancelled() {
          return call.isCancelled || Atomics.load(cancelFlag, 0) === 1;
        },
      },
      signal: abort.signal,
      log: (line) => console.error(line),
      progress: (stage) => {
        // Whoever does not listen any more misses nothing.
        listener.call("stage", stage).catch(() => undefined);
      },
    });
  },
};
const listener: Remote<DesignListener> = connect<DesignListener>(
  {
    post: (message) => port.postMessage(message),
    onMessage: (listener) => port.on("message", listener),
  },
  api,
);

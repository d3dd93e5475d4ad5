import { parentPort, workerData } from "node:worker_threads";
import type { Scheme } from "../../core/quant/formats/scheme.js";
import { compileKernels } from "../../engines/quant/compile-kernels.js";
import { gridsOf } from "./grids-of.js";
import { openTaskFiles, runWeightTask, type WeightTask } from "./weight-task.js";

/** A thread that measures one tensor at a time. What the parent sends is ours: paths and schemes, no user's code. */
export interface WorkerStart {
  readonly modelPath: string;
  readonly schemes: readonly Scheme[];
  /** One 32-bit cell; 1 means stop. */
  readonly cancelBuffer: SharedArrayBuffer;
}

const port = parentPort;
if (port === null) throw new Error("quant-worker.cjs runs as a worker thread only");
const { modelPath, schemes, cancelBuffer } = workerData as WorkerStart;
const flag = new Int32Array(cancelBuffer);
const kernels = compileKernels(gridsOf(schemes));
const files = openTaskFiles(modelPath);
port.on("message", (task: WeightTask) => {
  try {
    const errors = runWeightTask(kernels, files, task, schemes, {
      get isCancelled() {
        return Atomics.load(flag, 0) === 1;
      },
    });
    port.postMessage({ key: task.key, errors });
  } catch (error) {
    port.postMessage({
      key: task.key,
      failure: error instanceof Error ? error.message : String(error),
    });
  }
});

import { decodeAccelerator } from "../../../server/core/accelerator/decode-accelerator.js";
import type {
  Accelerator,
  AcceleratorPrecision,
  ArrayEngine,
  Dataflow,
} from "../../../server/core/accelerator/accelerator.js";
import { product, type Contraction } from "../../../server/core/accelerator/contraction.js";

/** An accelerator from the fields of its file that a case speaks of. */
export function accelerator(fields: Readonly<Record<string, unknown>>): Accelerator {
  const { value, problems } = decodeAccelerator({
    id: "x",
    clock: "1 GHz",
    node: 28,
    engine: { rows: 16, columns: 16, dataflow: "weight-stationary" },
    precisions: ["int8"],
    buffers: [{ name: "buffer", size: "1 TiB" }],
    ...fields,
  });
  if (value === undefined) throw new Error(problems.map(({ message }) => message).join("\n"));
  return value;
}

/** An array that nothing but itself holds up. */
export function bareArray(rows: number, columns: number, dataflow: Dataflow): Accelerator {
  return accelerator({ engine: { rows, columns, dataflow, pipelined: false } });
}

export function engineOf({ engine }: Accelerator): ArrayEngine {
  if (engine.kind !== "array") throw new Error("No array.");
  return engine;
}

export function precisionOf({ precisions }: Accelerator): AcceleratorPrecision {
  const [first] = precisions;
  if (first === undefined) throw new Error("No precision.");
  return first;
}

/** A convolution by its input, filter, channels and stride, without padding, as SCALE-Sim's topologies have it. */
export function convolution(
  input: number,
  kernel: number,
  channels: number,
  filters: number,
  stride: number,
  more: Partial<Contraction> = {},
): Contraction {
  const outputs = Math.ceil((input - kernel + stride) / stride);
  return {
    ...product(1, 1, filters, channels),
    outputRows: outputs,
    outputColumns: outputs,
    kernelRows: kernel,
    kernelColumns: kernel,
    strideRows: stride,
    strideColumns: stride,
    inputRows: input,
    inputColumns: input,
    ...more,
  };
}

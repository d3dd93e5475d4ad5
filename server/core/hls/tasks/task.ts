import { productOf } from "../../base/product.js";
import type { ReportLayer, ReportTensor } from "../../views/report-document.js";

/** A layer that multiplies, with what follows it element by element. */
export interface Task {
  readonly name: string;
  readonly macs: number;
  readonly weightElements: number;
  /** Made by earlier tasks, or the network's inputs. */
  readonly reads: readonly Operand[];
  readonly outputElements: number;
  /** Rows that its result is made in, one after the other. */
  readonly outputRows: number;
}

export interface Operand {
  /** Position of the task that makes it; undefined: an input of the network. */
  readonly from: number | undefined;
  readonly elements: number;
  /** All of it is needed before the first result: the second operand of a product, what is normalized over. */
  readonly isWhole: boolean;
}

/** Tasks in the order of execution; undefined where an extent or the work of a layer is not known. */
export function tasksOf(layers: readonly ReportLayer[]): readonly Task[] | undefined {
  const makers = new Map<string, number>();
  const tasks: Task[] = [];
  for (const layer of layers) {
    if (layer.folded) continue;
    const output = sizesOf(layer.outputs[0]);
    if (output === undefined) return undefined;
    const name = layer.outputs[0]?.name ?? "";
    const reads: Operand[] = [];
    for (const [index, tensor] of layer.inputs.entries()) {
      const from = makers.get(tensor.name);
      const sizes = sizesOf(tensor);
      // A constant is no operand that somebody makes, and counts as weights.
      if (sizes === undefined || (from === undefined && (index > 0 || tensor.name === "")))
        continue;
      reads.push({ from, elements: productOf(sizes), isWhole: index > 0 && (layer.macs ?? 0) > 0 });
    }
    if ((layer.macs ?? 0) > 0) {
      tasks.push({
        name: layer.name,
        macs: layer.macs ?? 0,
        weightElements: layer.parameterCount ?? 0,
        reads,
        outputElements: productOf(output),
        outputRows: Math.max(1, output.length > 2 ? (output.at(-2) ?? 1) : (output[0] ?? 1)),
      });
      makers.set(name, tasks.length - 1);
      continue;
    }
    // What has no products belongs to the task before it; a second branch is one more operand of that task.
    const sources = reads.flatMap(({ from }) => from ?? []);
    const last = sources.length === 0 ? undefined : Math.max(...sources);
    if (last === undefined) continue;
    makers.set(name, last);
    const task = tasks[last];
    const more = reads.filter(({ from }) => from !== last);
    if (task !== undefined && more.length > 0)
      tasks[last] = { ...task, reads: [...task.reads, ...more] };
  }
  return tasks;
}

function sizesOf(tensor: ReportTensor | undefined): readonly number[] | undefined {
  const shape = tensor?.shape;
  if (shape === null || shape === undefined) return undefined;
  const sizes = shape.filter((size): size is number => typeof size === "number");
  return sizes.length === shape.length ? sizes : undefined;
}

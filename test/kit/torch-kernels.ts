import { inferModel } from "../../server/core/analyze.js";
import { neverCancelled } from "../../server/core/base/cancel.js";
import { traceVersion } from "../../server/core/formats/torch-trace/decode-trace.js";
import { readTracedProgram } from "../../server/core/formats/torch-trace.js";
import type { Graph } from "../../server/core/graph/graph.js";
import { lower } from "../../server/core/lower/lower.js";
import type { Lowered } from "../../server/core/lower/lowered.js";
import type { Target } from "../../server/core/targets/target.js";

type Attributes = Readonly<Record<string, unknown>>;

/** Operator, names of what it reads, name of what it makes, its shape, attributes. */
export type TorchCall = readonly [
  string,
  readonly string[],
  string,
  readonly number[],
  Attributes?,
];

/**
 * Kernels of a traced program on a target, a line each: members, kind, bytes read, written, and converted or packed.
 * `inputs` and `weights` are float32.
 */
export function torchKernels(
  target: Target,
  inputs: Readonly<Record<string, readonly number[]>>,
  weights: Readonly<Record<string, readonly number[]>>,
  calls: readonly TorchCall[],
): string {
  const { graph, lowered } = torchLowered(target, inputs, weights, calls);
  return lowered.kernels
    .map((kernel) => {
      const members = kernel.nodeIds.map((nodeId) => graph.nodes[nodeId]?.sourceOp).join("+");
      const converted = kernel.castBytes > 0 ? ` converted=${kernel.castBytes}` : "";
      const layout = kernel.isChannelsLast ? " channels-last" : "";
      return `${members}: ${kernel.shape.kind} read=${kernel.readBytes} write=${kernel.writeBytes}${converted}${layout}`;
    })
    .join("\n");
}

/** The same as it comes from lowering. */
export function torchLowered(
  target: Target,
  inputs: Readonly<Record<string, readonly number[]>>,
  weights: Readonly<Record<string, readonly number[]>>,
  calls: readonly TorchCall[],
): { readonly graph: Graph; readonly lowered: Lowered } {
  const tensors: unknown[] = [];
  const idOf = new Map<string, number>();
  const add = (name: string, shape: readonly number[], kind: string): number => {
    const id = tensors.length;
    tensors.push([shape, "float32", kind, ...(kind === "parameter" ? [name] : [])]);
    idOf.set(name, id);
    return id;
  };
  for (const [name, shape] of Object.entries(inputs)) add(name, shape, "input");
  for (const [name, shape] of Object.entries(weights)) add(name, shape, "parameter");
  const traced = calls.map(([op, reads, makes, shape, attributes]) => [
    op,
    reads.map((name) => idOf.get(name) ?? -1),
    [add(makes, shape, "activation")],
    attributes ?? {},
    0,
    [],
  ]);
  const trace = {
    version: traceVersion,
    files: [],
    frames: [],
    tensors,
    modules: [["", "Net", []]],
    calls: traced,
    inputs: Object.keys(inputs).map((name) => idOf.get(name)),
    inputNames: Object.keys(inputs),
    outputs: [tensors.length - 1],
    notes: [],
  };
  const program = readTracedProgram({
    version: 1,
    file: "",
    main: 0,
    missingImports: [],
    problems: [],
    models: [{ name: "Net", kind: "entry", entry: "Net()", inputs: [], problems: [], trace }],
  });
  const model = program.main?.model;
  if (model === undefined) throw new Error(JSON.stringify(program.main?.problems));
  const inferred = inferModel(model, { inputs: new Map(), dims: new Map() }, neverCancelled);
  const { graph } = inferred.graphWork.flow;
  return { graph, lowered: lower(inferred.graphWork, target, neverCancelled) };
}

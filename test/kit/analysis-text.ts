import type { Analysis, Bindings, TargetAnalysis } from "../../server/core/analysis.js";
import { analyze } from "../../server/core/analyze.js";
import { bytesOf, emptyNeighbourhood } from "../../server/core/base/byte-source.js";
import { neverCancelled } from "../../server/core/base/cancel.js";
import { format } from "../../server/core/formats/onnx-text.js";
import type { Model } from "../../server/core/graph/graph.js";
import type { PassId } from "../../server/core/lower/lowered.js";
import type { Chip, MemoryLevel, Sourced } from "../../server/core/targets/chip.js";
import type { Precision } from "../../server/core/targets/precision.js";
import type { Runtime } from "../../server/core/targets/runtime.js";
import type { Target } from "../../server/core/targets/target.js";

/** A graph in ONNX's textual syntax; `float[4,3] w = ?` is a weight whose bytes are not looked at. */
export function modelOfText(graph: string): Model {
  const text = `<ir_version: 10, opset_import: ["": 21, "com.microsoft": 1]>\n${graph.replaceAll("= ?", '= ["location": ""]')}`;
  const { value, problems } = format.read(bytesOf(new TextEncoder().encode(text)), {
    fileName: "model.onnxtxt",
    neighbourhood: emptyNeighbourhood,
    cancel: neverCancelled,
  });
  if (value === undefined || problems.length > 0)
    throw new Error(problems.map((problem) => problem.message).join("\n"));
  return value;
}

export function bindings(given: Partial<Bindings> = {}): Bindings {
  return { inputs: new Map(), dims: new Map(), ...given };
}

export function analyzeText(
  graph: string,
  targets: readonly Target[] = [],
  given: Partial<Bindings> = {},
): Analysis {
  return analyze(modelOfText(graph), bindings(given), targets, neverCancelled);
}

export function onTarget(graph: string, target: Target): TargetAnalysis {
  const [only] = analyzeText(graph, [target]).targets;
  if (only === undefined) throw new Error("no target");
  return only;
}

/** One line per kernel: its nodes, kind and numbers. */
export function kernelsOf(graph: string, target: Target): string {
  const analysis = analyzeText(graph, [target]);
  const { lowered } = analysis.targets[0]!;
  const lines = lowered.kernels.map((kernel) => {
    const ops = kernel.nodeIds.map((id) => analysis.model.graph.nodes[id]!.op).join("+");
    const fixed = kernel.arithmetic === undefined ? "" : ` ${kernel.arithmetic}`;
    return `${ops}: ${kernel.shape.kind}${fixed} macs=${kernel.macs} flops=${kernel.otherFlops} weights=${kernel.weightBytes} read=${kernel.readBytes} write=${kernel.writeBytes}`;
  });
  for (const { nodeId, reason } of lowered.uncosted) lines.push(`${nodeId} uncosted: ${reason}`);
  return lines.join("\n");
}

export const allPasses: readonly PassId[] = [
  "fold-constants",
  "fold-batch-norm",
  "fuse-activation",
  "fuse-elementwise",
  "fuse-quantization",
  "fuse-attention",
  "drop-views",
];

export interface RoundTarget {
  readonly chip?: Partial<Chip>;
  readonly runtime?: Partial<Runtime>;
  readonly precision?: Partial<Precision>;
  readonly passes?: readonly PassId[];
}

/**
 * A target of round numbers: 1 Top/s of float32 products at 50 %, 4 Top/s of int8, 100 Gop/s of element-wise work at
 * 50 %, DRAM of 100 GB/s at 50 %, no cache, 1 µs per kernel, 10 µs per inference, interval 0.5 to 2.
 */
export function roundTarget(given: RoundTarget = {}): Target {
  const chip: Chip = {
    id: "chip",
    name: "Chip",
    vendor: "",
    kind: "gpu",
    segment: "desktop",
    peaks: { float32: sourced(1e12), int8: sourced(4e12) },
    vectorPeaks: { float32: sourced(1e11) },
    memories: [memory("DRAM", "ram", 1e9, 1e11)],
    power: { typical: sourced(100), idle: sourced(10) },
    runtimes: [],
    ...given.chip,
  };
  const runtime: Runtime = {
    id: "runtime",
    name: "Runtime",
    engine: "gpu",
    bandwidthEfficiency: sourced(0.5),
    computeEfficiency: { default: sourced(0.5) },
    kernelOverhead: sourced(1e-6),
    inferenceOverhead: sourced(1e-5),
    passes: given.passes ?? ["fold-constants", "drop-views"],
    unsupported: [],
    memoryOverhead: sourced(0),
    rooflineInterval: { low: sourced(0.5), high: sourced(2) },
    ...given.runtime,
  };
  const precision: Precision = {
    id: "fp32",
    name: "fp32",
    arithmetic: ["float32"],
    vectorArithmetic: ["float32"],
    weightBits: 32,
    activationBits: 32,
    cacheBits: 32,
    quantizesOnTheFly: false,
    ...given.precision,
  };
  return { id: "chip/runtime/fp32", label: "Chip · Runtime · fp32", chip, runtime, precision };
}

export function memory(
  name: string,
  role: MemoryLevel["role"],
  size: number,
  bandwidth: number,
): MemoryLevel {
  return { name, role, size: sourced(size), bandwidth: sourced(bandwidth) };
}

export function sourced(value: number): Sourced {
  return { value, unit: "1", source: "made up for the test" };
}

import type { Analysis, Layer, TargetAnalysis } from "../../server/core/analysis.js";
import type { Problem } from "../../server/core/base/problem.js";
import type { Bound, Estimate, KernelCost } from "../../server/core/cost/cost.js";
import { symbol } from "../../server/core/graph/dim.js";
import type { Attribute, Graph, Node, Value } from "../../server/core/graph/graph.js";
import { tensor, type ValueType } from "../../server/core/graph/value-type.js";
import type { Kernel } from "../../server/core/lower/lowered.js";
import { planMemory } from "../../server/core/memory/make-plan.js";
import type { MemoryPlan } from "../../server/core/memory/plan.js";
import type { Target } from "../../server/core/targets/target.js";

/**
 * An analysis made by hand, for views and pages: a chain of Conv → Relu blocks, one head of Shape → Reshape → Gemm, and a
 * custom operator without a rule. All numbers follow from the node's index, so tests can state them.
 */
export function fakeAnalysis(options: FakeOptions = {}): Analysis {
  const blockCount = options.blockCount ?? 4;
  const { graph, types } =
    options.isEmpty === true
      ? emptyGraph
      : flattened(
          fakeGraph(blockCount, options.isSymbolic ?? false, options.nodeName ?? ((name) => name)),
          options.isFlat ?? false,
        );
  const layers = graph.nodes.map((node, nodeId) => fakeLayer(node, nodeId));
  const targets = (options.targets ?? fakeTargets).map((target) =>
    fakeTargetAnalysis(target, graph, layers, options.isUnsized ?? false),
  );
  return {
    model: {
      format: "onnx",
      name: options.name ?? "resnet-tiny",
      producer: "pytorch 2.9.0",
      irVersion: 10,
      opsets: new Map([
        ["", 21],
        ["my.domain", 1],
      ]),
      metadata: new Map(),
      graph,
      functions: [],
    },
    inferred: {
      graph,
      types,
      constants: new Map(),
      isConstant: graph.values.map((value) => value.weight !== undefined),
      bodies: new Map(),
      problems: [],
      symbols: options.isSymbolic === true ? ["batch", "seq"] : [],
    },
    layers,
    totals: {
      parameterCount: sum(layers.map((layer) => layer.parameterCount)),
      weightBytes: sum(layers.map((layer) => layer.weightBytes)),
      macs: sum(layers.map((layer) => layer.macs ?? 0)),
      flops: sum(layers.map((layer) => layer.flops ?? 0)),
      activationElements: undefined,
      initializerElements: sum(layers.map((layer) => layer.parameterCount)),
      uncostedCount: layers.filter((layer) => !layer.isCosted).length,
    },
    memoryPlan: options.isUnsized === true ? undefined : fakePlan(graph),
    targets,
    problems: options.problems ?? fakeProblems(graph),
  };
}

function flattened(made: ReturnType<typeof fakeGraph>, isFlat: boolean): typeof made {
  if (!isFlat) return made;
  const nodes = made.graph.nodes.map((node) => ({ ...node, scope: "" }));
  return { ...made, graph: { ...made.graph, nodes } };
}

export interface FakeOptions {
  readonly blockCount?: number;
  readonly name?: string;
  readonly isSymbolic?: boolean;
  /** No nodes and no values: what is left of a file that breaks off early. */
  readonly isEmpty?: boolean;
  /** Some tensor's size is not known, so nothing can be planned. */
  readonly isUnsized?: boolean;
  /** Makes other names of the nodes' own. */
  readonly nodeName?: (name: string) => string;
  /** No node has a scope. */
  readonly isFlat?: boolean;
  readonly targets?: readonly FakeTarget[];
  readonly problems?: readonly Problem[];
}

export interface FakeTarget {
  readonly id: string;
  readonly label: string;
  readonly engine: string;
  readonly fallback?: string;
  /** Seconds of a MAC. */
  readonly secondsPerMac: number;
  readonly low: number;
  readonly high: number;
  readonly method: Estimate["method"];
  readonly capacityBytes: number;
  readonly hasPower: boolean;
}

export const fakeTargets: readonly FakeTarget[] = [
  {
    id: "nvidia-rtx-4090/tensorrt-10/fp16",
    label: "RTX 4090 · TensorRT · fp16",
    engine: "gpu",
    secondsPerMac: 1 / 82e12,
    low: 0.9,
    high: 1.12,
    method: "calibrated",
    capacityBytes: 24 * 2 ** 30,
    hasPower: true,
  },
  {
    id: "nvidia-jetson-orin-nx-16gb/tensorrt-10/int8",
    label: "Jetson Orin NX 16GB · TensorRT · int8",
    engine: "gpu",
    fallback: "cpu",
    secondsPerMac: 1 / 12e12,
    low: 0.5,
    high: 2,
    method: "roofline",
    capacityBytes: 16 * 2 ** 30,
    hasPower: true,
  },
  {
    id: "stm32h747i-disco/x-cube-ai/int8",
    label: "STM32H747 · X-CUBE-AI · int8",
    engine: "mcu",
    secondsPerMac: 1 / 0.24e9,
    low: 0.6,
    high: 1.7,
    method: "roofline",
    capacityBytes: 1024 * 1024,
    hasPower: false,
  },
];

const channels = 64;
const side = 56;

const emptyGraph = {
  graph: { name: "main", inputs: [], outputs: [], nodes: [], values: [], captures: [] },
  types: [],
};

function fakeGraph(
  blockCount: number,
  isSymbolic: boolean,
  nodeName: (name: string) => string,
): { readonly graph: Graph; readonly types: readonly (ValueType | undefined)[] } {
  const values: Value[] = [];
  const types: (ValueType | undefined)[] = [];
  const nodes: Node[] = [];
  const add = (value: Value, type: ValueType | undefined): number => {
    types.push(type);
    return values.push(value) - 1;
  };
  const batch = isSymbolic ? symbol("batch") : 1;
  const image = tensor("float32", [batch, channels, side, side]);
  const input = add({ name: "input", declared: image }, image);
  const inputs = [input];
  if (isSymbolic) {
    const tokens = tensor("int64", [batch, symbol("seq")]);
    inputs.push(add({ name: "tokens", declared: tokens }, tokens));
  }
  const node = (
    name: string,
    op: string,
    ins: readonly number[],
    outs: readonly number[],
    more: Partial<Node> = {},
  ): void => {
    nodes.push({
      name: name === "" ? "" : nodeName(name),
      op,
      domain: "",
      inputs: ins,
      outputs: outs,
      attributes: new Map(),
      scope: "",
      ...more,
    });
  };
  let current = input;
  for (let block = 0; block < blockCount; block++) {
    const scope = `ResNet/layer${1 + Math.floor(block / 8)}/${block % 8}`;
    const weight = add(
      {
        name: `layer${block}.weight`,
        weight: {
          elementType: "float32",
          shape: [channels, channels, 3, 3],
          byteLength: channels * channels * 9 * 4,
        },
      },
      tensor("float32", [channels, channels, 3, 3]),
    );
    const conv = add({ name: `conv${block}_out` }, image);
    const relu = add({ name: `relu${block}_out` }, image);
    node(`/layer${block}/conv`, "Conv", [current, weight], [conv], {
      scope,
      attributes: new Map<string, Attribute>([
        ["kernel_shape", { kind: "ints", value: [3, 3] }],
        ["strides", { kind: "ints", value: [1, 1] }],
        ["pads", { kind: "ints", value: [1, 1, 1, 1] }],
        ["group", { kind: "int", value: 1 }],
      ]),
      metadata: new Map([["pytorch.line", `model.py:${40 + block}`]]),
    });
    node(`/layer${block}/relu`, "Relu", [conv], [relu], { scope });
    current = relu;
  }
  const shape = add({ name: "shape" }, tensor("int64", [2]));
  const flat = add({ name: "flat" }, tensor("float32", [batch, channels * side * side]));
  const norm = add({ name: "norm" }, undefined);
  node("", "Shape", [input], [shape], { scope: "ResNet/head" });
  node("/head/reshape", "Reshape", [current, shape], [flat], { scope: "ResNet/head" });
  node("/head/norm", "MagicNorm", [flat, -1], [norm], {
    domain: "my.domain",
    scope: "ResNet/head",
  });
  return {
    graph: { name: "main", inputs, outputs: [norm], nodes, values, captures: [] },
    types,
  };
}

function fakeLayer(node: Node, nodeId: number): Layer {
  const elements = channels * side * side;
  const isConv = node.op === "Conv";
  const isKnown = node.op !== "MagicNorm";
  const weightBytes = isConv ? channels * channels * 9 * 4 : 0;
  const macs = isConv ? elements * channels * 9 * (1 + (nodeId % 5)) : 0;
  return {
    nodeId,
    parameterCount: isConv ? channels * channels * 9 : 0,
    weightBytes,
    macs: isKnown ? macs : undefined,
    flops: isKnown ? 2 * macs : undefined,
    readBytes: isKnown ? elements * 4 + weightBytes : undefined,
    writeBytes: isKnown ? elements * 4 : undefined,
    isCosted: isKnown,
    ...(isKnown ? {} : { reason: "There is no rule for `my.domain:MagicNorm`." }),
    isFolded: node.op === "Shape",
  };
}

function fakeTargetAnalysis(
  fake: FakeTarget,
  graph: Graph,
  layers: readonly Layer[],
  isUnsized: boolean,
): TargetAnalysis {
  const kernels: Kernel[] = [];
  const kernelCosts: KernelCost[] = [];
  const kernelOfNode = graph.nodes.map(() => -1);
  graph.nodes.forEach((node, nodeId) => {
    if (node.op !== "Conv") return;
    const macs = layers[nodeId]?.macs ?? 0;
    const isFallback = fake.fallback !== undefined && nodeId % 14 === 12;
    const seconds = macs * fake.secondsPerMac * (isFallback ? 8 : 1);
    kernelOfNode[nodeId] = kernels.length;
    kernelOfNode[nodeId + 1] = kernels.length;
    kernels.push({
      nodeIds: [nodeId, nodeId + 1],
      shares: [0.9, 0.1],
      shape: { kind: "elementwise", elements: channels * side * side },
      macs,
      otherFlops: 0,
      weightBytes: channels * channels * 9,
      readBytes: channels * side * side * 2 + channels * channels * 9,
      weightReadBytes: channels * channels * 9,
      writeBytes: channels * side * side * 2,
      reads: node.inputs.slice(0, 1),
      writes: graph.nodes[nodeId + 1]?.outputs ?? [],
      transferBytes: 0,
      castBytes: 0,
      castCount: 0,
      isChannelsLast: false,
      quantizedElements: 0,
      engine: isFallback ? (fake.fallback ?? fake.engine) : fake.engine,
    });
    const bound: Bound = (["compute", "memory", "overhead"] as const)[nodeId % 3] ?? "compute";
    kernelCosts.push({
      seconds: estimate(seconds, fake),
      joules: fake.hasPower ? estimate(seconds * 300, fake) : undefined,
      bound,
      level: "DRAM",
      computeSeconds: seconds * 0.7,
      memorySeconds: seconds * 0.6,
      overheadSeconds: seconds * 0.1,
      reasons: [
        `${macs} MAC at the dense fp16 peak of the chip take ${seconds * 0.7} s.`,
        "Relu is fused: its output is never written.",
        "3 input channels fill 3 of 8 tensor-core lanes.",
      ],
    });
  });
  const latencySeconds = sum(kernelCosts.map((cost) => cost.seconds.value)) * 1.05;
  const peak = channels * side * side * 4;
  const weightBytes = sum(kernels.map((kernel) => kernel.weightBytes));
  const totalBytes = weightBytes + peak;
  return {
    target: fakeTarget(fake),
    batch: 1,
    lowered: {
      kernels,
      kernelOfNode,
      valueBits: undefined,
      uncosted: graph.nodes.flatMap((node, nodeId) =>
        node.op === "MagicNorm"
          ? [{ nodeId, reason: "There is no rule for `my.domain:MagicNorm`." }]
          : [],
      ),
      weightBytes: sum(kernels.map((kernel) => kernel.weightBytes)),
      aliasOf: Int32Array.from(graph.values, (_, valueId) => valueId),
    },
    kernelCosts,
    latency: estimate(latencySeconds, fake),
    energy: fake.hasPower ? estimate(latencySeconds * 300, fake) : undefined,
    weightBytes,
    // Made when asked for: few tests do, and some models are large.
    get memoryPlan() {
      return isUnsized ? undefined : fakeTargetPlan(fake, graph, kernels);
    },
    peakActivationBytes: peak,
    totalBytes,
    capacityBytes: fake.capacityBytes,
    fits: totalBytes <= fake.capacityBytes,
    unsupportedNodes: [],
    problems: [],
  };
}

function fakeTarget(fake: FakeTarget): Target {
  // Views read ids, names, engines and power only; the rest of a target is data that no view shows.
  return {
    id: fake.id,
    label: fake.label,
    chip: {
      id: fake.id.split("/")[0],
      peaks: {},
      power: {},
      memories: [{ name: "RAM", role: "ram", size: { value: fake.capacityBytes } }],
    },
    runtime: {
      engine: fake.engine,
      ...(fake.fallback === undefined ? {} : { fallback: fake.fallback }),
    },
    precision: { id: fake.id.split("/")[2], arithmetic: [] },
  } as unknown as Target;
}

function estimate(value: number, fake: FakeTarget): Estimate {
  return {
    value,
    low: value * fake.low,
    high: value * fake.high,
    method: fake.method,
    coverage: 0.9,
  };
}

/** Every kernel reads the one before it; activations have the width of the target's precision. */
function fakeTargetPlan(
  fake: FakeTarget,
  graph: Graph,
  kernels: readonly Kernel[],
): MemoryPlan | undefined {
  const bytes = channels * side * side * (fake.id.endsWith("int8") ? 1 : 2);
  const valueOf = (nodeId: number | undefined, end: "inputs" | "outputs"): readonly number[] =>
    graph.nodes[nodeId ?? -1]?.[end].slice(0, 1) ?? [];
  const outcome = planMemory({
    steps: kernels.map(({ nodeIds }) => ({
      nodeId: nodeIds[0]!,
      reads: valueOf(nodeIds[0], "inputs"),
      writes: valueOf(nodeIds.at(-1), "outputs"),
    })),
    inputs: graph.inputs.slice(0, 1),
    outputs: [],
    bytesOf: () => bytes,
    valueCount: graph.values.length,
  });
  return outcome.kind === "planned" ? outcome.plan : undefined;
}

function fakePlan(graph: Graph): MemoryPlan {
  const bytes = channels * side * side * 4;
  const plan = { strategy: "greedy-by-size" as const, offsets: [0, bytes], size: 2 * bytes };
  return {
    buffers: [
      { valueIds: [0], bytes, firstStep: 0, lastStep: 1 },
      { valueIds: [2], bytes, firstStep: 0, lastStep: 1 },
    ],
    liveBytes: graph.nodes.map(() => 2 * bytes),
    lowerBound: 2 * bytes,
    stepNodeIds: graph.nodes.map((_, nodeId) => nodeId),
    peakStep: 0,
    peakNodeId: graph.nodes.length === 0 ? undefined : 0,
    aliveAtPeak: [0, 1],
    best: plan,
    plans: [plan],
    skipped: [],
  };
}

function fakeProblems(graph: Graph): readonly Problem[] {
  const nodeId = graph.nodes.length - 1;
  return [
    {
      code: "RP1201",
      severity: "warning",
      message: "`my.domain:MagicNorm` has no rule: its shape and cost are not known.",
      nodeId,
    },
    {
      code: "RP1104",
      severity: "information",
      message: "Output `norm` has no declared shape.",
    },
  ];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

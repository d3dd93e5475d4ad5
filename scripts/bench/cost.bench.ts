// What an estimate costs: one operator, one target's file, and a model of a thousand layers on ten targets. Every editor
// keystroke pays for the last one.
import { productOf } from "../../server/core/base/product.js";
import { costModel } from "../../server/core/cost/evaluate.js";
import { withCalibrations, withSharedKinds } from "../../server/core/cost/calibrated/attach.js";
import type { Calibration } from "../../server/core/cost/calibrated/calibration.js";
import { openCalibration } from "../../server/core/cost/calibrated/decode-calibration.js";
import { analyzeTarget, inferModel, type InferredModel } from "../../server/core/analyze.js";
import { neverCancelled } from "../../server/core/base/cancel.js";
import { readOpCall } from "../../server/core/formats/op-call.js";
import type { Model, Node, Value } from "../../server/core/graph/graph.js";
import { tensor } from "../../server/core/graph/value-type.js";
import { lower } from "../../server/core/lower/lower.js";
import type { Target } from "../../server/core/targets/target.js";
import { openCalibrations } from "../../server/io/calibration-files.js";
import { findDataFolder, loadCatalogue } from "../../server/io/catalogue-files.js";
import path from "node:path";
import { printTable, type Figure } from "./print-table.js";

const targetIds = [
  "nvidia-h100-sxm/tensorrt-llm/bf16",
  "nvidia-h100-sxm/tensorrt-llm/fp8",
  "nvidia-b200-sxm/tensorrt-llm/bf16",
  "nvidia-l40s/tensorrt-llm/bf16",
  "nvidia-v100-pcie/pytorch-eager/fp32",
  "nvidia-rtx-4090/pytorch-2.9-compile-nchw/amp-fp16",
  "intel-core-i7-12700h/pytorch-2.4-compile-nchw/fp32",
  "raspberry-pi-5/onnxruntime/fp32",
  "qualcomm-snapdragon-8-elite-gen5/tflite/w8a8",
  "stm32h747i-disco/x-cube-ai/int8",
];
/** As many different shapes as rounds, so that no answer is found again. */
const shapeCount = 2000;
const noBindings = { inputs: new Map(), dims: new Map() };
const dataFolder = await findDataFolder();
const folder = path.join(dataFolder, "calibration");
const fail = ({ message }: { readonly message: string }): never => {
  throw new Error(message);
};

/** A catalogue that has read no calibration yet. */
async function freshTargets(): Promise<readonly Target[]> {
  const { value: plain } = await loadCatalogue({ dataFolder, chipFolders: [] });
  const catalogue = withCalibrations(plain, await openCalibrations(folder, fail), fail);
  return targetIds.flatMap((id) => catalogue.find(id) ?? fail({ message: `no target ${id}` }));
}

printTable([...(await loads()), ...(await operators()), ...(await thousandLayers())]);

/** The best of some runs: what else the machine does only adds to it. */
function best(runs: number, measure: () => number): number {
  let least = Infinity;
  for (let run = 0; run < runs; run++) least = Math.min(least, measure());
  return least;
}

/** Milliseconds of processor time: what the clock shows on a machine that does nothing else. */
function timed(run: () => void): number {
  const begin = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1e3;
}

async function loads(): Promise<readonly Figure[]> {
  const store = await openCalibrations(folder, fail);
  const open = (id: string): Calibration | undefined =>
    openCalibration(withSharedKinds(store.read(id), store), id, fail);
  const load = (id: string): number => timed(() => void open(id));
  const largest = "nvidia-h100-sxm/tensorrt-llm/bf16";
  const first = load(largest);
  const whole = timed(() => void Object.values(open(largest)?.kinds ?? {}));
  const all = [...store.targetIds].map((id) => ({ id, least: best(5, () => load(id)) }));
  all.sort((a, b) => b.least - a.least);
  return [
    { name: "the first file of a process, the largest", value: first, unit: "ms", bound: 5 },
    { name: "the same with all kinds of kernels unpacked", value: whole, unit: "ms" },
    { name: `the slowest file (${all[0]?.id})`, value: all[0]?.least ?? 0, unit: "ms", bound: 5 },
    {
      name: `the median of ${all.length} files`,
      value: all[all.length >> 1]?.least ?? 0,
      unit: "ms",
    },
  ];
}

async function operators(): Promise<readonly Figure[]> {
  const asked: readonly (readonly [string, string, (at: number) => string])[] = [
    [
      "matrix product",
      "nvidia-h100-sxm/tensorrt-llm/bf16",
      (at) => `MatMul(bf16[${1 + 3 * at},4096], bf16[4096,11008])`,
    ],
    [
      "fp8 matrix product",
      "nvidia-h100-sxm/tensorrt-llm/fp8",
      (at) => `MatMul(bf16[${1 + 3 * at},4096], bf16[4096,11008])`,
    ],
    [
      "attention, decoding",
      "nvidia-h100-sxm/tensorrt-llm/bf16",
      (at) =>
        `Attention(q=bf16[8,32,1,128], k=bf16[8,8,${64 + at},128], v=bf16[8,8,${64 + at},128])`,
    ],
    [
      "eager product",
      "nvidia-v100-pcie/pytorch-eager/fp32",
      (at) => `MatMul(f32[${1 + 3 * at},1024], f32[1024,4096])`,
    ],
    [
      "convolution",
      "nvidia-rtx-4090/pytorch-2.9-compile-nchw/amp-fp16",
      (at) => `Conv(f32[${1 + at},64,56,56], f32[64,64,3,3], pads=[1,1,1,1])`,
    ],
    [
      "convolution, one by weights",
      "raspberry-pi-5/onnxruntime/fp32",
      (at) => `Conv(f32[1,64,${8 + at},56], f32[64,64,3,3], pads=[1,1,1,1])`,
    ],
  ];
  const targets = await freshTargets();
  return asked.map(([name, id, textOf]) => {
    const target = targets.find((item) => item.id === id) ?? fail({ message: id });
    const all = Array.from({ length: shapeCount }, (_, at) => {
      const model = readOpCall(textOf(at)).value ?? fail({ message: textOf(at) });
      return lower(inferModel(model, noBindings, neverCancelled).graphWork, target, neverCancelled);
    });
    const footprint = { weightBytes: 0, activationBytes: undefined };
    const milliseconds = best(9, () =>
      timed(() => {
        for (const lowered of all) costModel(target, lowered, footprint, true);
      }),
    );
    const value = (1e3 * milliseconds) / shapeCount;
    return { name: `one operator: ${name}, ${id}`, value, unit: "µs", bound: 5 };
  });
}

async function thousandLayers(): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const [name, distinct] of [
    ["1,000 layers alike in fours", 4],
    ["1,000 layers, no two alike", 1000],
  ] as const) {
    const inferred = inferModel(layeredModel(1000, distinct), noBindings, neverCancelled);
    const targets = await freshTargets();
    const lowered = targets.map((target) => lower(inferred.graphWork, target, neverCancelled));
    const cold = timed(() => costAll(targets, lowered));
    const warm = best(15, () => timed(() => costAll(targets, lowered)));
    figures.push(
      { name: `${name}, ten targets, warm`, value: warm, unit: "ms", bound: 20 },
      { name: `${name}, ten targets, their files unread`, value: cold, unit: "ms" },
      {
        name: `${name}, ten targets, lowered and memory planned anew`,
        value: best(7, () => timed(() => analyzeAll(targets, inferred))),
        unit: "ms",
      },
    );
  }
  return figures;
}

function costAll(targets: readonly Target[], lowered: readonly ReturnType<typeof lower>[]): void {
  for (const [index, target] of targets.entries()) {
    const own = lowered[index];
    if (own === undefined) continue;
    const footprint = { weightBytes: own.weightBytes, activationBytes: undefined };
    if (costModel(target, own, footprint, false).latency === undefined)
      throw new Error(`${target.id} has no latency.`);
  }
}

function analyzeAll(targets: readonly Target[], inferred: InferredModel): void {
  for (const target of targets) analyzeTarget(inferred, target, neverCancelled);
}

/** Linear layers, each with a normalization and an activation behind it: `distinct` different widths. */
function layeredModel(nodeCount: number, distinct: number): Model {
  const nodes: Node[] = [];
  const values: Value[] = [{ name: "x", declared: tensor("float32", [256, 512]) }];
  let last = 0;
  let width = 512;
  const weight = (shape: readonly number[]): number => {
    const byteLength = 4 * productOf(shape);
    return (
      values.push({
        name: `w${values.length}`,
        weight: { elementType: "float32", shape, byteLength },
      }) - 1
    );
  };
  const add = (op: string, inputs: readonly number[]): void => {
    const made = values.push({ name: `v${values.length}` }) - 1;
    nodes.push({
      name: `${op}${nodes.length}`,
      op,
      domain: "",
      inputs: [last, ...inputs],
      outputs: [made],
      attributes: new Map(),
      scope: "",
    });
    last = made;
  };
  for (let layer = 0; nodes.length < nodeCount; layer++) {
    const next = 512 + 8 * (layer % distinct);
    add("MatMul", [weight([width, next])]);
    if (nodes.length < nodeCount) add("LayerNormalization", [weight([next]), weight([next])]);
    if (nodes.length < nodeCount) add("Gelu", []);
    if (nodes.length < nodeCount) add("Softmax", []);
    width = next;
  }
  return {
    format: "onnx",
    name: "layers",
    producer: "",
    irVersion: 10,
    opsets: new Map([["", 23]]),
    metadata: new Map(),
    functions: [],
    graph: { name: "layers", inputs: [0], outputs: [last], nodes, values, captures: [] },
  };
}

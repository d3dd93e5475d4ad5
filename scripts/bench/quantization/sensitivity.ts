import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { inferModel } from "../../../server/core/analyze.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { productOf } from "../../../server/core/base/product.js";
import {
  encodeOnnx,
  type OnnxConstant,
  type OnnxNode,
} from "../../../server/core/onnx-export/encode.js";
import { parseScheme } from "../../../server/core/quant/formats/scheme.js";
import { dataFreeSensitivity } from "../../../server/core/quant/sensitivity/sensitivity.js";
import { compileKernels } from "../../../server/engines/quant/compile-kernels.js";
import { loadFormats } from "../../../server/io/format-files.js";
import { gridsOf } from "../../../server/io/quant/grids-of.js";
import { openTaskFiles, readerOf } from "../../../server/io/quant/weight-task.js";
import { readModelFile } from "../../../server/io/read-model.js";
import { medianOf, type Figure } from "../print-table.js";

const schemeIds = ["int8", "int4", "fp8-e4m3"];
const runs = 5;

/** Weights of ResNet-50 in three formats, without data: a model of 25 million parameters whose numbers are made up. */
export function sensitivityTimes(): readonly Figure[] {
  const folder = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-sensitivity-"));
  try {
    const file = path.join(folder, "resnet50.onnx");
    const parameterCount = writeResNet50(file);
    const read = readModelFile(file).value;
    if (read === undefined) return [];
    const { model } = inferModel(read, { inputs: new Map(), dims: new Map() }, neverCancelled);
    const formats = loadFormats(path.resolve("dist/data")).value;
    const schemes = schemeIds
      .map((id) => parseScheme(id, formats))
      .filter((one) => typeof one !== "string");
    const times: number[] = [];
    let layerCount = 0;
    const before = process.cpuUsage();
    const wall = medianOf(runs, () => {
      const clock = performance.now();
      const files = openTaskFiles(file);
      const { byNode } = dataFreeSensitivity({
        model,
        kernels: compileKernels(gridsOf(schemes)),
        weights: { elements: readerOf(files) },
        schemes,
        activationSchemes: [],
        cancel: neverCancelled,
      });
      files.close();
      layerCount = byNode?.size ?? 0;
      times.push((performance.now() - clock) / 1000);
      return times.at(-1) ?? NaN;
    });
    const { user, system } = process.cpuUsage(before);
    const name = `sensitivity of ${layerCount} layers, ${(parameterCount / 1e6).toFixed(1)} million parameters, ${schemeIds.join(", ")}`;
    return [
      { name: `${name}: median of ${runs}`, value: wall, unit: "s", bound: 1 },
      {
        name: "… processor time",
        value: (user + system) / 1e6 / times.length,
        unit: "s",
        bound: 1,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** He et al. 2015 (arXiv 1512.03385), table 1, with batch normalization folded; answers how many parameters it has. */
function writeResNet50(file: string): number {
  const nodes: OnnxNode[] = [];
  const initializers: OnnxConstant[] = [];
  let parameterCount = 0;
  const constant = (shape: readonly number[], deviation: number): string => {
    const name = `w${initializers.length}`;
    const data = roughlyNormal(shape, deviation, initializers.length);
    initializers.push({ name, shape, data });
    parameterCount += data.length;
    return name;
  };
  const add = (op: string, inputs: string[], attributes: OnnxNode["attributes"] = {}): string => {
    const output = `v${nodes.length}`;
    nodes.push({ op, inputs, outputs: [output], attributes });
    return output;
  };
  const conv = (x: string, from: number, to: number, size: number, stride = 1): string =>
    add("Conv", [x, constant([to, from, size, size], Math.sqrt(2 / (from * size * size)))], {
      kernel_shape: [size, size],
      strides: [stride, stride],
      pads: [size >> 1, size >> 1, size >> 1, size >> 1],
    });
  let x = add("Relu", [conv("x", 3, 64, 7, 2)]);
  x = add("MaxPool", [x], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] });
  let channels = 64;
  for (const [stage, blocks] of [3, 4, 6, 3].entries()) {
    const width = 64 << stage;
    for (let block = 0; block < blocks; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      const inner = add("Relu", [conv(x, channels, width, 1)]);
      const middle = add("Relu", [conv(inner, width, width, 3, stride)]);
      const last = conv(middle, width, 4 * width, 1);
      const shortcut = block === 0 ? conv(x, channels, 4 * width, 1, stride) : x;
      x = add("Relu", [add("Add", [last, shortcut])]);
      channels = 4 * width;
    }
  }
  const flat = add("Flatten", [add("GlobalAveragePool", [x])]);
  const output = add("Gemm", [flat, constant([1000, channels], 0.02)], { transB: 1 });
  writeFileSync(
    file,
    encodeOnnx({
      nodes,
      initializers,
      inputs: [{ name: "x", elementType: 1, shape: [1, 3, 224, 224] }],
      outputs: [output],
    }),
  );
  return parameterCount;
}

/** Sums of four uniform numbers. */
function roughlyNormal(shape: readonly number[], deviation: number, seed: number): Float32Array {
  const count = productOf(shape);
  let state = seed + 1;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  return Float32Array.from(
    { length: count },
    () => (next() + next() + next() + next()) * Math.sqrt(3) * deviation,
  );
}

import { expect, test } from "vitest";
import { analyze } from "../../../server/core/analyze.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { withCalibrations } from "../../../server/core/cost/calibrated/attach.js";
import { readOpCall } from "../../../server/core/formats/op-call.js";
import { findDataFolder, loadCatalogue } from "../../../server/io/catalogue-files.js";

const { value: catalogue } = await loadCatalogue({
  dataFolder: await findDataFolder(),
  chipFolders: [],
});

/** Seconds where each kind takes `factors[kind]` times its work, so that the test sees the work alone. */
function secondsOf(op: string, chip: string, factors: Readonly<Record<string, number>>): number {
  const target = `${chip}/pytorch-eager/fp32`;
  const kinds = Object.fromEntries(
    Object.entries(factors).map(([kind, factor]) => [
      kind,
      {
        form: "correction",
        overhead: 0,
        features: [],
        low: [],
        high: [],
        regressor: { kind: "linear", intercept: Math.log(factor), weights: [] },
        interval: { edges: [], low: [0.9], high: [1.1] },
      },
    ]),
  );
  const source = { set: "made-up", licence: "MIT", rows: 9 };
  const file = { target, date: "2026-01-01", sources: [source], kinds, error: [] };
  const known = withCalibrations(
    catalogue,
    { targetIds: new Set([target]), read: () => file },
    ({ message }) => {
      throw new Error(message);
    },
  );
  const bindings = { inputs: new Map(), dims: new Map() };
  const model = readOpCall(op).value!;
  const [analysis] = analyze(model, bindings, [known.find(target)!], neverCancelled).targets;
  expect(analysis!.latency).toMatchObject({ method: "calibrated" });
  return analysis!.latency!.value;
}

const mebi = 2 ** 20;

// NeuSight's traces of GPT-2 on L4: 34 µs for 20 + 20 MiB, of which the multiplication takes about 30, 0.72 ms for four
// times as much: the 48 MiB of L2 serve the one, memory the other.
test("operands that fit the cache come from it, at half of its nominal rate", () => {
  const one = { "eager-elementwise": 1, "eager-softmax": 1 };
  const fromCache = (40 * mebi) / (0.5 * 2366.4e9);
  expect(secondsOf("Mul(fp32[1024,5120], fp32[])", "nvidia-l4", one)).toBeCloseTo(fromCache, 8);
  expect(secondsOf("Softmax(fp32[5120,1024])", "nvidia-l4", one)).toBeCloseTo(fromCache, 8);
  const fromMemory = (160 * mebi) / 300e9;
  expect(secondsOf("Mul(fp32[4096,5120], fp32[])", "nvidia-l4", one)).toBeCloseTo(fromMemory, 8);
  expect(secondsOf("Softmax(fp32[20480,1024])", "nvidia-l4", one)).toBeCloseTo(fromMemory, 8);
});

test("a broadcast operand that does not stay in the cache is read for every repetition", () => {
  const one = { "eager-elementwise": 1 };
  const scores = 1024 * mebi;
  const mask = "Add(fp32[2,32,2048,2048], fp32[2,1,2048,2048])";
  expect(secondsOf(mask, "nvidia-v100-pcie", one)).toBeCloseTo((3 * scores) / 900e9, 8);
  // A row of numbers stays.
  const bias = "Add(fp32[2,32,2048,2048], fp32[2048])";
  expect(secondsOf(bias, "nvidia-v100-pcie", one)).toBeCloseTo((2 * scores + 8192) / 900e9, 8);
});

// NeuSight on MI210: rows of 987 elements stream at 979 GB/s, of 1,664 at 500; attention over 1,024 tokens at 1,345, over 2,048
// at 630. On V100 the step is from 754 to 629.
test("on AMD's chips a softmax of rows too long for registers takes the time of two passes", () => {
  const one = { "eager-softmax": 1 };
  const bytes = 2 * 4 * 65536 * 1024;
  const short = "Softmax(fp32[65536,1024])";
  const long = "Softmax(fp32[32768,2048])";
  expect(secondsOf(short, "amd-mi210", one)).toBeCloseTo(bytes / 1638.4e9, 8);
  expect(secondsOf(long, "amd-mi210", one)).toBeCloseTo((2 * bytes) / 1638.4e9, 8);
  expect(secondsOf(long, "nvidia-v100-pcie", one)).toBeCloseTo(bytes / 900e9, 8);
});

test("attention's products of separate heads are no packed products", () => {
  const factors = { "eager-attention-product": 2, "eager-batched-matmul": 3, "eager-matmul": 5 };
  const compute = (2 * 80 * 1024 * 1024 * 64) / 14e12;
  const times = (op: string): number => secondsOf(op, "nvidia-v100-pcie", factors) / compute;
  expect(times("MatMul(fp32[4,20,1024,64], fp32[4,20,64,1024])")).toBeCloseTo(2);
  expect(times("MatMul(fp32[4,20,1024,1024], fp32[4,20,1024,64])")).toBeCloseTo(2);
  expect(times("MatMul(fp32[80,1024,64], fp32[80,64,1024])")).toBeCloseTo(3);
});

test("large linear layers without a bias, or with weights as [in, out], are not torch's own", () => {
  const factors = { "eager-linear": 2, "eager-matmul": 3 };
  const compute = (2 * 4096 * 5120 * 1280) / 14e12;
  const times = (op: string): number => secondsOf(op, "nvidia-v100-pcie", factors) / compute;
  expect(times("MatMul(fp32[4096,1280], fp32[1280,5120])")).toBeCloseTo(2);
  expect(times("Gemm(fp32[4096,1280], fp32[1280,5120], fp32[5120])")).toBeCloseTo(2);
  expect(times("Gemm(fp32[4096,1280], fp32[5120,1280], transB=1)")).toBeCloseTo(2);
  expect(times("Gemm(fp32[4096,1280], fp32[5120,1280], fp32[5120], transB=1)")).toBeCloseTo(3);
  // A decoder's step waits for its weights, whatever their form.
  const step = secondsOf("MatMul(fp32[1,1280], fp32[1280,5120])", "nvidia-v100-pcie", factors);
  expect(step).toBeCloseTo((3 * 4 * (1280 * 5120 + 1280 + 5120)) / 900e9, 8);
});

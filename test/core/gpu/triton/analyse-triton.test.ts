import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { neverCancelled } from "../../../../server/core/base/cancel.js";
import type { Amount } from "../../../../server/core/design/design.js";
import type { KernelFile, KernelResult } from "../../../../server/core/gpu/kernel-file.js";
import { analyseTriton } from "../../../../server/core/gpu/triton/analyse-triton.js";
import { usesTriton } from "../../../../server/core/gpu/triton/read/triton-file.js";
import { device } from "../fixtures.js";
import { attentionText, matmulText } from "./sources.js";

const head = "import triton\nimport triton.language as tl\n\n";
const example = (name: string): string =>
  readFileSync(path.resolve(import.meta.dirname, "../../../../examples/triton", name), "utf8");

function analysed(text: string, chip = "nvidia-rtx-4090"): KernelFile {
  return analyseTriton(text, [device(chip)], neverCancelled);
}

function only(text: string, chip?: string): KernelResult {
  const [kernel] = analysed(text, chip).kernels;
  if (kernel === undefined) throw new Error("no kernel");
  return kernel;
}

function estimateOf(
  kernel: KernelResult,
  config = 0,
): KernelResult["devices"][0]["estimates"][0]["estimate"] {
  const found = kernel.devices[0]?.estimates[config]?.estimate;
  if (found === undefined) throw new Error("no estimate");
  return found;
}

function seconds(text: string, chip?: string): Amount {
  const found = estimateOf(only(text, chip)).seconds;
  if (found === undefined) throw new Error("no time");
  return found;
}

/** Codes and the text that each stands on. */
function told(text: string, chip?: string): readonly string[] {
  return analysed(text, chip).problems.map(({ code, severity, place }) => {
    const span = place?.kind === "text" ? place.span : { start: 0, end: 0 };
    return `${code} ${severity} ${text.slice(span.start, span.end).split("\n")[0] ?? ""}`;
  });
}

/** Times on RTX 4090 with Triton 3.6: github.com/lyell0710/triton-kernels, records EXP-T02 (160.5 TFLOP/s) and EXP-T01. */
describe("as measured on RTX 4090", () => {
  test("4096³ in tiles of 128 × 128 × 64 takes 856 µs", () => {
    const found = seconds(matmulText({ m: 128, n: 128, k: 64, warps: 8, stages: 3 }));
    expect(found.value).toBeGreaterThan(0.8 * 856e-6);
    expect(found.value).toBeLessThan(1.25 * 856e-6);
  });

  test("causal attention of 32 heads takes 1,118 µs", () => {
    const { low, high } = seconds(attentionText({ n: 64, stages: 2 }));
    expect(low).toBeLessThan(1118e-6);
    expect(high).toBeGreaterThan(1118e-6);
  });
});

test("a product's work is 2 × M × N × K, its grid rows and columns of tiles", () => {
  const {
    kernel,
    launch,
    flopsPerBlock = 0,
  } = estimateOf(only(matmulText({ m: 128, n: 64, k: 32, warps: 4, stages: 3 })));
  expect(kernel.axes).toEqual([
    { name: "column", extent: 64 },
    { name: "row", extent: 32 },
  ]);
  expect(launch?.blocks).toBe(2048);
  const products = kernel.work.filter(({ kind }) => kind === "tensor");
  const flops = products.reduce(
    (sum, work) => sum + (work.kind === "tensor" ? work.flops * work.executions : 0),
    0,
  );
  expect(flops * 2048).toBe(2 * 4096 ** 3);
  expect(flopsPerBlock).toBeGreaterThanOrEqual(flops);
  // Each array's bytes once: what a launch touches, whatever its blocks read again.
  const bytes = kernel.work.flatMap((work) =>
    work.kind === "global" ? [[work.array, work.gridBytes]] : [],
  );
  expect(bytes).toEqual([
    ["a", 4096 ** 2 * 2],
    ["b", 4096 ** 2 * 2],
    ["c", 4096 ** 2 * 2],
  ]);
});

test("programs in groups of rows have an axis more", () => {
  const text = matmulText({ m: 128, n: 128, k: 32, warps: 4, stages: 3 }).replace(
    /    columns = [\s\S]*?    at_m/,
    `    rows = tl.cdiv(M, BM)
    columns = tl.cdiv(N, BN)
    group = pid // (8 * columns)
    height = min(rows - group * 8, 8)
    row = group * 8 + (pid % (8 * columns)) % height
    column = (pid % (8 * columns)) // height
    at_m`,
  );
  expect(estimateOf(only(text)).kernel.axes).toEqual([
    { name: "row", extent: 8 },
    { name: "column", extent: 32 },
    { name: "row (groups)", extent: 4 },
  ]);
});

test("a causal loop is counted with half of its turns", () => {
  const text = attentionText({ n: 64, stages: 2 });
  const whole = estimateOf(only(text.replace("min((block + 1) * BM, length)", "length")));
  const causal = estimateOf(only(text));
  const ratio = (causal.flopsPerBlock ?? 0) / (whole.flopsPerBlock ?? 1);
  expect(ratio).toBeGreaterThan(0.5);
  expect(ratio).toBeLessThan(0.54);
});

test("elements that are added take their bytes over the bandwidth", () => {
  const text = `${head}@triton.jit
def add(x, y, out, n, BLOCK: tl.constexpr):
    # ridgepoint: n=100000000, x=float32, y=float32, out=float32
    at = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    inside = at < n
    tl.store(out + at, tl.load(x + at, mask=inside) + tl.load(y + at, mask=inside), mask=inside)

def run(x, y, out, n):
    add[(triton.cdiv(n, 1024),)](x, y, out, n, BLOCK=1024)
`;
  const found = estimateOf(only(text, "nvidia-a100-sxm-80gb"));
  expect(found.bound).toBe("dram");
  const bytes = (found.dramBytesPerBlock ?? 0) * (found.launch?.blocks ?? 0);
  expect(bytes / 1.2e9).toBeCloseTo(1, 2);
  expect(found.seconds?.value).toBeGreaterThan(1.2e9 / 2039e9);
});

test("a column read down its rows is told as not coalesced, with its stride", () => {
  const text = `${head}@triton.jit
def column(x, out, stride, n, BLOCK: tl.constexpr):
    # ridgepoint: n=1048576, stride=512, x=float32, out=float32
    at = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    tl.store(out + at, tl.load(x + at * stride))

def run(x, out, n):
    column[(n // 1024,)](x, out, 512, n, BLOCK=1024)
`;
  expect(told(text)).toEqual(["RP5620 warning tl.load(x + at * stride)"]);
  expect(told(text.replace("at * stride", "at"))).toEqual([]);
});

test("what does not fit is told where it is configured, with the stages that would", () => {
  const text = matmulText({ m: 128, n: 128, k: 128, warps: 8, stages: 4 });
  const { problems } = analysed(text, "nvidia-h100-sxm");
  expect(problems.map(({ message }) => message)).toEqual([
    "OutOfResources: needs 262,144 B of shared memory a block; H100 SXM has 232,448. `num_stages=3` needs 196,608.",
  ]);
  expect(
    problems[0]?.fixes?.map(({ title, edits: [edit] }) => [
      title,
      text.slice(edit?.span.start, edit?.span.end),
      edit?.text,
    ]),
  ).toEqual([["Take num_stages=3: 196,608 B of shared memory", "4", "3"]]);
});

test("accumulators that no registers hold spill, and more warps hold them", () => {
  const text = matmulText({ m: 256, n: 256, k: 32, warps: 4, stages: 2 });
  expect(analysed(text).problems[0]).toMatchObject({
    code: "RP5641",
    message:
      "Registers spill on RTX 4090: accumulators of 256 × 256 take 512 registers of each of 128 threads, which have 255. With `num_warps=16` they take 128.",
  });
});

test("configurations are ranked, those of a comprehension too", () => {
  const text = matmulText({ m: 128, n: 128, k: 64, warps: 8, stages: 3 }).replace(
    /configs=\[.*?\], key/,
    'configs=[triton.Config({"BM": m, "BN": n, "BK": 32}, num_warps=4, num_stages=s) for m in [32, 128] for n in (32, 128) for s in range(2, 4) if m >= n], key',
  );
  const kernel = only(text);
  expect(kernel.configs.map((config) => config.text)).toEqual([
    "BM=32, BN=32, BK=32, num_warps=4, num_stages=2",
    "BM=32, BN=32, BK=32, num_warps=4, num_stages=3",
    "BM=128, BN=32, BK=32, num_warps=4, num_stages=2",
    "BM=128, BN=32, BK=32, num_warps=4, num_stages=3",
    "BM=128, BN=128, BK=32, num_warps=4, num_stages=2",
    "BM=128, BN=128, BK=32, num_warps=4, num_stages=3",
  ]);
  expect(kernel.devices[0]?.best).toBeGreaterThanOrEqual(4);
});

test("what nobody says is assumed and told; a benchmark, a heuristic and a launch say it", () => {
  const text = `${head}@triton.heuristics({"EVEN": lambda a: a["n"] % a["BLOCK"] == 0})
@triton.jit
def scale(x, out, n, by, BLOCK: tl.constexpr, EVEN: tl.constexpr):
    at = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    if EVEN:
        tl.store(out + at, tl.load(x + at) * by)
    else:
        tl.store(out + at, tl.load(x + at, mask=at < n) * by, mask=at < n)

def run(x, out, n):
    scale[lambda t: (triton.cdiv(n, t["BLOCK"]),)](x, out, n, 2.0, BLOCK=512)

triton.testing.Benchmark(x_names=["n"], x_vals=[2**i for i in range(12, 25)], args={})
`;
  const from = only(text).parameters.map(
    ({ name, text: value, from: source }) => `${name}=${value} ${source}`,
  );
  expect(from).toEqual([
    "x=float32 assumed",
    "out=float32 assumed",
    "n=16777216 benchmark",
    "by=2 launch",
    "BLOCK=512 launch",
    "EVEN=True heuristic",
  ]);
  expect(told(text)).toEqual(["RP5643 hint scale"]);
  const [problem] = analysed(text).problems;
  expect(problem?.fixes?.[0]?.edits[0]?.text).toBe("# ridgepoint: x=float32, out=float32\n");
});

test("float32 as IEEE has it is told to miss the tensor cores", () => {
  const text = matmulText({ m: 64, n: 64, k: 16, warps: 4, stages: 2 })
    .replace("tl.dot(one, other, sums)", 'tl.dot(one, other, sums, input_precision="ieee")')
    .replaceAll("=float16", "=float32");
  expect(told(text)).toContain(
    'RP5642 information tl.dot(one, other, sums, input_precision="ieee")',
  );
  expect(estimateOf(only(text)).bound).not.toBe("tensor");
});

test("a word that is no pin is told", () => {
  const text = `${head}@triton.jit
def copy(x, out):
    # ridgepoint: x=float99, y
    tl.store(out, tl.load(x))

copy[(1,)](0, 0)
`;
  expect(told(text).slice(0, 2)).toEqual(["RP5644 warning x=float99", "RP5644 warning y"]);
});

test("the examples have times on every device and say nothing that they do not mean", () => {
  expect(told(example("attention.py"))).toEqual([]);
  expect(told(example("matmul.py"), "nvidia-h100-sxm").map((line) => line.slice(0, 6))).toEqual([
    "RP5603",
    "RP5641",
  ]);
  for (const chip of [
    "nvidia-v100-sxm",
    "nvidia-a100-sxm-80gb",
    "nvidia-h100-sxm",
    "nvidia-b200-sxm",
  ])
    expect(seconds(example("attention.py"), chip).value).toBeGreaterThan(0);
});

test("other Python is not looked at", () => {
  expect(usesTriton("import torch\n\n@torch.jit.script\ndef f(x): return x\n")).toBe(false);
  expect(usesTriton("# triton\n@jit\ndef f(): pass\n")).toBe(false);
  expect(usesTriton(matmulText({ m: 16, n: 16, k: 16, warps: 1, stages: 1 }))).toBe(true);
});

describe("damaged texts", () => {
  const texts = [
    matmulText({ m: 64, n: 64, k: 32, warps: 4, stages: 3 }),
    attentionText({ n: 64, stages: 2 }),
  ];

  test("every truncation ends in an analysis", () => {
    for (const text of texts)
      for (let length = 0; length < text.length; length += 37) analysed(text.slice(0, length));
  });

  test("so does every line that is missing", () => {
    for (const text of texts) {
      const lines = text.split("\n");
      lines.forEach((_, index) =>
        analysed(lines.filter((_line, other) => other !== index).join("\n")),
      );
    }
  });

  test("recursion, endless loops and huge lists end", () => {
    const body = (inner: string): string => `${head}@triton.jit
def f(x, n):
    ${inner}
    tl.store(x, 1)

f[(1,)](0, 1)
`;
    for (const inner of [
      "f(x, n)",
      "while True: n += 1",
      "for i in range(0, 1 << 60): n += i",
      "for i in tl.static_range(10**9): n += i",
      "t = tl.zeros((1 << 40, 1 << 40), dtype=tl.float32)",
      "t = tl.arange(5, 1)",
      "n = n // 0 + n % 0",
    ])
      analysed(body(inner));
    analysed(
      `${head}def g(a): return g(a)\nc = [triton.Config({"B": i * j}) for i in range(10**9) for j in range(10**9)]\n@triton.autotune(configs=c + [g(1)], key=[])\n@triton.jit\ndef f(x, B: tl.constexpr):\n    tl.store(x + tl.arange(0, B), 1.0)\n`,
    );
  });
});

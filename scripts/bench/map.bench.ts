import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ArrayEngine, Dataflow } from "../../server/core/accelerator/accelerator.js";
import { targetsOf } from "../../server/core/accelerator/as-target.js";
import { product, type Contraction } from "../../server/core/accelerator/contraction.js";
import { macUnit } from "../../server/core/accelerator/mac-unit.js";
import { mapContraction } from "../../server/core/accelerator/map-contraction.js";
import { mapModel } from "../../server/core/accelerator/map-model.js";
import type { Technology } from "../../server/core/accelerator/technology.js";
import { analyze } from "../../server/core/analyze.js";
import { neverCancelled } from "../../server/core/base/cancel.js";
import { readAcceleratorFile } from "../../server/io/accelerator-file.js";
import { loadCatalogue } from "../../server/io/catalogue-files.js";
import { readModelFile } from "../../server/io/read-model.js";
import { printTable, type Figure } from "./print-table.js";

/**
 * Mapping onto accelerators: time of the search, areas of multipliers beside Yosys' where that is on the path, and compute
 * cycles beside SCALE-Sim v2's on its own topologies of ResNet-50 and MobileNet and on BERT-base:
 *
 *     SCALESIM=../scale-sim-v2 npm run bench map
 *
 * The simulator is Python with numpy; it reports the number of the last cycle, one less than their count.
 */
const int8 = {
  id: "int8",
  weights: "int8",
  activations: "int8",
  weightBits: 8,
  activationBits: 8,
  accumulatorBits: 32,
  throughput: 1,
};
await time();
const folder = path.resolve(process.env["SCALESIM"] ?? "../scale-sim-v2");
if (existsSync(path.join(folder, "scalesim"))) compare();
else
  console.log(`\nThere is no SCALE-Sim at ${folder} (set SCALESIM); its cycles are not compared.`);

/**
 * Multiply-accumulate units of our own in gates: what the table of areas says, beside what Yosys makes of them without a
 * library, in transistors of static CMOS at the NanGate 45 nm library's 0.798 µm² for a NAND gate of four.
 */
function compareAreas(technology: Technology): void {
  if (spawnSync("yosys", ["-V"]).status !== 0) {
    console.log("\nThere is no yosys on the path; areas are not compared.");
    return;
  }
  const folder = mkdtempSync(path.join(tmpdir(), "ridgepoint-mac-"));
  console.log("\nmultiply-accumulate   table    Yosys  ratio");
  for (const bits of [2, 4, 8, 16]) {
    const file = path.join(folder, "mac.v");
    writeFileSync(
      file,
      `module mac (input [${bits - 1}:0] a, b, input [31:0] c, output [31:0] s);
  wire [${2 * bits - 1}:0] p = a * b;
  assign s = c + p;
endmodule\n`,
    );
    const script = `read_verilog ${file}; synth -flatten -top mac; abc -g AND,NAND,OR,NOR,XOR,XNOR,AOI3,OAI3; opt_clean; stat -tech cmos`;
    const { stdout } = spawnSync("yosys", ["-p", script], { encoding: "utf8", maxBuffer: 1 << 26 });
    const transistors = Number(/number of transistors:\s*(\d+)/i.exec(stdout)?.[1]);
    const synthesised = (transistors / 4) * 0.798;
    const format = `int${bits}`;
    const table =
      1e12 *
      macUnit(technology, 45, { ...int8, weights: format, activations: format }, "parallel").area;
    console.log(
      `${format.padEnd(18)} ${`${table.toFixed(0)} µm²`.padStart(9)} ${`${synthesised.toFixed(0)} µm²`.padStart(8)}  ${(synthesised / table).toFixed(2)}`,
    );
  }
  rmSync(folder, { recursive: true, force: true });
}

async function time(): Promise<void> {
  const { value: catalogue } = await loadCatalogue({ dataFolder: "server/data", chipFolders: [] });
  const model = readModelFile("examples/models/resnet50.onnx", neverCancelled).value;
  const { technology } = catalogue;
  if (model === undefined || technology === undefined) return;
  const bindings = { inputs: new Map(), dims: new Map<string, number>() };
  const figures: Figure[] = [];
  for (const id of ["gemmini-16", "output-stationary-32", "eyeriss", "tpu-v1", "quad-core-16"]) {
    const file = `server/data/accelerators/${id}.accelerator.json`;
    const accelerator = readAcceleratorFile(file).value;
    if (accelerator === undefined) continue;
    const [target] = targetsOf(accelerator, technology);
    if (target?.accelerator === undefined) continue;
    const kernels =
      analyze(model, bindings, [target], neverCancelled).targets[0]?.lowered.kernels ?? [];
    const shapes = new Set(
      kernels.filter(({ macs }) => macs > 0).map(({ shape }) => JSON.stringify(shape)),
    );
    // A target of its own each time: what was searched stays with it.
    const runs = Array.from({ length: 3 }, () => {
      const start = performance.now();
      mapModel({ ...(target.accelerator ?? never()) }, kernels);
      return performance.now() - start;
    });
    figures.push({
      name: `ResNet-50 on ${id}, a shape (best of 3)`,
      value: Math.min(...runs) / shapes.size,
      unit: "ms",
      bound: 500,
    });
  }
  printTable(figures);
  compareAreas(technology);
}

function never(): never {
  throw new Error("A target without its accelerator.");
}

interface Layer {
  readonly name: string;
  /** Input rows and columns, filter rows and columns, channels, filters, stride. */
  readonly numbers: readonly [number, number, number, number, number, number, number];
}

function compare(): void {
  const nets: Readonly<Record<string, readonly Layer[]>> = {
    "ResNet-50": topology("conv_nets/Resnet50.csv"),
    MobileNet: topology("conv_nets/mobilenet.csv"),
    "BERT-base, 128 tokens": bert(128),
  };
  const initials: Readonly<Record<string, Dataflow>> = {
    os: "output-stationary",
    ws: "weight-stationary",
    is: "input-stationary",
  };
  const asks = Object.entries(nets).flatMap(([net, layers]) =>
    Object.keys(initials).flatMap((dataflow) =>
      [32, 128].flatMap((size) => layers.map((layer) => ({ net, dataflow, size, layer }))),
    ),
  );
  const input = asks.map(({ dataflow, size, layer }) =>
    JSON.stringify({ dataflow, rows: size, columns: size, layer: layer.numbers }),
  );
  const run = spawnSync("python3", ["scripts/bench/scalesim.py", folder], {
    input: `${input.join("\n")}\n`,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const answers = run.stdout.split("\n").filter((line) => line !== "");
  if (answers.length !== asks.length) {
    console.log(`\nSCALE-Sim answered ${answers.length} of ${asks.length} layers.`);
    return;
  }
  console.log(
    "\nnetwork                 array    dataflow  layers  equal  SCALE-Sim cycles      ours  worst ratio",
  );
  for (const net of Object.keys(nets))
    for (const size of [32, 128])
      for (const [dataflow, name] of Object.entries(initials)) {
        let [theirs, ours, equal, count, worst] = [0, 0, 0, 0, 1];
        for (const [index, ask] of asks.entries()) {
          if (ask.net !== net || ask.size !== size || ask.dataflow !== dataflow) continue;
          const { cycles } = JSON.parse(answers[index] ?? "{}") as { readonly cycles: number };
          const own = cyclesOf(ask.layer, name, size) - 1;
          theirs += cycles;
          ours += own;
          count += 1;
          equal += own === cycles ? 1 : 0;
          if (Math.abs(Math.log(own / cycles)) > Math.abs(Math.log(worst))) worst = own / cycles;
        }
        console.log(
          `${net.padEnd(22)}  ${`${size}×${size}`.padEnd(7)}  ${dataflow.padEnd(8)}  ${String(count).padStart(6)}  ${String(equal).padStart(5)}  ${String(theirs).padStart(16)}  ${String(ours).padStart(8)}  ${worst.toFixed(4)}`,
        );
      }
}

/** On an array that nothing but itself holds up, as the simulator without its memory. */
function cyclesOf({ numbers }: Layer, dataflow: Dataflow, size: number): number {
  const [inputRows, inputColumns, kernelRows, kernelColumns, channels, filters, stride] = numbers;
  const outputs = (extent: number, kernel: number): number =>
    Math.ceil((extent - kernel + stride) / stride);
  const contraction: Contraction = {
    ...product(1, 1, filters, channels),
    outputRows: outputs(inputRows, kernelRows),
    outputColumns: outputs(inputColumns, kernelColumns),
    kernelRows,
    kernelColumns,
    strideRows: stride,
    strideColumns: stride,
    inputRows,
    inputColumns,
  };
  const engine: ArrayEngine = {
    kind: "array",
    rows: size,
    columns: size,
    dataflow,
    lanes: 1,
    isPipelined: false,
    packsGroups: true,
    rowSets: "free",
    registers: { weights: 1, inputs: 1, outputs: 1 },
    fillWords: 0,
    interconnect: "systolic",
    attentionPasses: 3,
    softmaxOn: "vector",
    exponentialCycles: 2,
    multiplier: "parallel",
  };
  const accelerator = {
    id: "array",
    name: "array",
    clock: 1e9,
    node: 28,
    cores: 1,
    engine,
    precisions: [int8],
    buffers: [
      {
        name: "buffer",
        size: 2 ** 40,
        bandwidth: Infinity,
        holds: ["weights", "inputs", "outputs"] as const,
        isDoubleBuffered: true,
      },
    ],
    dram: { bandwidth: Infinity, energyPerByte: undefined, kind: "ddr" as const },
    vectorLanes: 1,
    beside: [],
  };
  return mapContraction({ accelerator, engine, precision: int8, objective: "latency" }, contraction)
    .computeCycles;
}

function topology(file: string): readonly Layer[] {
  const lines = readFileSync(path.join(folder, "topologies", file), "utf8")
    .split(/\r?\n/)
    .slice(1);
  return lines.flatMap((line) => {
    const [name = "", ...cells] = line.split(",").map((cell) => cell.trim());
    const numbers = cells.slice(0, 7).map(Number);
    return name === "" || numbers.length < 7 || numbers.some((value) => !(value > 0))
      ? []
      : [{ name, numbers: numbers as unknown as Layer["numbers"] }];
  });
}

/** The products of one encoder layer (Devlin et al. 2019: hidden 768, 12 heads, 3072 between), a head's attention once. */
function bert(tokens: number): readonly Layer[] {
  const gemm = (name: string, m: number, n: number, k: number): Layer => ({
    name,
    numbers: [m, 1, 1, 1, k, n, 1],
  });
  return [
    gemm("query, key, value", tokens, 3 * 768, 768),
    gemm("scores", tokens, tokens, 64),
    gemm("values", tokens, 64, tokens),
    gemm("output", tokens, 768, 768),
    gemm("up", tokens, 3072, 768),
    gemm("down", tokens, 768, 3072),
  ];
}

import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { parseScheme } from "../../../server/core/quant/formats/scheme.js";
import { loadFormats } from "../../../server/io/format-files.js";
import { measureWeights } from "../../../server/io/quant/measure-weights.js";
import { readTensorFile } from "../../../server/io/quant/tensor-files.js";
import { matrixOfShape } from "../../../server/core/quant/measure/matrix.js";
import type { Figure } from "../print-table.js";

const schemeIds = [
  "int8",
  "int8@tensor",
  "int4",
  "int4-g128",
  "fp8-e4m3",
  "fp8-e5m2",
  "mxfp8-e4m3",
  "mxfp4",
];
const columns = 4096;
const rowsPerTensor = 2048;
const tensorCount = 12;

/** What the process that measures answers. */
interface Answer {
  readonly wallSeconds: number;
  readonly processorSeconds: number;
  readonly peakBytes: number;
  readonly errors: Readonly<Record<string, number>>;
}

/** Eight formats over a file of 400 MB, in a process of its own, beside numpy on one tensor of it. */
export function throughput(): readonly Figure[] {
  const folder = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-weights-"));
  try {
    const file = path.join(folder, "weights.safetensors");
    const offset = writeWeights(file);
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [process.argv[1] ?? "", "measure", file],
      {
        encoding: "utf8",
      },
    );
    if (stdout === "") throw new Error(stderr);
    const answer = JSON.parse(stdout) as Answer;
    const megabytes = (tensorCount * rowsPerTensor * columns * 4) / 1e6;
    const figures: Figure[] = [
      {
        name: `8 formats over ${megabytes.toFixed(0)} MB, two threads, wall clock`,
        value: megabytes / answer.wallSeconds,
        unit: "MB/s",
        bound: 400,
      },
      {
        name: "… per second of one core's time",
        value: megabytes / answer.processorSeconds,
        unit: "MB/s",
        bound: 200,
      },
      { name: "… peak memory", value: answer.peakBytes / 1e6, unit: "MB", bound: 300 },
    ];
    const numpy = numpyOf(file, offset);
    if (numpy === undefined) console.log("python3 with numpy is absent: no comparison with it.");
    else {
      const rate = (rowsPerTensor * columns * 4) / 1e6 / numpy.seconds;
      figures.push({ name: "numpy, per second of one core's time", value: rate, unit: "MB/s" });
      for (const [id, error] of Object.entries(numpy.errors))
        figures.push({
          name: `square error in ${id}, ours over numpy's`,
          value: (answer.errors[id] ?? NaN) / error,
          unit: "",
          bound: 1,
        });
    }
    return figures;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The other process. */
export async function measureFile(file: string): Promise<void> {
  const formats = loadFormats(path.resolve("dist/data")).value;
  const schemes = schemeIds
    .map((id) => parseScheme(id, formats))
    .filter((one) => typeof one !== "string");
  const tasks = readTensorFile(file).tensors.flatMap(({ name, shape, offset, elementType }) => {
    const matrix = matrixOfShape(shape);
    return matrix === undefined ? [] : [{ key: name, offset, elementType, shape: matrix }];
  });
  const clock = performance.now();
  const before = process.cpuUsage();
  const found = await measureWeights({
    modelPath: file,
    tasks,
    schemes,
    cancel: neverCancelled,
    threadCount: 2,
    workerFile: path.resolve("dist/quant-worker.cjs"),
  });
  const { user, system } = process.cpuUsage(before);
  const answer: Answer = {
    wallSeconds: (performance.now() - clock) / 1000,
    processorSeconds: (user + system) / 1e6,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    errors: Object.fromEntries(
      (found.get("t0")?.schemes ?? []).map(({ schemeId, squareSum }) => [schemeId, squareSum]),
    ),
  };
  process.stdout.write(JSON.stringify(answer));
}

/** Numbers near a normal distribution, one row from another by its scale; answers where the first tensor lies. */
function writeWeights(file: string): number {
  const length = rowsPerTensor * columns;
  const entries = Array.from({ length: tensorCount }, (_, index) => [
    `t${index}`,
    {
      dtype: "F32",
      shape: [rowsPerTensor, columns],
      data_offsets: [index * length * 4, (index + 1) * length * 4],
    },
  ]);
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)).padEnd(4088));
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(header.length));
  const out = openSync(file, "w");
  writeSync(out, head);
  writeSync(out, header);
  const values = new Float32Array(length);
  let state = 1;
  for (let tensor = 0; tensor < tensorCount; tensor++) {
    for (let at = 0; at < length; at++) {
      let sum = -2;
      for (let part = 0; part < 4; part++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        sum += state / 2 ** 32;
      }
      values[at] = sum * (0.02 + 0.001 * (Math.floor(at / columns) % 7));
    }
    writeSync(out, new Uint8Array(values.buffer));
  }
  closeSync(out);
  return 8 + header.length;
}

function numpyOf(
  file: string,
  offset: number,
): { readonly seconds: number; readonly errors: Readonly<Record<string, number>> } | undefined {
  const script = path.resolve("scripts/bench/quantization/throughput.py");
  if (!existsSync(script)) return undefined;
  try {
    const words = [script, file, String(offset), String(rowsPerTensor), String(columns)];
    return JSON.parse(execFileSync("python3", words, { encoding: "utf8" })) as ReturnType<
      typeof numpyOf
    >;
  } catch {
    return undefined;
  }
}

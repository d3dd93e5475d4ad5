import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import type { ReportDocument } from "../../server/core/views/report-document.js";
import { printTable } from "./print-table.js";

/**
 * Every architecture of a timm checkout through `ridgepoint batch`, compared with the table of benchmarks that lies in it:
 *
 *     TIMM=../pytorch-image-models npm run bench timm      (FILTER=repvgg for some of them)
 *
 * The table's conventions (fvcore's): figures of the re-parameterised model; beside the MACs, 2 for each output element of a
 * batch norm (5 where it computes statistics, as weight standardisation does), 5 of layer, group and instance norms, 1 for
 * each input element of an adaptive average pool. Parameters must agree at the table's precision, MACs within 1 %,
 * activations within 2 %. Known differences: the table counts what resizing makes (GhostNet v2 and v3), and differential
 * attention (vit_d…) in its path without fused kernels, which multiplies with the values once and not twice.
 */
const table = "results/benchmark-infer-amp-nchw-pt291-cu128-4090.csv";
const tolerance = { macs: 0.01, activations: 0.02 } as const;

/**
 * Where the table's counter is wrong, by a sum by hand. `Conv2d(padding="same")` is an operator that fvcore does not know, so
 * that the depthwise convolutions of ConvMixer are missing: layers × channels × kernel² × extent² MACs, and
 * layers × channels × extent² activations.
 */
const uncounted: Readonly<Record<string, readonly [number, number, number, number]>> = {
  convmixer_768_32: [32, 768, 7, 32],
  convmixer_1024_20_ks9_p14: [20, 1024, 9, 16],
  convmixer_1536_20: [20, 1536, 9, 32],
};

const folder = path.resolve(process.env["TIMM"] ?? "../pytorch-image-models");
if (existsSync(path.join(folder, table))) await compare();
else console.log(`There is no checkout of timm at ${folder} (set TIMM); nothing is measured.`);

interface Row {
  readonly model: string;
  readonly architecture: string;
  readonly extent: number;
  readonly parameters: number;
  readonly gmacs: number;
  readonly macts: number;
}

async function compare(): Promise<void> {
  const rows = readRows(readFileSync(path.join(folder, table), "utf8"));
  const child = spawn("node", ["dist/cli.cjs", "batch", "-"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  for (const { architecture, extent } of rows)
    child.stdin.write(
      `${JSON.stringify({
        entry: `timm.create_model('${architecture}')`,
        pythonPath: [folder],
        inputs: [`float32[1,${channelsOf(architecture)},${extent},${extent}]`],
        deploy: true,
        targets: ["nvidia-rtx-4090/pytorch-2.9-eager-nchw/amp-fp16"],
      })}\n`,
    );
  child.stdin.end();
  const begin = performance.now();
  let first = begin;
  const count = { ran: 0, parameters: 0, macs: 0, activations: 0, all: 0 };
  const failed = new Set<string>();
  const misses: string[] = [];
  let index = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const row = rows[index++];
    if (index === 1) first = performance.now();
    if (row === undefined) break;
    const { model, layers, problems } = JSON.parse(line) as ReportDocument;
    if (model?.parameterCount == null) {
      failed.add(row.architecture);
      misses.push(`${row.model}: ${problems[0]?.message ?? "no model"}`);
      continue;
    }
    const [layerCount, channels, kernel, extent] = uncounted[row.architecture] ?? [0, 0, 0, 0];
    const missing = layerCount * channels * extent ** 2;
    // fvcore has no LSTM. Sequencer's own paper (Tatsunami and Taki 2022, table 1) has 8.4, 11.1 and 16.6 G, as we count.
    const recurrent = layers.reduce(
      (sum, { op, macs }) => sum + (op === "lstm" ? (macs ?? 0) : 0),
      0,
    );
    const macs = (model.macs ?? NaN) + conventions(layers) - missing * kernel ** 2 - recurrent;
    const activations = (model.activationElements ?? NaN) - missing;
    const figures = {
      parameters: agree(model.parameterCount / 1e6, row.parameters, 0),
      macs: agree(macs / 1e9, row.gmacs, tolerance.macs),
      activations: agree(activations / 1e6, row.macts, tolerance.activations),
    };
    count.ran += 1;
    for (const name of ["parameters", "macs", "activations"] as const)
      if (figures[name]) count[name] += 1;
    if (figures.parameters && figures.macs && figures.activations) count.all += 1;
    else
      misses.push(
        `${row.model} at ${row.extent}: ` +
          [
            ...(figures.parameters
              ? []
              : [`${(model.parameterCount / 1e6).toFixed(3)} M parameters, not ${row.parameters}`]),
            ...(figures.macs ? [] : [`${(macs / 1e9).toFixed(3)} GMAC, not ${row.gmacs}`]),
            ...(figures.activations
              ? []
              : [`${(activations / 1e6).toFixed(3)} M activations, not ${row.macts}`]),
          ].join("; "),
      );
  }
  const end = performance.now();
  const architectures = new Set(rows.map(({ architecture }) => architecture)).size;
  const share = (part: number): number => (100 * part) / rows.length;
  console.log(
    `${architectures} architectures, ${rows.length} with their image sizes, of ${folder}\n`,
  );
  printTable([
    { name: "architectures that run", value: 100 * (1 - failed.size / architectures), unit: "%" },
    {
      name: "parameters exact at the table's precision",
      value: share(count.parameters),
      unit: "%",
    },
    { name: "MACs within 1 %", value: share(count.macs), unit: "%" },
    { name: "activations within 2 %", value: share(count.activations), unit: "%" },
    { name: "all three", value: share(count.all), unit: "%" },
    { name: "first line", value: (first - begin) / 1000, unit: "s" },
    { name: "later lines", value: ((rows.length - 1) / (end - first)) * 1000, unit: "a second" },
  ]);
  if (misses.length > 0) console.log(`\nMisses:\n${misses.join("\n")}`);
}

/** Rows of one architecture and size each: several weights of one architecture cost the same. */
function readRows(text: string): readonly Row[] {
  const [head = "", ...lines] = text.trim().split("\n");
  const names = head.trim().split(",");
  const rows = new Map<string, Row>();
  for (const line of lines) {
    const cells = line.trim().split(",");
    const cell = (name: string): string => cells[names.indexOf(name)] ?? "";
    const model = cell("model");
    if (!model.includes(process.env["FILTER"] ?? "")) continue;
    const architecture = model.split(".")[0] ?? model;
    const extent = Number(cell("infer_img_size"));
    const key = `${architecture} ${extent}`;
    if (rows.has(key)) continue;
    rows.set(key, {
      model,
      architecture,
      extent,
      parameters: Number(cell("param_count")),
      gmacs: Number(cell("infer_gmacs")),
      macts: Number(cell("infer_macts")),
    });
  }
  return [...rows.values()];
}

/** The table's own models take three channels, but for those that read grey images. */
function channelsOf(architecture: string): number {
  return architecture.endsWith("_g1") ? 1 : 3;
}

/** What fvcore counts beside multiplications. */
function conventions(layers: ReportDocument["layers"]): number {
  let extra = 0;
  for (const { op, inputs, outputs } of layers) {
    const out = sizeOf(outputs[0]?.shape);
    // Weights to be standardised are [1, out, in × kernel]; feature maps have four axes.
    if (op === "batch_norm") extra += (inputs[0]?.shape?.length === 3 ? 5 : 2) * out;
    else if (op === "layer_norm" || op === "group_norm" || op === "instance_norm") extra += 5 * out;
    else if (op.startsWith("adaptive_avg_pool")) extra += sizeOf(inputs[0]?.shape);
  }
  return extra;
}

function sizeOf(shape: readonly unknown[] | null | undefined): number {
  let size = 1;
  for (const extent of shape ?? []) size *= Number(extent);
  return size;
}

/** The table has two decimals. */
function agree(found: number, wanted: number, share: number): boolean {
  return Math.abs(found - wanted) <= Math.max(share * wanted, 0.00501);
}

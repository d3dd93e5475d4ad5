import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { LayerCost } from "../../server/core/hls/hls4ml/cost-kinds.js";
import { type Hls4mlCosts, hls4mlCosts } from "../../server/core/hls/hls4ml/costs.js";
import { costLayers, networkLatency, sum } from "../../server/core/hls/hls4ml/estimate-network.js";
import type { Hls4mlLayer, Hls4mlNetwork } from "../../server/core/hls/hls4ml/network.js";
import { type Hls4mlWords, parseHls4mlWords } from "../../server/core/hls/hls4ml/words.js";
import { table as textTable } from "../../server/core/reports/text-table.js";
import { parseCsv } from "../calibrate/csv.js";

/**
 * hls4ml networks beside published reports of Vitis HLS (MLPs) and of Vivado HLS and Vivado (CNNs). Shipped constants have seen all
 * of these rows; `left out` fits them again to the other networks, beginning at 1 each, and judges the one that was not seen.
 */
const shared = path.resolve("../shared/data");
const shipped = hls4mlCosts(JSON.parse(readFileSync("server/data/hls4ml/dense-conv.json", "utf8")));
if (shipped === undefined) throw new Error("no costs");

type Measure =
  "cycles" | "interval" | "dsp" | "lut" | "ff" | "bram" | "lutAfter" | "ffAfter" | "bramAfter";
type Counts = Readonly<Partial<Record<Measure, number>>>;

interface Row {
  readonly network: string;
  readonly group: string;
  readonly layers: Hls4mlNetwork;
  readonly words: Hls4mlWords;
  readonly stated: Counts;
}

const mlpConstants = [
  "weightSpread",
  "lutPerProduct",
  "lutReuseShare",
  "lutPerLutMultiplier",
  "ffPerProduct",
  "ffReuseShare",
  "reluLut",
  "reluFf",
  "softmaxLut",
  "softmaxFf",
  "softmaxLutMultiplierLut",
];
const cnnConstants = [
  "stream.dspPerWeight",
  "stream.lutPerWeight",
  "stream.ffPerWeight",
  "stream.lutAfterSynthesis",
  "stream.ffAfterSynthesis",
];

const hlsMeasures: readonly Measure[] = ["cycles", "interval", "dsp", "lut", "ff", "bram"];

report("MLPs, HLS estimates", mlpRows(), mlpConstants, hlsMeasures);
report("CNNs, HLS estimates and (after) post-synthesis", cnnRows(), cnnConstants, [
  ...hlsMeasures,
  "lutAfter",
  "ffAfter",
  "bramAfter",
]);

function report(
  title: string,
  rows: readonly Row[],
  constants: readonly string[],
  measures: readonly Measure[],
): void {
  if (rows.length === 0) {
    console.log(`${title}: ../shared/data is absent; left out.`);
    return;
  }
  const networks = [...new Set(rows.map(({ network }) => network))];
  const leftOut = new Map(
    networks.map((network) => [
      network,
      fit(
        rows.filter((row) => row.network !== network),
        constants,
      ),
    ]),
  );
  const groups = [...new Set(rows.map(({ group }) => group)), "all"];
  for (const [name, costsOf] of [
    ["shipped (has seen them)", () => shipped],
    ["left out by network", (row: Row) => leftOut.get(row.network)],
  ] as const) {
    console.log(`\n${title}, median errors, ${name}; DSP where either says more than none:`);
    console.log(
      textTable(
        ["rows", "n", ...measures],
        groups.map((group) => {
          const own = rows.filter((row) => group === "all" || row.group === group);
          return [
            group,
            String(own.length),
            ...measures.map((measure) =>
              percent(median(own.flatMap((row) => errorsOf(row, costsOf(row), measure)))),
            ),
          ];
        }),
        `l${"r".repeat(measures.length + 1)}`,
      ),
    );
  }
}

function errorsOf(row: Row, costs: Hls4mlCosts | undefined, measure: Measure): readonly number[] {
  const theirs = row.stated[measure];
  if (theirs === undefined || costs === undefined) return [];
  const ours = predict(row, costs)[measure] ?? 0;
  if (theirs === 0) return ours < 1 ? (measure === "dsp" ? [] : [0]) : [1];
  return [Math.abs(ours / theirs - 1)];
}

function predict({ layers, words }: Row, costs: Hls4mlCosts): Counts {
  const costed = costLayers(layers, words, costs);
  const total: LayerCost = sum(costed.map(({ cost }) => cost));
  return {
    // A layer alone is handed over to nobody.
    cycles: costed.length === 1 ? total.latency : networkLatency(costed, words, costs),
    interval: total.interval,
    dsp: total.dsp,
    lut: total.lut,
    ff: total.ff,
    bram: total.bram18,
    lutAfter: total.lutAfter,
    ffAfter: total.ffAfter,
    bramAfter: total.bramAfter,
  };
}

/** Constant by constant, whatever makes the absolute logarithms of the errors least, from 1 each and three times round. */
function fit(rows: readonly Row[], constants: readonly string[]): Hls4mlCosts {
  const values = new Map(constants.map((name) => [name, 1]));
  const costs: Hls4mlCosts = {
    ...shipped,
    of: (name) => values.get(name) ?? shipped?.of(name) ?? NaN,
    source: "",
  };
  const loss = (): number =>
    rows.reduce((total, row) => {
      const ours = predict(row, costs);
      for (const measure of ["dsp", "lut", "ff", "lutAfter", "ffAfter"] as const) {
        const theirs = row.stated[measure];
        if (theirs !== undefined && theirs > 0)
          total += Math.abs(Math.log(Math.max(0.5, ours[measure] ?? 0) / theirs));
      }
      return total;
    }, 0);
  for (const span of [256, 4, 1.3])
    for (let turn = 0; turn < 2; turn += 1)
      for (const name of constants) {
        const middle = values.get(name) ?? 1;
        let best = { value: middle, loss: loss() };
        for (let step = -20; step <= 20; step += 1) {
          const value = middle * span ** (step / 20);
          values.set(name, value);
          const own = loss();
          if (own < best.loss) best = { value, loss: own };
        }
        values.set(name, best.value);
      }
  return costs;
}

function mlpRows(): readonly Row[] {
  const file = path.join(shared, "hls4ml_mlp_layers.calib.csv");
  if (!existsSync(file)) return [];
  const rows: Row[] = [];
  let open: { layers: Hls4mlLayer[]; words: string[] } = { layers: [], words: [] };
  for (const row of parseCsv(readFileSync(file, "utf8"))) {
    const [network = "", variant = ""] = [row["model"], row["variant"]];
    const common = `clock=${row["clock_ns"] ?? "5"},input=ap_fixed<8,2>`;
    const stated = {
      cycles: Number(row["lat_max_cyc"]),
      interval: Number(row["ii"]),
      dsp: Number(row["dsp"]),
      lut: Number(row["lut"]),
      ff: Number(row["ff"]),
      bram: Number(row["bram"]),
    };
    const kind = row["kind"] ?? "";
    if (kind === "top") {
      const words = wordsFrom([common, ...open.words].join(","));
      rows.push({
        network,
        group: "network",
        layers: { layers: open.layers, skipped: [] },
        words,
        stated,
      });
      open = { layers: [], words: [] };
      continue;
    }
    const layer = mlpLayer(row, `layer${open.layers.length}`);
    // What is bound to LUTs has no DSP; the label of one network's variant is wrong about it.
    const isLut = variant.startsWith("LUT") && !isMislabelled(row);
    const own = [
      `reuse=${row["reuse"] || variant.replace(/.*reuse/, "")}`,
      `multipliers=${isLut ? "lut" : "dsp"}`,
      ...(layer.kind === "dense"
        ? [
            `weights=${row["weight_t"] ?? ""}`,
            `zeros=${Number(row["n_zeros"]) / (layer.inputs * layer.outputs)}`,
          ]
        : []),
    ].map((word) => `${layer.name}.${word}`);
    open.layers.push(layer);
    open.words.push(...own);
    rows.push({
      network,
      group: kind,
      layers: { layers: [layer], skipped: [] },
      words: wordsFrom([common, ...own].join(",")),
      stated,
    });
  }
  return rows;
}

/** jet_tagging's LUT_reuse1 is its DSP_reuse1 once more. */
function isMislabelled(row: Readonly<Record<string, string>>): boolean {
  return row["model"] === "jet_tagging" && row["variant"] === "LUT_reuse1";
}

function mlpLayer(row: Readonly<Record<string, string>>, name: string): Hls4mlLayer {
  if (row["kind"] === "relu") {
    // The width is not in the row; LUTs tell it, and so relu is no test of LUTs.
    const elements = Math.round(Number(row["lut"]) / (Number(row["clock_ns"]) > 4.2 ? 43 : 55));
    return { kind: "relu", name, elements, channels: elements, isLeaky: false };
  }
  if (row["kind"] === "softmax") return { kind: "softmax", name, classes: Number(row["bram"]) };
  return { kind: "dense", name, inputs: Number(row["n_in"]), outputs: Number(row["n_out"]) };
}

function cnnRows(): readonly Row[] {
  const [file, models] = ["hls4ml_cnn.calib.csv", "hls4ml_cnn_models.json"].map((name) =>
    path.join(shared, name),
  );
  if (file === undefined || models === undefined || !existsSync(file) || !existsSync(models))
    return [];
  const networks = JSON.parse(readFileSync(models, "utf8")) as Readonly<
    Record<string, readonly KerasLayer[]>
  >;
  return parseCsv(readFileSync(file, "utf8")).map((row) => {
    const [network = "", strategy = "", impl = ""] = [row["model"], row["strategy"], row["impl"]];
    const isParallel = impl.startsWith("io_parallel");
    const isShared = /RF/.test(strategy);
    const number = (key: string): number | undefined =>
      row[key] === undefined || row[key] === "" ? undefined : Number(row[key]);
    const stated = Object.fromEntries(
      (
        [
          ["cycles", "hls_lat_max"],
          ["interval", "hls_ii_max"],
          ["dsp", isParallel ? "synth_dsp" : "hls_dsp"],
          ["lut", "hls_lut"],
          ["ff", "hls_ff"],
          ["bram", "hls_bram18"],
          ["lutAfter", "synth_lut"],
          ["ffAfter", "synth_ff"],
          ["bramAfter", "synth_bram36"],
        ] as const
      ).flatMap(([measure, key]) => {
        const value = number(key);
        return value === undefined ? [] : [[measure, value]];
      }),
    ) as Counts;
    return {
      network,
      group: isParallel ? "parallel" : isShared ? "stream, 10,000 cycles" : "stream, latency",
      layers: { layers: kerasLayers(networks[network] ?? []), skipped: [] },
      words: wordsFrom(
        [
          `io=${isParallel ? "parallel" : "stream"}`,
          `conv=${impl === "kernel_window" ? "encoded" : "line-buffer"}`,
          ...(isShared ? ["strategy=resource", "cycles=10000"] : []),
        ].join(","),
      ),
      stated,
    };
  });
}

interface KerasLayer {
  readonly type: string;
  readonly batch_input_shape?: readonly (number | null)[];
  readonly filters?: number;
  readonly kernel_size?: readonly number[];
  readonly units?: number;
}

function kerasLayers(layers: readonly KerasLayer[]): readonly Hls4mlLayer[] {
  let [side, channels] = [0, 0];
  return layers.flatMap((layer, index): readonly Hls4mlLayer[] => {
    const name = `${layer.type}${index}`;
    switch (layer.type) {
      case "InputLayer":
        [side, channels] = [layer.batch_input_shape?.[1] ?? 0, layer.batch_input_shape?.[3] ?? 0];
        return [];
      case "Conv2D": {
        const [window, outputs] = [layer.kernel_size?.[0] ?? 1, layer.filters ?? 0];
        const inputs = window * window * channels;
        const conv = {
          kind: "conv",
          name,
          inputs,
          outputs,
          weights: inputs * outputs,
          inputChannels: channels,
          pixels: (side + window - 1) ** 2,
          outputPixels: side ** 2,
        } as const;
        channels = outputs;
        return [conv];
      }
      case "LeakyReLU":
        return [{ kind: "relu", name, elements: side ** 2 * channels, channels, isLeaky: true }];
      case "MaxPooling2D":
        side /= 2;
        return [{ kind: "pool", name, channels, pixels: side ** 2 }];
      case "Dense": {
        const outputs = layer.units ?? 0;
        return [
          { kind: "dense", name, inputs: side ** 2 * channels, outputs },
          { kind: "softmax", name: `${name}.softmax`, classes: outputs },
        ];
      }
      default:
        return [];
    }
  });
}

function wordsFrom(text: string): Hls4mlWords {
  const words = parseHls4mlWords(text);
  if (typeof words === "string") throw new Error(words);
  return words;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

function percent(share: number): string {
  return Number.isNaN(share) ? "–" : `${(100 * share).toFixed(1)} %`;
}

import { parseCsv } from "../csv.js";
import type { CalibrationContext, CalibrationSet, Fragment, Sample, Subject } from "../set.js";
import { librarySubject } from "../edge/library-models.js";
import { tracedSubject } from "../traced.js";
import { fitJoules, fitNetworks, leastWeight } from "../fit-networks.js";
import { workRows } from "../work-rows.js";

/**
 * MobileNets of all widths and resolutions, one image at a time, on all cores; energy of the whole board. Threads and
 * power mode differ between submissions, so the fastest row of a network stands for it, as the set's description asks.
 */
export const set: CalibrationSet = {
  id: "mlperf_edge_open",
  licence: "Apache-2.0",
  origin:
    "MLPerf Inference, open division, results collected by https://github.com/mlcommons/cm4mlperf-results",
  isCommittable: true,
  samples: (ctx) => Promise.resolve(samplesOf(ctx)),
  fit: async (ctx, samples) => {
    const fragments: Fragment[] = [];
    for (const [target, own] of await workRows(ctx, samples)) {
      const rows = own.map(({ row }) => row);
      const metered = own.flatMap(({ sample: { joules, seconds }, row }) =>
        joules === undefined
          ? []
          : [{ row: { ...row, measured: joules }, watts: joules / seconds }],
      );
      fragments.push({
        target,
        ...fitNetworks(rows, { hasDispatch: false, leastOf: leastWeight }),
        ...(metered.length >= 10 && {
          energy: fitJoules(
            metered.map(({ row }) => row),
            "whole board at the wall",
            metered.map(({ watts }) => watts),
          ),
        }),
        source: {
          set: set.id,
          licence: set.licence,
          rows: rows.length,
          note: "SingleStream: 90th percentile of latency. Energy: the whole board at the wall.",
        },
      });
    }
    return fragments;
  },
};

const boards: readonly (readonly [system: RegExp, chip: string])[] = [
  [/Raspberry Pi 4/, "raspberry-pi-4"],
  [/Raspberry Pi 3/, "raspberry-pi-3"],
];

/** On a Raspberry Pi 3 they take half of what the older networks lead to expect by any weights: measured otherwise. */
const isThird = /^v3/;

function samplesOf(ctx: CalibrationContext): readonly Sample[] {
  const table = ctx.text("mlperf_edge_open.calib.csv");
  if (table === undefined) return [];
  const fastest = new Map<string, Sample>();
  for (const row of parseCsv(table)) {
    const chip = boards.find(([system]) => system.test(row["system"] ?? ""))?.[1];
    const network = networkOf(row["model"] ?? "");
    const isLite = /^TFLite .*(ruy|xnnpack)/i.test(row["framework"] ?? "");
    const seconds = Number(row["result"]) * 1e-3;
    if (chip === undefined || network === undefined || !isLite || !(seconds > 0)) continue;
    if (chip === "raspberry-pi-3" && isThird.test(network.key)) continue;
    const target = `${chip}/litert/${network.precision}`;
    const id = `${target} ${network.key}`;
    const other = fastest.get(id);
    const millijoules = row["power_unit"] === "mJ/stream" ? Number(row["power"]) : 0;
    const joules = millijoules > 0 ? millijoules * 1e-3 : other?.joules;
    const best = Math.min(seconds, other?.seconds ?? Infinity);
    fastest.set(id, {
      target,
      kind: network.kind,
      key: network.key,
      seconds: best,
      ...(joules !== undefined && { joules }),
      subject: network.subject,
    });
  }
  return [...fastest.values()];
}

interface Network {
  readonly kind: string;
  readonly key: string;
  readonly precision: string;
  readonly subject: Subject;
}

/**
 * `mobilenet-v1-0.25-160-non-quantized`, `mobilenet-v2-precision_uint8-1.0-224`, `mobilenet-v3-large_224_0.75_float`,
 * `efficientnet-lite3-quantized`: one spelling for each generation of submissions.
 */
function networkOf(model: string): Network | undefined {
  const precision = /uint8|int8|(?<!non)-quantized/.test(model) ? "int8" : "fp32";
  const old = /^mobilenet-v([12])-(?:precision_(?:float|uint8)-)?([\d.]+)-(\d+)/.exec(model);
  if (old !== null) {
    const [, version = "", width = "", image = ""] = old;
    return {
      kind: "MobileNet",
      key: `v${version}-${width}-${image}`,
      precision,
      subject: tracedSubject({
        file: "mobilenet.py",
        entry: `MobileNetV${version}(${width})`,
        inputs: [`float32[1,3,${image},${image}]`],
      }),
    };
  }
  const third =
    /^mobilenet-v3-(large)_224_([\d.]+)_/.exec(model) ??
    /^mobilenet-v3-precision_\w+-(large|small)-224$/.exec(model);
  if (third !== null) {
    const [, size = "", width = "1.0"] = third;
    return {
      kind: "MobileNet",
      key: `v3-${size}-${width}`,
      precision,
      subject: librarySubject({
        entry: `timm.create_model('mobilenetv3_${size}_${width === "1.0" ? "100" : "075"}')`,
        input: "float32[1,3,224,224]",
      }),
    };
  }
  const [, lite = ""] = /^efficientnet-(?:fp32-|int8-)?lite(\d)/.exec(model) ?? [];
  const image = liteImages[Number(lite)];
  if (lite === "" || image === undefined) return undefined;
  return {
    kind: "EfficientNet-Lite",
    key: `lite${lite}`,
    precision,
    subject: librarySubject({
      entry: `timm.create_model('efficientnet_lite${lite}')`,
      input: `float32[1,3,${image},${image}]`,
    }),
  };
}

/** Their resolutions by number (https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite). */
const liteImages: readonly number[] = [224, 240, 260, 280, 300];

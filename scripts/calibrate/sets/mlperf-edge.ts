import { parseCsv } from "../csv.js";
import type { CalibrationContext, CalibrationSet, Fragment, Sample } from "../set.js";
import { tracedSubject } from "../traced.js";
import { fitJoules, fitNetworks, leastWeight, workRows } from "../work-rows.js";

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
    const target = `${chip}/litert/${network.precision}`;
    const id = `${target} ${network.key}`;
    const other = fastest.get(id);
    const millijoules = row["power_unit"] === "mJ/stream" ? Number(row["power"]) : 0;
    const joules = millijoules > 0 ? millijoules * 1e-3 : other?.joules;
    const best = Math.min(seconds, other?.seconds ?? Infinity);
    fastest.set(id, {
      target,
      kind: "MobileNet",
      key: network.key,
      seconds: best,
      ...(joules !== undefined && { joules }),
      subject: tracedSubject({
        file: "mobilenet.py",
        entry: `MobileNetV${network.version}(${network.width})`,
        inputs: [`float32[1,3,${network.image},${network.image}]`],
      }),
    });
  }
  return [...fastest.values()];
}

interface Network {
  readonly key: string;
  readonly version: string;
  readonly width: string;
  readonly image: string;
  readonly precision: string;
}

/** `mobilenet-v1-0.25-160-non-quantized`, `mobilenet-v2-precision_uint8-1.0-224`. */
function networkOf(model: string): Network | undefined {
  const found =
    /^mobilenet-v([12])-(?:precision_(float|uint8)-)?([\d.]+)-(\d+)(?:-(non-quantized|quantized))?$/.exec(
      model,
    );
  if (found === null) return undefined;
  const [, version = "", named, width = "", image = "", quantized] = found;
  const precision = named === "uint8" || quantized === "quantized" ? "int8" : "fp32";
  return { key: `v${version}-${width}-${image}`, version, width, image, precision };
}

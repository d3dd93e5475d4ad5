import { parseCsv } from "../csv.js";
import type { CalibrationContext, CalibrationSet, Fragment, Sample } from "../set.js";
import { firstByte } from "../split.js";
import { tracedSubject } from "../traced.js";
import { isFinalFit } from "../train/fit-kind.js";
import { rounded } from "../train/matrix.js";
import { fitNetworks, leastGpuWeight, leastWeight } from "../fit-networks.js";
import { workRows } from "../work-rows.js";

/**
 * Networks of three search spaces, each measured as a whole. The three share targets, so they are fitted together. Not
 * every network is traced: a few hundred per space and batch size teach as much as all.
 */
export const set: CalibrationSet = {
  id: "nas_latency",
  licence: "MIT",
  origin:
    "HELP (Lee et al. 2021), https://github.com/HayeonLee/HELP, with figures of HW-NAS-Bench (Li et al. 2021): NAS-Bench-201, FBNet and Once-for-all networks",
  isCommittable: true,
  samples: (ctx) => Promise.resolve(spaces.flatMap((space) => samplesOf(ctx, space))),
  fit: async (ctx, samples) => {
    const fragments: Fragment[] = [];
    for (const [targetId, own] of await workRows(ctx, samples, (sample) => waits(ctx, sample))) {
      // A factor that other networks of the target taught stays, and is taken out of these.
      const before = ctx.fitted(targetId)?.network?.correction;
      const factor =
        before?.regressor.kind === "linear" && before.features.length === 0
          ? Math.exp(before.regressor.intercept)
          : 1;
      // A column of a table is one session: spaces and batch sizes were measured on other hosts and days.
      const rows = own.map(({ row, sample }) => ({
        ...row,
        session: sample.kind,
        space: spaceOf(sample),
        measured: row.measured / factor,
      }));
      const chipKind = ctx.target(targetId)?.chip.kind;
      const plan = {
        hasDispatch: chipKind === "gpu",
        ...(chipKind === "gpu" && { leastOf: leastGpuWeight }),
        ...(chipKind === "cpu" && { leastOf: leastWeight }),
      };
      const known = isFinalFit() ? ctx.fitted(targetId)?.network?.dispatch : undefined;
      const { kinds, network } = fitNetworks(rows, plan, known);
      const constant = { kind: "linear", intercept: rounded(Math.log(factor), 4), weights: [] };
      fragments.push({
        target: targetId,
        kinds,
        network:
          factor === 1
            ? network
            : {
                ...network,
                correction: { features: [], low: [], high: [], regressor: constant },
              },
        source: { set: set.id, licence: set.licence, rows: rows.length },
      });
    }
    return fragments;
  },
};

/** FBNet's times on GPUs are sums over blocks of the slower of launches and kernels: each was waited for before the next. */
function waits(ctx: CalibrationContext, sample: Sample): boolean {
  return spaceOf(sample) === "FBNet" && ctx.target(sample.target)?.chip.kind === "gpu";
}

function spaceOf({ kind }: Sample): string {
  return kind.replace(/ batch \d+$/, "");
}

interface Space {
  readonly name: string;
  readonly csv: string;
  readonly file: string;
  readonly keyOf: (row: Readonly<Record<string, string>>) => string;
  readonly entryOf: (row: Readonly<Record<string, string>>) => string;
  readonly imageOf: (row: Readonly<Record<string, string>>) => string;
  /** Of 256, how many of the networks are used, by batch size. */
  readonly shares: Readonly<Record<string, number>>;
}

const text = (value: string | undefined): string => JSON.stringify(value ?? "");

const spaces: readonly Space[] = [
  {
    name: "NAS-Bench-201",
    csv: "nb201_latency.calib.csv",
    file: "nas_bench_201.py",
    keyOf: (row) => row["arch"] ?? "",
    entryOf: (row) => `Network(${text(row["arch"])})`,
    imageOf: () => "3,32,32",
    shares: { "1": 64, "32": 24, "256": 32 },
  },
  {
    name: "FBNet",
    csv: "fbnet_latency.calib.csv",
    file: "fbnet.py",
    keyOf: (row) => row["op_idx"] ?? "",
    entryOf: (row) => `Network(${text(row["op_idx"])})`,
    imageOf: () => "3,32,32",
    shares: { "1": 128, "32": 128, "64": 256 },
  },
  {
    name: "Once-for-all",
    csv: "ofa_latency.calib.csv",
    file: "once_for_all.py",
    keyOf: (row) => [row["ks"], row["e"], row["d"], row["r"]].join("/"),
    entryOf: (row) => `Network(${text(row["ks"])}, ${text(row["e"])}, ${text(row["d"])})`,
    imageOf: (row) => `3,${row["r"]},${row["r"]}`,
    shares: { "1": 128, "32": 128, "64": 128 },
  },
];

/** As `targets.csv` of the data has them. */
const devices: Readonly<Record<string, string>> = {
  "1080ti": "nvidia-gtx-1080ti/pytorch-eager/fp32",
  "2080ti": "nvidia-rtx-2080ti/pytorch-eager/fp32",
  titan_rtx: "nvidia-titan-rtx/pytorch-eager/fp32",
  titanx: "nvidia-titan-x/pytorch-eager/fp32",
  titanxp: "nvidia-titan-xp/pytorch-eager/fp32",
  titan_xp: "nvidia-titan-xp/pytorch-eager/fp32",
  v100: "nvidia-v100-pcie/pytorch-eager/fp32",
  gold_6226: "intel-xeon-gold-6226/pytorch-eager/fp32",
  gold_6240: "intel-xeon-gold-6240/pytorch-eager/fp32",
  silver_4114: "intel-xeon-silver-4114/pytorch-eager/fp32",
  silver_4210r: "intel-xeon-silver-4210r/pytorch-eager/fp32",
  pixel2: "google-pixel-2/mobile-cpu/fp32",
  pixel3: "google-pixel-3/mobile-cpu/fp32",
  samsung_a50: "samsung-galaxy-a50/mobile-cpu/fp32",
  samsung_s7: "samsung-galaxy-s7/mobile-cpu/fp32",
  essential_ph_1: "essential-ph-1/mobile-cpu/fp32",
  raspi4: "raspberry-pi-4/mobile-cpu/fp32",
  eyeriss: "eyeriss-168/dnn-chip-predictor/int16",
  fpga: "amd-zc706/chaidnn/int8",
};

/** Below this nothing of the network was left to run. */
const shortest = 1e-3;

function samplesOf(ctx: CalibrationContext, space: Space): readonly Sample[] {
  const table = ctx.text(space.csv);
  if (table === undefined) return [];
  return parseCsv(table).flatMap((row) => {
    const key = space.keyOf(row);
    const rank = firstByte(`sample|${key}`);
    return Object.entries(row).flatMap(([column, cell]) => {
      const [, device = column, batch = "1"] = /^(.+?)(?:_(1|32|64|256))?$/.exec(column) ?? [];
      const target = devices[device === "essential_ph" ? column : device];
      const milliseconds = Number(cell);
      if (target === undefined || !(milliseconds > 0) || rank >= (space.shares[batch] ?? 0))
        return [];
      if (milliseconds * 1e-3 < shortest) return [];
      const isBatched = /_(1|32|64|256)$/.test(column) && column !== "essential_ph_1";
      return [
        {
          target,
          kind: isBatched ? `${space.name} batch ${batch}` : space.name,
          key,
          seconds: milliseconds * 1e-3,
          subject: tracedSubject({
            file: space.file,
            entry: space.entryOf(row),
            inputs: [`float32[${batch},${space.imageOf(row)}]`],
          }),
        },
      ];
    });
  });
}

import { parseCsv } from "../csv.js";
import type { ChipPart } from "../../../server/core/cost/calibrated/calibration.js";
import type { CalibrationContext, CalibrationSet, Fragment, Sample } from "../set.js";
import type { WorkPlan } from "../train/fit-work.js";
import { firstByte } from "../split.js";
import { tracedSubject } from "../traced.js";
import { fitJoules, fitNetworks, leastWeight } from "../fit-networks.js";
import { workRows } from "../work-rows.js";

/** NAS-Bench-201 networks with three kinds of input, one core, batch 1: latency, and energy by the board's own meter. */
export const set: CalibrationSet = {
  id: "nb201_pi5_pixel",
  licence: "none stated; used for fitting only",
  origin: "HW-NAS-Bench-360, https://github.com/roldebijvank/HW-NAS-Bench-360",
  isCommittable: false,
  samples: (ctx) => Promise.resolve(samplesOf(ctx)),
  fit: async (ctx, samples) => {
    const fragments: Fragment[] = [];
    for (const [targetId, own] of await workRows(ctx, samples)) {
      const rows = own.map(({ row }) => row);
      const metered = own.flatMap(({ sample: { joules, seconds }, row }) =>
        joules === undefined
          ? []
          : [{ row: { ...row, measured: joules }, watts: joules / seconds }],
      );
      fragments.push({
        target: targetId,
        ...fitNetworks(rows, { hasDispatch: false, leastOf: leastOf(targetId) }),
        ...(parts[targetId] && { part: parts[targetId] }),
        ...(metered.length > 0 && {
          energy: fitJoules(
            metered.map(({ row }) => row),
            scope,
            metered.map(({ watts }) => watts),
          ),
        }),
        source: {
          set: set.id,
          licence: set.licence,
          rows: rows.length,
          note: "One core, batch 1. Energy: power management IC, idle power subtracted.",
        },
      });
    }
    return fragments;
  },
};

/**
 * Of a chip's peak, which counts all cores. A Pi's are alike; the Pixel's fastest, which a single thread gets, has 90 of
 * its 309 GFLOP/s.
 */
const parts: Readonly<Record<string, ChipPart>> = {
  "raspberry-pi-5/litert/fp32": { words: "one core of four", share: 0.25 },
  "raspberry-pi-5/onnxruntime/fp32": { words: "one core of four", share: 0.25 },
  "raspberry-pi-5/torchmobile/fp32": { words: "one core of four", share: 0.25 },
  "google-pixel-6a/litert/fp32": { words: "one core of eight", share: 0.29 },
};

/** One core cannot be faster than itself. XNNPACK and MLAS multiply windows directly; PyTorch may save multiplications. */
function leastOf(targetId: string): NonNullable<WorkPlan["leastOf"]> {
  const share = parts[targetId]?.share ?? 1;
  const isDirect = !targetId.includes("/torchmobile/");
  return (model, feature) => {
    const least = leastWeight(model, feature);
    return (least > 0 && isDirect ? Math.max(least, 0.9) : least) / share;
  };
}

const scope = "power management IC of the board, idle power subtracted";

const runtimes: Readonly<Record<string, string>> = {
  pi5_litert: "raspberry-pi-5/litert/fp32",
  pi5_onnx: "raspberry-pi-5/onnxruntime/fp32",
  pi5_torchmobile: "raspberry-pi-5/torchmobile/fp32",
  pixel_litert: "google-pixel-6a/litert/fp32",
};

interface Input {
  readonly image: readonly [number, number, number];
  readonly classes: number;
  /** Of 256, how many of the networks are used. */
  readonly share: number;
}

const inputs: Readonly<Record<string, Input>> = {
  cifar100: { image: [3, 32, 32], classes: 100, share: 104 },
  ninapro: { image: [1, 52, 16], classes: 18, share: 52 },
  darcy: { image: [1, 88, 88], classes: 100, share: 52 },
};

function samplesOf(ctx: CalibrationContext): readonly Sample[] {
  const table = ctx.text("nb201_pi5_pixel.calib.csv");
  if (table === undefined) return [];
  return parseCsv(table).flatMap((row) => {
    const key = row["arch"] ?? "";
    return Object.entries(runtimes).flatMap(([column, target]) =>
      Object.entries(inputs).flatMap(([name, { image, classes, share }]) => {
        const milliseconds = Number(row[`${column}_${name}_ms`]);
        const millijoules = Number(row[`${column}_${name}_mj`]);
        if (!(milliseconds > 0) || firstByte(`sample|${key}`) >= share) return [];
        return [
          {
            target,
            kind: `NAS-Bench-201 ${name}`,
            key,
            seconds: milliseconds * 1e-3,
            ...(millijoules > 0 && { joules: millijoules * 1e-3 }),
            subject: tracedSubject({
              file: "nas_bench_201.py",
              entry: `Network(${JSON.stringify(key)}, classes=${classes}, image_channels=${image[0]})`,
              inputs: [`float32[1,${image.join(",")}]`],
            }),
          },
        ];
      }),
    );
  });
}

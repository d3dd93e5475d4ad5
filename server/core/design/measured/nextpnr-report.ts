import { type MeasuredCounts, type MeasuredFormat, measuredDesign } from "./measured-format.js";

/** `nextpnr-… --report report.json`: what was placed, and the speed of the slowest clock. */
export const measuredFormat: MeasuredFormat = {
  id: "nextpnr-report",
  names: /(?:report|nextpnr).*\.json$/i,
  sniff: (text) => /"utilization"\s*:/.test(text) && /"fmax"\s*:/.test(text),
  read: (text, file) => {
    let value: Report;
    try {
      value = JSON.parse(text) as Report;
    } catch {
      // Cut off: nothing to compare.
      return undefined;
    }
    const counts: MeasuredCounts = {};
    for (const [cell, kind] of cells) {
      const used = value.utilization?.[cell]?.used;
      if (typeof used === "number") counts[kind] = used + (counts[kind] ?? 0);
    }
    const speeds = Object.values(value.fmax ?? {}).flatMap(({ achieved }) =>
      typeof achieved === "number" && achieved > 0 ? [achieved * 1e6] : [],
    );
    return measuredDesign("nextpnr", file, {
      counts,
      ...(speeds.length > 0 && { fmaxHertz: Math.min(...speeds) }),
    });
  },
};

interface Report {
  readonly utilization?: Readonly<Record<string, { readonly used?: number }>>;
  readonly fmax?: Readonly<Record<string, { readonly achieved?: number }>>;
}

/** A logic cell of iCE40 is a LUT with its flip-flop: it is counted as a LUT. */
const cells = [
  ["ICESTORM_LC", "lut"],
  ["ICESTORM_RAM", "bram"],
  ["ICESTORM_DSP", "dsp"],
  ["ICESTORM_SPRAM", "uram"],
  ["TRELLIS_COMB", "lut"],
  ["TRELLIS_FF", "ff"],
  ["DP16KD", "bram"],
  ["MULT18X18D", "dsp"],
] as const;

/** How hls4ml is asked to make a layer: what its configuration calls ReuseFactor, Strategy and Precision. */
export interface Hls4mlLayerWords {
  readonly reuse: number;
  readonly strategy: "latency" | "resource";
  readonly weightBits: number;
  /** Of those, behind the point. */
  readonly weightFraction: number;
  readonly inputBits: number;
  /** Whether products go into DSPs, or into LUTs by a binding. */
  readonly multipliers: "dsp" | "lut";
  /** Weights and scales are powers of two: shifts, no multipliers. */
  readonly arePowers: boolean;
  /** How windows of a stream are made: by line buffers, or a queue for each element of the window. */
  readonly conv: "line-buffer" | "encoded";
  /** Cycles that the reuse factor is to follow from (`TargetCycles`). */
  readonly targetCycles: number | undefined;
  /** Share of weights that are zero, 0 to 1; undefined: what rounding to the precision leaves of common weights. */
  readonly zeros: number | undefined;
}

export interface Hls4mlWords {
  readonly common: Hls4mlLayerWords;
  readonly layers: ReadonlyMap<string, Partial<Hls4mlLayerWords>>;
  readonly clockNs: number;
  readonly io: "parallel" | "stream";
  /** Whose bits somebody has told: those of others follow the quantizers of a QONNX model. */
  readonly told: ReadonlySet<"weights" | "input">;
}

export const hls4mlUsage =
  "reuse=N, strategy=latency|resource, precision=ap_fixed<16,6>, weights=ap_fixed<8,2>, input=ap_fixed<16,6>, multipliers=dsp|lut, constants=any|powers-of-two, conv=line-buffer|encoded, cycles=N, zeros=0…1, clock=NS, io=parallel|stream, each also for one layer: NAME.reuse=4";

/** `reuse=4,strategy=latency,precision=ap_fixed<16,6>,fc1.reuse=8`; a sentence where a word is wrong. */
export function parseHls4mlWords(text: string): Hls4mlWords | string {
  let common: Hls4mlLayerWords = {
    reuse: 1,
    strategy: "latency",
    weightBits: 16,
    weightFraction: 10,
    inputBits: 16,
    multipliers: "dsp",
    arePowers: false,
    conv: "line-buffer",
    targetCycles: undefined,
    zeros: undefined,
  };
  const layers = new Map<string, Partial<Hls4mlLayerWords>>();
  let clockNs = 5;
  let io: Hls4mlWords["io"] = "parallel";
  const told = new Set<"weights" | "input">();
  // Commas inside of `<…>` belong to the type.
  for (const word of text.split(/,(?![^<]*>)/).map((one) => one.trim())) {
    if (word === "") continue;
    const equals = word.indexOf("=");
    const name = word.slice(0, Math.max(0, equals)).trim();
    const value = word.slice(equals + 1).trim();
    const dot = name.lastIndexOf(".");
    const key = name.slice(dot + 1).toLowerCase();
    if (key === "clock" && dot < 0) {
      clockNs = Number(value);
      if (!(0.5 <= clockNs && clockNs <= 1000))
        return `clock: a period in nanoseconds, not \`${value}\`.`;
      continue;
    }
    if (key === "io" && dot < 0) {
      if (value !== "parallel" && value !== "stream")
        return `io: parallel or stream, not \`${value}\`.`;
      io = value;
      continue;
    }
    const part = layerWord(key, value);
    if (typeof part === "string") return part;
    if (dot < 0) {
      common = { ...common, ...part };
      if ("weightBits" in part) told.add("weights");
      if ("inputBits" in part) told.add("input");
    }
    if (dot >= 0) layers.set(name.slice(0, dot), { ...layers.get(name.slice(0, dot)), ...part });
  }
  return { common, layers, clockNs, io, told };
}

function layerWord(key: string, value: string): Partial<Hls4mlLayerWords> | string {
  switch (key) {
    case "reuse":
    case "reusefactor": {
      const reuse = Number(value);
      return Number.isInteger(reuse) && reuse >= 1 && reuse <= 1e6
        ? { reuse }
        : `reuse: a whole number of at least 1, not \`${value}\`.`;
    }
    case "strategy": {
      const strategy = value.toLowerCase();
      return strategy === "latency" || strategy === "resource"
        ? { strategy }
        : `strategy: latency or resource, not \`${value}\`.`;
    }
    case "multipliers":
      return value === "dsp" || value === "lut"
        ? { multipliers: value }
        : `multipliers: dsp or lut, not \`${value}\`.`;
    case "constants":
      return value === "any" || value === "powers-of-two"
        ? { arePowers: value !== "any" }
        : `constants: any or powers-of-two, not \`${value}\`.`;
    case "conv":
    case "convimplementation": {
      const conv = value.toLowerCase().replace(/^line_?buffer$/, "line-buffer");
      return conv === "line-buffer" || conv === "encoded"
        ? { conv }
        : `conv: line-buffer or encoded, not \`${value}\`.`;
    }
    case "cycles":
    case "targetcycles": {
      const targetCycles = Number(value);
      return Number.isInteger(targetCycles) && targetCycles >= 1
        ? { targetCycles }
        : `cycles: a whole number of at least 1, not \`${value}\`.`;
    }
    case "zeros": {
      const zeros = Number(value);
      return 0 <= zeros && zeros <= 1 ? { zeros } : `zeros: a share from 0 to 1, not \`${value}\`.`;
    }
    case "precision":
    case "weights":
    case "input": {
      const precision = precisionOf(value);
      if (precision === undefined)
        return `${key}: a type such as ap_fixed<16,6>, not \`${value}\`.`;
      const { bits, fraction } = precision;
      if (key === "input") return { inputBits: bits };
      const weights = { weightBits: bits, weightFraction: fraction };
      return key === "weights" ? weights : { ...weights, inputBits: bits };
    }
    default:
      return `\`${key}\` is not known; there are ${hls4mlUsage}.`;
  }
}

/** `ap_fixed<8,2>` has two bits before the point, `ap_int<8>` all. */
function precisionOf(
  text: string,
): { readonly bits: number; readonly fraction: number } | undefined {
  const found =
    /^(?:ap_u?(?:fixed|int)|ac_(?:fixed|int)|u?fixed|u?int)\s*[<(]?\s*(\d+)(?:\s*,\s*(-?\d+))?/i.exec(
      text,
    );
  const bits = Number(found?.[1]);
  if (!(1 <= bits && bits <= 128)) return undefined;
  const whole = found?.[2] === undefined ? bits : Number(found[2]);
  return { bits, fraction: bits - whole };
}

/** hls4ml's own configuration: `{"Model": {"ReuseFactor": 4, …}, "LayerName": {"fc1": {…}}}` as words. */
export function wordsOfConfig(config: unknown): string {
  const words: string[] = [];
  const take = (from: unknown, prefix: string): void => {
    if (typeof from !== "object" || from === null) return;
    const fields = from as Readonly<Record<string, unknown>>;
    const reuse = fields["ReuseFactor"];
    if (typeof reuse === "number") words.push(`${prefix}reuse=${reuse}`);
    const strategy = fields["Strategy"];
    if (typeof strategy === "string") words.push(`${prefix}strategy=${strategy}`);
    const cycles = fields["TargetCycles"];
    if (typeof cycles === "number") words.push(`${prefix}cycles=${cycles}`);
    const conv = fields["ConvImplementation"];
    if (typeof conv === "string") words.push(`${prefix}conv=${conv}`);
    const precision = fields["Precision"];
    if (typeof precision === "string") words.push(`${prefix}precision=${precision}`);
    else if (typeof precision === "object" && precision !== null) {
      const { weight, default: common } = precision as { weight?: unknown; default?: unknown };
      if (typeof common === "string") words.push(`${prefix}precision=${common}`);
      if (typeof weight === "string") words.push(`${prefix}weights=${weight}`);
    }
  };
  if (typeof config !== "object" || config === null) return "";
  const root = config as Readonly<Record<string, unknown>>;
  const hls = (root["HLSConfig"] ?? root) as Readonly<Record<string, unknown>>;
  take(hls["Model"], "");
  for (const [name, layer] of Object.entries(hls["LayerName"] ?? {})) take(layer, `${name}.`);
  const clock = root["ClockPeriod"];
  if (typeof clock === "number") words.push(`clock=${clock}`);
  const io = root["IOType"];
  if (typeof io === "string") words.push(`io=${io.replace(/^io_/, "")}`);
  return words.join(",");
}

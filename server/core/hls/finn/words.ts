/** How the streaming pipeline of a network is asked for. */
export interface FinnWords {
  readonly weights: Bits;
  readonly activations: Bits;
  /** Bits of the network's input. */
  readonly input: number;
  /** Number of products in a row (dense layers and convolutions); undefined: as the model has. */
  readonly depths: readonly number[] | undefined;
  /** Inferences a second that units have to keep up with whose `pe` or `simd` is not told; undefined: those have one of each. */
  readonly framesPerSecond: number | undefined;
  readonly clockNs: number;
  readonly memory: MemoryStyle;
  readonly multipliers: "lut" | "dsp" | undefined;
  /** Folding of layers by name, or of the nth by its number from 0. */
  readonly folding: ReadonlyMap<string, Folding>;
  /** Watts of the board at rest, and seconds of software around a call. */
  readonly boardWatts: number | undefined;
  readonly hostSeconds: number | undefined;
}

/** Several are a sweep; undefined: as the model's quantizers say, 2 where it has none. */
export type Bits = readonly number[] | undefined;

/** `embedded`: a memory in each processing element; else one beside the unit that streams all of a cycle's weights. */
export type MemoryStyle = (typeof memoryStyles)[number];
const memoryStyles = ["auto", "block", "distributed", "embedded"] as const;

export interface Folding {
  readonly pe?: number;
  readonly simd?: number;
  readonly memory?: MemoryStyle;
}

export const finnUsage =
  "fps=N, weights=BITS, activations=BITS, input=BITS, layers=N, clock=NS, memory=auto|block|distributed|embedded, multipliers=lut|dsp, board=WATTS, host=TIME, each layer's NAME.pe=N and NAME.simd=N; a list such as weights=1|2|4 is a sweep";

const empty: FinnWords = {
  weights: undefined,
  activations: undefined,
  input: 8,
  depths: undefined,
  framesPerSecond: undefined,
  clockNs: 10,
  memory: "auto",
  multipliers: undefined,
  folding: new Map(),
  boardWatts: undefined,
  hostSeconds: undefined,
};

/** A sentence where a word is wrong. */
export function parseFinnWords(text: string): FinnWords | string {
  let words = empty;
  const folding = new Map<string, Folding>();
  for (const word of text.split(",").map((one) => one.trim())) {
    if (word === "") continue;
    const equals = word.indexOf("=");
    const name = word.slice(0, Math.max(0, equals)).trim();
    const value = word.slice(equals + 1).trim();
    const dot = name.lastIndexOf(".");
    if (dot >= 0) {
      const part = foldingWord(name.slice(dot + 1).toLowerCase(), value);
      if (typeof part === "string") return part;
      const layer = name.slice(0, dot);
      folding.set(layer, { ...folding.get(layer), ...part });
      continue;
    }
    const part = commonWord(name.toLowerCase(), value);
    if (typeof part === "string") return part;
    words = { ...words, ...part };
  }
  return { ...words, folding };
}

function commonWord(key: string, value: string): Partial<FinnWords> | string {
  switch (key) {
    case "fps": {
      const framesPerSecond = Number(value);
      return framesPerSecond > 0 && framesPerSecond <= 1e9
        ? { framesPerSecond }
        : `fps: inferences a second, not \`${value}\`.`;
    }
    case "weights":
    case "activations": {
      const bits = numbersOf(value, 16);
      return bits === undefined
        ? `${key}: 1 to 16 bits, or a list such as 1|2|4, not \`${value}\`.`
        : { [key]: bits };
    }
    case "layers": {
      const depths = numbersOf(value, 256);
      return depths === undefined || depths.some((depth) => depth < 2)
        ? `layers: 2 and more, or a list such as 2|3|4, not \`${value}\`.`
        : { depths };
    }
    case "input": {
      const input = numberOf(value, 32);
      return input === undefined ? `input: 1 to 32 bits, not \`${value}\`.` : { input };
    }
    case "clock": {
      const clockNs = Number(value);
      return 0.5 <= clockNs && clockNs <= 1000
        ? { clockNs }
        : `clock: a period in nanoseconds, not \`${value}\`.`;
    }
    case "memory": {
      const memory = memoryStyles.find((style) => style === value);
      return memory === undefined ? wrongMemory(value) : { memory };
    }
    case "multipliers":
      return value === "dsp" || value === "lut"
        ? { multipliers: value }
        : `multipliers: dsp or lut, not \`${value}\`.`;
    case "board": {
      const boardWatts = Number(value.replace(/\s*w$/i, ""));
      return value !== "" && 0 <= boardWatts && boardWatts <= 1000
        ? { boardWatts }
        : `board: watts of the board at rest, not \`${value}\`.`;
    }
    case "host": {
      const found = /^([\d.]+)\s*(ms|us|µs|s)$/.exec(value);
      const factor = { s: 1, ms: 1e-3, us: 1e-6, µs: 1e-6 }[found?.[2] ?? ""];
      const hostSeconds = Number(found?.[1]) * (factor ?? NaN);
      return hostSeconds >= 0
        ? { hostSeconds }
        : `host: the time of the software around a call, such as 100us, not \`${value}\`.`;
    }
    default:
      return `\`${key}\` is not known; there are ${finnUsage}.`;
  }
}

function foldingWord(key: string, value: string): Folding | string {
  switch (key) {
    case "pe":
    case "simd": {
      const count = numberOf(value, 65536);
      return count === undefined
        ? `${key}: a whole number of at least 1, not \`${value}\`.`
        : { [key]: count };
    }
    case "memory": {
      const memory = memoryStyles.find((style) => style === value);
      return memory === undefined ? wrongMemory(value) : { memory };
    }
    default:
      return `\`${key}\` of a layer is not known; there are pe, simd and memory.`;
  }
}

function wrongMemory(value: string): string {
  return `memory: ${memoryStyles.join(", ")}, not \`${value}\`.`;
}

function numberOf(value: string, most: number): number | undefined {
  const numbers = numbersOf(value, most);
  return numbers?.length === 1 ? numbers[0] : undefined;
}

function numbersOf(value: string, most: number): readonly number[] | undefined {
  const numbers = value.split("|").map(Number);
  return value !== "" &&
    numbers.length <= 16 &&
    numbers.every((one) => Number.isInteger(one) && one >= 1 && one <= most)
    ? numbers
    : undefined;
}

/** FINN's own folding configuration (`{"MVAU_hls_0": {"PE": 16, "SIMD": 49, "ram_style": "block"}, …}`) as words. */
export function wordsOfFolding(config: unknown): string {
  const words: string[] = [];
  if (typeof config !== "object" || config === null) return "";
  for (const [name, fields] of Object.entries(config) as [string, unknown][]) {
    const found = /^(MVAU|VVAU|MatrixVector|VectorVector|StreamingFCLayer)[a-z_]*_(\d+)$/i.exec(
      name,
    );
    if (found === null || typeof fields !== "object" || fields === null) continue;
    const layer = `${/^v/i.test(name) ? "vvau" : "mvau"}${found[2] ?? ""}`;
    const { PE, SIMD, ram_style } = fields as Readonly<Record<string, unknown>>;
    if (typeof PE === "number") words.push(`${layer}.pe=${PE}`);
    if (typeof SIMD === "number") words.push(`${layer}.simd=${SIMD}`);
    if (ram_style === "block" || ram_style === "distributed" || ram_style === "auto")
      words.push(`${layer}.memory=${ram_style}`);
  }
  return words.join(",");
}

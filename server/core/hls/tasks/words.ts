/** What tasks on an FPGA share. */
export interface TaskWords {
  readonly dsps: number;
  /** Bytes on the chip for activations and weights. */
  readonly memory: number;
  /** Bytes a second. */
  readonly bandwidth: number;
  readonly clockNs: number;
  readonly bits: number;
  /** Multiply-accumulates of a DSP a cycle. */
  readonly macsPerDsp: number;
}

export const tasksUsage =
  "dsp=N, memory=SIZE (MiB, KiB), bandwidth=GB/s, clock=NS, bits=8, macs=MACS a DSP and cycle";

/** A sentence where a word is wrong. */
export function parseTaskWords(text: string): TaskWords | string {
  let words: TaskWords = {
    dsps: 2048,
    memory: 8 * 2 ** 20,
    bandwidth: 19.2e9,
    clockNs: 5,
    bits: 8,
    macsPerDsp: 1,
  };
  for (const word of text.split(",").map((one) => one.trim())) {
    if (word === "") continue;
    const equals = word.indexOf("=");
    const name = word.slice(0, Math.max(0, equals)).trim().toLowerCase();
    const value = word.slice(equals + 1).trim();
    const number = Number(/^[\d.]+/.exec(value)?.[0] ?? NaN);
    const unit = value.replace(/^[\d.]+\s*/, "").toLowerCase();
    const wrong = `${name}: ${{ dsp: "a whole number of DSPs", memory: "a size such as 8MiB", bandwidth: "a rate such as 19.2GB/s", clock: "a period in nanoseconds", bits: "1 to 32 bits", macs: "products of a DSP a cycle, such as 2" }[name] ?? ""}, not \`${value}\`.`;
    switch (name) {
      case "dsp":
        if (!Number.isInteger(number) || number < 1 || number > 1e6 || unit !== "") return wrong;
        words = { ...words, dsps: number };
        break;
      case "memory": {
        const factor = { b: 1, kib: 2 ** 10, mib: 2 ** 20, kb: 1e3, mb: 1e6 }[unit];
        if (!(number > 0) || factor === undefined) return wrong;
        words = { ...words, memory: number * factor };
        break;
      }
      case "bandwidth": {
        const factor = { "gb/s": 1e9, "mb/s": 1e6 }[unit];
        if (!(number > 0) || factor === undefined) return wrong;
        words = { ...words, bandwidth: number * factor };
        break;
      }
      case "clock":
        if (!(0.5 <= number && number <= 1000) || !/^(ns)?$/.test(unit)) return wrong;
        words = { ...words, clockNs: number };
        break;
      case "bits":
        if (!Number.isInteger(number) || number < 1 || number > 32 || unit !== "") return wrong;
        words = { ...words, bits: number };
        break;
      case "macs":
        if (!(number > 0 && number <= 16) || unit !== "") return wrong;
        words = { ...words, macsPerDsp: number };
        break;
      default:
        return `\`${name}\` is not known; there are ${tasksUsage}.`;
    }
  }
  return words;
}

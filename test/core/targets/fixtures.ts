type Changes = Readonly<Record<string, unknown>>;

const sourced = (value: number, unit: string) => ({ value, unit, source: "Acme data sheet" });

/** A small, whole chip description; `changes` replace fields. */
export function chipJson(changes: Changes = {}): Changes {
  return {
    id: "acme-x1",
    name: "Acme X1",
    vendor: "Acme",
    kind: "gpu",
    segment: "desktop",
    peaks: { float16: { ...sourced(4e12, "op/s"), note: "Dense." } },
    vectorPeaks: { float32: sourced(1e12, "op/s") },
    memories: [
      { name: "L2", role: "cache", size: sourced(4e6, "B"), bandwidth: sourced(1e12, "B/s") },
      { name: "DRAM", role: "ram", size: sourced(8e9, "B"), bandwidth: sourced(1e11, "B/s") },
    ],
    power: { typical: sourced(100, "W") },
    runtimes: [{ runtime: "acme-rt", precisions: ["acme-16"] }],
    ...changes,
  };
}

export function runtimeJson(changes: Changes = {}): Changes {
  return {
    id: "acme-rt",
    name: "Acme RT",
    engine: "gpu",
    bandwidthEfficiency: sourced(0.8, "1"),
    computeEfficiency: { default: sourced(0.5, "1") },
    kernelOverhead: sourced(5e-6, "s"),
    inferenceOverhead: sourced(1e-4, "s"),
    passes: ["fold-constants"],
    unsupported: [],
    memoryOverhead: sourced(0, "B"),
    rooflineInterval: { low: sourced(0.5, "1"), high: sourced(2, "1") },
    ...changes,
  };
}

export function precisionJson(changes: Changes = {}): Changes {
  return {
    id: "acme-16",
    name: "acme16",
    arithmetic: ["float8", "float16"],
    vectorArithmetic: ["float32"],
    weightBits: 16,
    activationBits: 16,
    cacheBits: 16,
    quantizesOnTheFly: false,
    ...changes,
  };
}

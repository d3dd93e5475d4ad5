import { formatCount } from "../base/units.js";
import { streamingCosts } from "../hls/finn/costs.js";
import { unitCost } from "../hls/finn/unit-cost.js";
import type { Kernel } from "../lower/lowered.js";
import { visibleShare } from "../ops/visible-keys.js";
import type { StreamingEngine } from "./accelerator.js";
import type { MappedAccelerator } from "./as-target.js";
import { contractionsOf } from "./contraction.js";
import { energyOf } from "./energy.js";
import { mapElementwise } from "./map-elementwise.js";
import type { KernelMapping } from "./map-kernel.js";
import { visiblePart } from "./visible-part.js";

/** A network as a pipeline of one unit for each layer. */
export interface Pipeline {
  /** Cycles from one inference to the next: of the slowest unit. */
  readonly intervalCycles: number;
  /** Cycles of the first inference: a unit starts when the window before it is full. */
  readonly latencyCycles: number;
  readonly multipliersUsed: number;
  readonly stageOf: (kernel: Kernel) => KernelMapping | undefined;
}

interface Unit {
  readonly kernel: Kernel;
  /** Rows and columns of the weights' matrix, times it is multiplied, and share of the input before the first result. */
  readonly outputs: number;
  readonly window: number;
  readonly vectors: number;
  readonly fill: number;
  outputsAtOnce: number;
  windowAtOnce: number;
}

/**
 * Folding as in FINN (Umuroglu et al., FPGA 2017; Blott et al., FINN-R, TRETS 2018): a unit with PE × SIMD multipliers takes
 * (outputs ÷ PE) × (window ÷ SIMD) × vectors cycles, where PE and SIMD divide the extents. The slowest unit gets the
 * next larger folding until the multipliers are dealt out.
 */
export function foldPipeline(
  mapped: MappedAccelerator,
  engine: StreamingEngine,
  kernels: readonly Kernel[],
): Pipeline {
  const units = kernels.flatMap(unitsOf);
  let left = engine.multipliers * mapped.accelerator.cores - units.length;
  const open = new Set(units);
  while (open.size > 0) {
    let slowest: Unit | undefined;
    for (const unit of open)
      if (slowest === undefined || cyclesOf(unit) > cyclesOf(slowest)) slowest = unit;
    if (slowest === undefined) break;
    const next = larger(slowest);
    const price =
      next === undefined
        ? Infinity
        : next.outputsAtOnce * next.windowAtOnce - slowest.outputsAtOnce * slowest.windowAtOnce;
    // When the slowest cannot grow, giving others more changes nothing.
    if (next === undefined || price > left) break;
    left -= price;
    slowest.outputsAtOnce = next.outputsAtOnce;
    slowest.windowAtOnce = next.windowAtOnce;
  }
  const { throughput } = mapped.precision;
  const intervalCycles = Math.max(1, ...units.map(cyclesOf)) / throughput;
  const latencyCycles = units.reduce(
    (sum, unit) => sum + (cyclesOf(unit) * unit.fill) / throughput,
    intervalCycles,
  );
  const used = units.reduce((sum, unit) => sum + unit.outputsAtOnce * unit.windowAtOnce, 0);
  const byKernel = new Map<Kernel, Unit[]>();
  for (const unit of units) byKernel.set(unit.kernel, [...(byKernel.get(unit.kernel) ?? []), unit]);
  return {
    intervalCycles,
    latencyCycles,
    multipliersUsed: used,
    stageOf: (kernel) => {
      const own = byKernel.get(kernel);
      const computed = visiblePart(kernel);
      return own === undefined
        ? flowing(mapped, computed)
        : stage(mapped, computed, own, intervalCycles);
    },
  };
}

function unitsOf(kernel: Kernel): readonly Unit[] {
  const { shape } = kernel;
  // Folding goes by the whole extents, whose divisors are many; what is hidden of them takes no cycles.
  const whole = shape.kind === "attention" ? { ...shape, isCausal: false, window: 0 } : shape;
  const share = visibleShare(shape);
  return contractionsOf(whole).map((c) => ({
    kernel,
    // A depthwise unit takes one channel after the other: its matrix has a row for each group.
    outputs: c.outputChannels * c.groups,
    window: c.inputChannels * c.kernelRows * c.kernelColumns,
    vectors: Math.ceil(share * c.times * c.batch * c.outputRows * c.outputColumns),
    fill: Math.min(1, c.kernelRows / Math.max(1, c.inputRows)),
    outputsAtOnce: 1,
    windowAtOnce: 1,
  }));
}

/** FINN's `get_exp_cycles` of a matrix-vector unit. */
export function cyclesOf(
  unit: Pick<Unit, "outputs" | "window" | "vectors" | "outputsAtOnce" | "windowAtOnce">,
): number {
  return (unit.outputs / unit.outputsAtOnce) * (unit.window / unit.windowAtOnce) * unit.vectors;
}

/** The least folding with more multipliers: inputs side by side first, they share the sum. */
function larger(unit: Unit): { outputsAtOnce: number; windowAtOnce: number } | undefined {
  const window = nextDivisor(unit.window, unit.windowAtOnce);
  if (window !== undefined) return { outputsAtOnce: unit.outputsAtOnce, windowAtOnce: window };
  const outputs = nextDivisor(unit.outputs, unit.outputsAtOnce);
  return outputs === undefined
    ? undefined
    : { outputsAtOnce: outputs, windowAtOnce: unit.windowAtOnce };
}

function nextDivisor(extent: number, present: number): number | undefined {
  for (let divisor = present + 1; divisor <= extent; divisor++)
    if (extent % divisor === 0) return divisor;
  return undefined;
}

/** Every layer works for as long as the slowest; its share of an inference is what it is busy for. */
function stage(
  mapped: MappedAccelerator,
  kernel: Kernel,
  units: readonly Unit[],
  intervalCycles: number,
): KernelMapping {
  const cycles = units.reduce((sum, unit) => sum + cyclesOf(unit), 0) / mapped.precision.throughput;
  const multipliers = units.reduce((sum, unit) => sum + unit.outputsAtOnce * unit.windowAtOnce, 0);
  const [unit] = units;
  return {
    ...flowing(mapped, kernel),
    macs: kernel.macs,
    cycles,
    computeCycles: cycles,
    utilization: Math.min(
      1,
      kernel.macs / (intervalCycles * multipliers * mapped.precision.throughput),
    ),
    engineUtilization: Math.min(
      1,
      kernel.macs / (cycles * multipliers * mapped.precision.throughput),
    ),
    limit: cycles >= intervalCycles ? "compute" : "utilization",
    notes: [
      `Unit of ${multipliers} multipliers: PE ${unit?.outputsAtOnce ?? 1} × SIMD ${unit?.windowAtOnce ?? 1}${cycles >= intervalCycles ? "; it is the slowest of the pipeline" : ""}.`,
      onFpga(mapped, units),
    ],
  };
}

/** What FINN's units of that folding take of an FPGA, each with its weights, thresholds, window and queue. */
function onFpga({ precision }: MappedAccelerator, units: readonly Unit[]): string {
  let [lut, bram18, dsp] = [0, 0, 0];
  for (const { kernel, outputs, window, vectors, outputsAtOnce, windowAtOnce } of units) {
    const { shape } = kernel;
    const side = shape.kind === "conv" ? (shape.kernelSize.at(-1) ?? 1) : 1;
    const cost = unitCost(
      {
        kind: "matrix",
        name: "",
        keys: [],
        isFolded: true,
        rows: outputs,
        window,
        vectors,
        isDepthwise: shape.kind === "conv" && shape.groups > 1,
        ...(shape.kind === "conv" &&
          side > 1 && {
            slides: {
              channels: shape.inputChannels,
              side,
              inputWidth: shape.inputSize.at(-1) ?? 1,
            },
          }),
        bits: {
          weights: precision.weightBits,
          inputs: precision.activationBits,
          outputs: precision.activationBits,
        },
        memory: "auto",
        pe: outputsAtOnce,
        simd: windowAtOnce,
      },
      streamingCosts,
      undefined,
    );
    lut += cost.lut;
    bram18 += cost.bram18;
    dsp += cost.dsp;
  }
  return `On an AMD FPGA about ${formatCount(lut)} LUTs, ${formatCount(dsp)} DSPs and ${formatCount(bram18)} RAMB18.`;
}

/** What has no products streams through between units; weights and activations stay on the chip. */
function flowing(mapped: MappedAccelerator, kernel: Kernel): KernelMapping {
  const raw = { ...mapElementwise(mapped, kernel), dramBytes: 0, traffic: [] };
  return {
    macs: kernel.macs,
    cycles: 0,
    computeCycles: 0,
    vectorCycles: 0,
    dramCycles: 0,
    bufferCycles: 0,
    utilization: 0,
    engineUtilization: 0,
    limit: "vector",
    limitingMemory: undefined,
    traffic: [],
    dramBytes: 0,
    leastDramBytes: 0,
    energy: energyOf(mapped, kernel, { ...raw, registerAccesses: 4 * kernel.macs }),
    tiles: [],
    notes: [],
  };
}

import type { PassId } from "../lower/lowered.js";
import type { Chip, MemoryLevel, Sourced } from "../targets/chip.js";
import type { Precision } from "../targets/precision.js";
import type { Runtime } from "../targets/runtime.js";
import type { Target } from "../targets/target.js";
import {
  enginesOf,
  fastestMacsPerCycle,
  type Accelerator,
  type AcceleratorPrecision,
} from "./accelerator.js";
import { sparsePrecision } from "./sparsity.js";
import type { Objective } from "./tiling.js";
import type { Technology } from "./technology.js";

/** What makes a target of an accelerator: its mapping answers in place of a calibration or the roofline. */
export interface MappedAccelerator {
  readonly accelerator: Accelerator;
  readonly precision: AcceleratorPrecision;
  readonly technology: Technology;
  readonly objective: Objective;
}

/**
 * An accelerator as a target in each of its precisions, `<id>/mapper/<precision>`, so that it can be chosen wherever
 * targets are. Its chip and runtime say in their terms what its file says.
 */
export function targetsOf(
  accelerator: Accelerator,
  technology: Technology,
  objective: Objective = "latency",
): readonly Target[] {
  const chip = chipOf(accelerator);
  return accelerator.precisions.map((precision) => {
    const mapped = { accelerator, precision, technology, objective };
    return {
      id: `${accelerator.id}/${mapperId}/${precision.id}`,
      label: `${accelerator.name} · mapped · ${precision.id}`,
      chip,
      runtime,
      precision: precisionOf(precision),
      accelerator: mapped,
    };
  });
}

export const mapperId = "mapper";

/** What follows a product is computed on the way out of the array. */
const passes: readonly PassId[] = [
  "fold-constants",
  "fold-batch-norm",
  "fold-zeros",
  "fuse-activation",
  "fuse-elementwise",
  "fuse-quantization",
  "fuse-attention",
  "drop-views",
];

function chipOf(accelerator: Accelerator): Chip {
  const { id, name, clock, dram } = accelerator;
  const said = (value: number, unit: string): Sourced => ({
    value,
    unit,
    source: accelerator.source ?? `Architecture file of \`${id}\``,
  });
  const tableOf = (of: (precision: AcceleratorPrecision) => Sourced): Chip["peaks"] =>
    Object.fromEntries(
      accelerator.precisions.map((precision) => [precision.id, of(precision)] as const),
    );
  const engines = enginesOf(accelerator);
  const memories: MemoryLevel[] = engines.flatMap(({ name: engine, alone }, index) =>
    alone.buffers.map((buffer) => ({
      name: index === 0 ? buffer.name : `${engine}.${buffer.name}`,
      role: "cache",
      size: said(buffer.size * alone.cores, "B"),
      bandwidth: said(finite(buffer.bandwidth) * alone.cores, "B/s"),
    })),
  );
  const vectorPeak = Math.max(
    ...engines.map(({ alone }) => alone.vectorLanes * alone.cores * alone.clock),
  );
  return {
    id,
    name,
    vendor: "Architecture file",
    kind: "npu",
    segment: "embedded",
    peaks: tableOf((precision) =>
      said(2 * fastestMacsPerCycle(accelerator, precision) * clock, "op/s"),
    ),
    vectorPeaks: tableOf(() => said(vectorPeak, "op/s")),
    memories: [
      ...memories,
      {
        name: "DRAM",
        role: "ram",
        size: said(dram.size ?? 2 ** 40, "B"),
        bandwidth: said(
          Math.max(...engines.map(({ alone }) => finite(alone.dram.bandwidth))),
          "B/s",
        ),
      },
    ],
    power: {},
    runtimes: [
      { runtime: mapperId, precisions: accelerator.precisions.map((precision) => precision.id) },
    ],
  };
}

/** A file that states no bandwidth means that it does not limit; nothing real comes near this. */
export const unlimitedBandwidth = 1e18;

function finite(bandwidth: number): number {
  return Math.min(bandwidth, unlimitedBandwidth);
}

function runtimeOf(): Runtime {
  const own = (value: number, unit: string): Sourced => ({ value, unit, source: reason });
  return {
    id: mapperId,
    name: "mapped",
    engine: "npu",
    bandwidthEfficiency: own(1, "1"),
    computeEfficiency: { default: own(1, "1") },
    kernelOverhead: own(0, "s"),
    inferenceOverhead: own(0, "s"),
    passes,
    unsupported: [],
    memoryOverhead: own(0, "B"),
    rooflineInterval: { low: own(interval.low, "1"), high: own(interval.high, "1") },
  };
}

const reason = "Mapping onto an architecture file: nothing but what the file describes takes time";

/**
 * A mapping is the best that its dataflow can do; control, synchronisation and conflicts come on top. Eyeriss took 1.04 to
 * 1.14 times what is predicted for AlexNet's layers (JSSC 2017, table V).
 */
export const interval = { low: 0.9, high: 1.5 } as const;

const runtime = runtimeOf();

function precisionOf(precision: AcceleratorPrecision): Precision {
  const { sparsity, weightBits: bits } = precision;
  return {
    id: precision.id,
    name: precision.id,
    arithmetic: [precision.id],
    vectorArithmetic: [precision.id],
    weightBits: sparsePrecision(precision).weightBits,
    activationBits: precision.activationBits,
    cacheBits: precision.cacheBits ?? precision.activationBits,
    quantizesOnTheFly: false,
    ...(sparsity?.isCounted === true && {
      compressedWeights: {
        bits,
        indexBits: sparsity.indexBits,
        ...(sparsity.byLayer !== undefined && { byLayer: sparsity.byLayer }),
      },
    }),
  };
}

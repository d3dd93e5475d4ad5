import { productOf } from "../base/product.js";
import { formatBytes, formatSeconds } from "../base/units.js";
import type { Kernel } from "../lower/lowered.js";
import type { KernelShape } from "../ops/kernel-shape.js";
import type { Accelerator, AcceleratorPrecision, DramKind } from "./accelerator.js";
import { levelsOf } from "./levels.js";
import { dramName } from "./map-contraction.js";
import type { KernelQuestion, RawMapping } from "./map-kernel.js";

/** Reads whose addresses follow from data: what crosses to the DRAM, and what they take beyond those bytes. */
export interface IrregularReads {
  readonly runs: number;
  /** Bytes of a run that are asked for, and that come. */
  readonly runBytes: number;
  readonly movedBytes: number;
  readonly seconds: number;
  /** Share of the DRAM's bandwidth that is asked-for bytes. */
  readonly efficiency: number;
}

type Deformable = KernelShape & { readonly kind: "conv"; readonly offsetGroups: number };

/**
 * Bytes of the least transaction, and seconds between two rows that are opened, a quarter of the window in which four may be (tFAW), of
 * all channels together: DDR4 (JESD79-4: bursts of 8 × 64 bits, 25 ns), LPDDR4 (JESD209-4: 16 × 16 bits, 40 ns, two channels), GDDR6
 * (JESD250: 16 × 16 bits, 16 ns, 16 channels), HBM2 (JESD235: 4 × 64 bits, 16 ns, 32 pseudo-channels).
 */
const transactions: Readonly<
  Record<DramKind, { readonly bytes: number; readonly rowSeconds: number }>
> = {
  ddr: { bytes: 64, rowSeconds: 25e-9 / 4 },
  lpddr: { bytes: 32, rowSeconds: 40e-9 / 4 / 2 },
  gddr: { bytes: 32, rowSeconds: 16e-9 / 4 / 16 },
  hbm: { bytes: 32, rowSeconds: 16e-9 / 4 / 32 },
};

export function isDeformable(shape: KernelShape): shape is Deformable {
  return shape.kind === "conv" && shape.offsetGroups !== undefined;
}

/**
 * What a deformable convolution reads of its input where that does not lie on the chip: each element of the window of each output is
 * between the pixels of `2ⁿ⁻¹` rows, two neighbours in each, channels beside one another. Nothing is taken to be read twice from a
 * cache, since nothing bounds how far apart they are.
 */
export function irregularReads(
  accelerator: Accelerator,
  { activationBits }: Pick<AcceleratorPrecision, "activationBits">,
  shape: Deformable,
  /** Neighbours that are read of each point: two, or one where points fall on pixels. */
  neighbours: 1 | 2 = 2,
): IrregularReads | undefined {
  if (holdsInput(accelerator, inputBytes(shape, activationBits))) return undefined;
  const { batch, offsetGroups, kernelSize, outputSize, inputChannels } = shape;
  const points = batch * offsetGroups * productOf(kernelSize) * productOf(outputSize);
  const pixelBytes = ((inputChannels / offsetGroups) * activationBits) / 8;
  const runs = points * (neighbours === 1 ? 1 : 2 ** (kernelSize.length - 1));
  const runBytes = neighbours * pixelBytes;
  const { bytes: least, rowSeconds } = transactions[accelerator.dram.kind];
  // Runs begin at any pixel: of what pixels and transactions have in common, each place is as likely.
  const step = Math.max(1, common(Math.max(1, Math.round(pixelBytes)), least));
  const bursts = Math.max(1, (runBytes - step) / least + 1);
  const { bandwidth } = accelerator.dram;
  const seconds =
    runs * Math.max((bursts * least) / bandwidth, Number.isFinite(bandwidth) ? rowSeconds : 0);
  return {
    runs,
    runBytes,
    movedBytes: runs * bursts * least,
    seconds,
    efficiency: seconds === 0 ? 1 : Math.min(1, (runs * runBytes) / bandwidth / seconds),
  };
}

/** The mapping of the same convolution on a straight grid, its input read as the data says. */
export function withIrregularReads(
  { accelerator, precision, neighbours }: KernelQuestion,
  shape: Deformable,
  raw: RawMapping,
): RawMapping {
  const reads = irregularReads(accelerator, precision, shape, neighbours);
  if (reads === undefined)
    return {
      ...raw,
      notes: [...raw.notes, "Sampled where data says, from the input on the chip."],
    };
  const regular = inputBytes(shape, precision.activationBits);
  const more = reads.movedBytes - regular;
  const perByte = 1 / accelerator.dram.bandwidth;
  return {
    ...raw,
    dramBytes: Math.max(0, raw.dramBytes + more),
    waitCycles: Math.max(0, reads.seconds - reads.movedBytes * perByte) * accelerator.clock,
    traffic: raw.traffic.map((entry) =>
      entry.memory === dramName
        ? { ...entry, readBytes: Math.max(0, entry.readBytes + more) }
        : entry,
    ),
    notes: [
      ...raw.notes,
      `Sampled where data says: ${reads.runs.toLocaleString("en-US")} reads of ${formatBytes(reads.runBytes)} use ${Math.round(100 * reads.efficiency)} % of the DRAM's bandwidth, ${formatSeconds(reads.seconds)}.`,
    ],
  };
}

/** What would be regular, in the words of the layer's explanation: seconds are of the whole layer as mapped. */
export interface Alternative {
  readonly name: string;
  readonly kernel: Kernel;
  readonly neighbours: 1 | 2;
  readonly note: string;
}

/**
 * Forms of the layer whose reads are kinder (Huang et al., "Algorithm-hardware co-design for deformable convolution", FPGA 2021): offsets
 * of a limited range, whose rows lie on the chip; a square window whose size alone follows from data, so that points fall on pixels; and
 * a window for each channel.
 */
export function alternativesTo(
  accelerator: Accelerator,
  { activationBits }: AcceleratorPrecision,
  kernel: Kernel,
  shape: Deformable,
): readonly Alternative[] {
  const straight: KernelShape = { ...shape, offsetGroups: undefined };
  const rowBytes = (shape.inputChannels * productOf(shape.inputSize.slice(1)) * activationBits) / 8;
  const [window = 1] = shape.kernelSize;
  const rows = Math.floor(roomForInput(accelerator) / rowBytes);
  const range = Math.min(shape.inputSize[0] ?? 1, Math.floor((rows - window - 1) / 2));
  const found: Alternative[] = [];
  if (range >= 1)
    found.push({
      name: `offsets of at most ${range} rows`,
      kernel: { ...kernel, shape: straight },
      neighbours: 2,
      note: `${formatBytes(rowBytes * (window + 2 * range + 1))} of rows on the chip`,
    });
  found.push({
    name: "a square window of any size",
    // A pixel is no blend of its neighbours.
    kernel: { ...kernel, shape, otherFlops: 0 },
    neighbours: 1,
    note: "points fall on pixels",
  });
  if (shape.groups !== shape.inputChannels && shape.inputChannels === shape.outputChannels)
    found.push({
      name: "a window for each channel",
      kernel: {
        ...kernel,
        shape: { ...shape, groups: shape.inputChannels },
        macs: (kernel.macs * shape.groups) / shape.inputChannels,
      },
      neighbours: 2,
      note: "without the pointwise product that usually follows",
    });
  return found;
}

function inputBytes({ batch, inputChannels, inputSize }: Deformable, bits: number): number {
  return (batch * inputChannels * productOf(inputSize) * bits) / 8;
}

function holdsInput(accelerator: Accelerator, bytes: number): boolean {
  return roomForInput(accelerator) >= bytes;
}

/** Of the outermost buffers, for what comes in. */
function roomForInput(accelerator: Accelerator): number {
  const outermost = levelsOf(accelerator).at(-1)?.buffers ?? [];
  return outermost.reduce(
    (sum, { size, holds, isDoubleBuffered }) =>
      sum + (holds.includes("inputs") ? size / (isDoubleBuffered ? 2 : 1) : 0),
    0,
  );
}

function common(a: number, b: number): number {
  return b === 0 ? a : common(b, a % b);
}

import type { Kernel } from "../../lower/lowered.js";

/** One axis of a kernel's output and how far its windows reach into the input. */
export interface Axis {
  readonly outputs: number;
  readonly inputs: number;
  readonly window: number;
  readonly stride: number;
  readonly dilation: number;
  /** Padding in front of the first input. */
  readonly before: number;
}

/** A kernel whose output can be made piece by piece along rows and columns; channels stay together. */
export interface Spatial {
  readonly batch: number;
  readonly rows: Axis;
  readonly columns: Axis;
  /** Of one output position. */
  readonly channels: number;
}

/** Half-open. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

/** Inputs that an interval of outputs touches. */
export function reachOf({ start, end }: Interval, axis: Axis): Interval {
  if (end <= start) return { start: 0, end: 0 };
  const first = start * axis.stride - axis.before;
  const last = (end - 1) * axis.stride - axis.before + (axis.window - 1) * axis.dilation;
  return { start: Math.max(0, first), end: Math.min(axis.inputs, last + 1) };
}

/**
 * Undefined for kernels whose pieces are not known. Of pooling and element-wise kernels the shape alone tells no extents: those
 * of the kernel that feeds them do.
 */
export function spatialOf({ shape }: Kernel, feeding: Spatial | undefined): Spatial | undefined {
  switch (shape.kind) {
    case "conv": {
      const { inputSize, outputSize, kernelSize, strides, dilations = [] } = shape;
      if (shape.isTransposed || shape.offsetGroups !== undefined || outputSize.length > 2)
        return undefined;
      const axis = (fromEnd: number): Axis =>
        axisOf({
          outputs: outputSize.at(-1 - fromEnd) ?? 1,
          inputs: inputSize.at(-1 - fromEnd) ?? 1,
          window: kernelSize.at(-1 - fromEnd) ?? 1,
          stride: strides.at(-1 - fromEnd) ?? 1,
          dilation: dilations.at(-1 - fromEnd) ?? 1,
        });
      return {
        batch: shape.batch,
        rows: axis(1),
        columns: axis(0),
        channels: shape.outputChannels,
      };
    }
    case "matmul":
      // Rows of a linear layer are positions: one after the other, without a window.
      return shape.hasConstantRight
        ? { batch: 1, rows: same(shape.batch * shape.m), columns: same(1), channels: shape.n }
        : undefined;
    case "elementwise":
      return feeding && afterwards(feeding);
    case "normalization": {
      // Over the channels of each position; over positions nothing could start before all are there.
      const ends = feeding && afterwards(feeding);
      const positions = ends && ends.batch * ends.rows.outputs * ends.columns.outputs;
      return positions === shape.rows ? ends : undefined;
    }
    case "pool":
      return feeding && pooled(feeding, shape.outputElements, shape.windowElements);
    default:
      return undefined;
  }
}

function axisOf(axis: Omit<Axis, "before">): Axis {
  const { outputs, inputs, window, stride, dilation } = axis;
  const padding = (outputs - 1) * stride + (window - 1) * dilation + 1 - inputs;
  return { ...axis, before: Math.max(0, Math.floor(padding / 2)) };
}

function same(extent: number): Axis {
  return { outputs: extent, inputs: extent, window: 1, stride: 1, dilation: 1, before: 0 };
}

function afterwards({ batch, rows, columns, channels }: Spatial): Spatial {
  return { batch, rows: same(rows.outputs), columns: same(columns.outputs), channels };
}

/** Square windows with equal strides, which is what the counts of elements allow to see; whole images are a window too. */
function pooled(
  { batch, rows, columns, channels }: Spatial,
  outputElements: number,
  windowElements: number,
): Spatial | undefined {
  const [height, width] = [rows.outputs, columns.outputs];
  const positions = outputElements / (batch * channels);
  const isGlobal = positions === 1 && windowElements === height * width;
  const axis = (extent: number): Axis => {
    const outputs = Math.round(extent * Math.sqrt(positions / (height * width)));
    const stride = Math.max(1, Math.round(extent / Math.max(1, outputs)));
    const window = isGlobal ? extent : Math.sqrt(windowElements);
    return axisOf({ outputs, inputs: extent, window, stride, dilation: 1 });
  };
  const [high, wide] = [axis(height), axis(width)];
  const isSquare = isGlobal || Number.isInteger(high.window);
  return isSquare && high.outputs * wide.outputs === positions
    ? { batch, rows: high, columns: wide, channels }
    : undefined;
}

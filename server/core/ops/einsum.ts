import { type Dim, dimText, isKnown } from "../graph/dim.js";
import { type EinsumEquation, parseEinsum } from "./einsum-equation.js";
import type { KernelShape } from "./kernel-shape.js";
import { output, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, NodeContext, Work, WorkContext } from "./rule.js";
import { broadcastTwo, unifyDims } from "./shapes.js";

export const rule = ruleOfTable({ Einsum: { infer: inferEinsum, work: einsumWork } });

function inferEinsum(ctx: InferContext): readonly Inferred[] {
  const elementType = ctx.elementType(0);
  const equation = equationOf(ctx);
  if (typeof equation === "string") {
    ctx.error(equation);
    return [output(elementType, undefined)];
  }
  const extents = labelExtents(ctx, equation, (message) => ctx.error(message));
  if (extents === undefined) return [output(elementType, undefined)];
  const shape: Dim[] = [];
  for (const label of equation.output) {
    const extent = extents.get(label);
    if (extent === undefined) return [output(elementType, undefined)];
    shape.push(extent);
  }
  return [output(elementType, shape)];
}

/** The parsed equation, or a sentence that says what is wrong with it. */
function equationOf(ctx: NodeContext): EinsumEquation | string {
  const text = ctx.string("equation");
  if (text === undefined) return "`equation` is missing.";
  const ranks: (number | undefined)[] = [];
  for (let index = 0; index < ctx.inputCount; index++) ranks.push(ctx.shape(index)?.length);
  return parseEinsum(text, ranks);
}

function labelExtents(
  ctx: NodeContext,
  equation: EinsumEquation,
  report: (message: string) => void,
): ReadonlyMap<string, Dim> | undefined {
  const extents = new Map<string, Dim>();
  for (const [index, labels] of equation.operands.entries()) {
    const shape = ctx.shape(index);
    if (shape === undefined) return undefined;
    for (const [axis, label] of labels.entries()) {
      const extent = shape[axis] ?? 1;
      const earlier = extents.get(label);
      const joined = earlier === undefined ? extent : joinExtents(earlier, extent);
      if (joined === undefined) {
        report(
          `\`${label}\` stands for ${dimText(earlier ?? 1)} and for ${dimText(extent)} elements.`,
        );
        return undefined;
      }
      extents.set(label, joined);
    }
  }
  return extents;
}

/** Equal extents, or one that broadcasts: numpy allows 1 under the ellipsis, ONNX Runtime everywhere. */
function joinExtents(left: Dim, right: Dim): Dim | undefined {
  if (left === 1 || right === 1) return broadcastTwo([left], [right])?.[0];
  return unifyDims(left, right);
}

/**
 * Operands are contracted from left to right, two at a time, each time summing over the labels that neither the output
 * nor a later operand names: the order of numpy.einsum without `optimize`. A pair whose product is summed is a batched
 * matrix product; otherwise it is a multiply for each element.
 */
function einsumWork(ctx: WorkContext): Work | undefined {
  const equation = equationOf(ctx);
  if (typeof equation === "string") return undefined;
  const found = labelExtents(ctx, equation, () => undefined);
  if (found === undefined) return undefined;
  const extents = new Map<string, number>();
  for (const [label, extent] of found) {
    if (!isKnown(extent)) return undefined;
    extents.set(label, extent);
  }
  const volume = (labels: Iterable<string>): number => {
    let result = 1;
    for (const label of labels) result *= extents.get(label) ?? 1;
    return result;
  };
  let macs = 0;
  let otherFlops = 0;
  let kernel: KernelShape | undefined;
  let left = new Set(equation.operands[0] ?? []);
  /** Sums over the labels that only `labels` has, one addition for each element. */
  const reduced = (labels: ReadonlySet<string>, kept: ReadonlySet<string>): Set<string> => {
    const rest = new Set([...labels].filter((label) => kept.has(label)));
    if (rest.size < labels.size) otherFlops += volume(labels);
    return rest;
  };
  for (let index = 1; index < equation.operands.length; index++) {
    const needed = new Set([...equation.output, ...equation.operands.slice(index + 1).flat()]);
    const right = new Set(equation.operands[index]);
    const a = reduced(left, new Set([...needed, ...right]));
    const b = reduced(right, new Set([...needed, ...left]));
    const union = new Set([...a, ...b]);
    const contracted = [...union].filter((label) => !needed.has(label));
    if (contracted.length === 0) otherFlops += volume(union);
    else {
      macs += volume(union);
      kernel = {
        kind: "matmul",
        batch: volume([...a].filter((label) => b.has(label) && needed.has(label))),
        m: volume([...a].filter((label) => !b.has(label))),
        n: volume([...b].filter((label) => !a.has(label))),
        k: volume(contracted),
        hasConstantRight: ctx.isWeight(index),
      };
    }
    left = new Set([...union].filter((label) => needed.has(label)));
  }
  const outputElements = volume(equation.output);
  const inputElements = volume(left);
  reduced(left, new Set(equation.output));
  return {
    macs,
    otherFlops,
    kernel: kernel ?? remainingKernel(ctx.inputCount, inputElements, outputElements),
  };
}

/** Without a contraction an Einsum multiplies elements, sums over axes, or only moves them. */
function remainingKernel(
  operands: number,
  inputElements: number,
  outputElements: number,
): KernelShape {
  if (operands > 1) return { kind: "elementwise", elements: outputElements };
  if (inputElements !== outputElements) return { kind: "reduction", inputElements, outputElements };
  return { kind: "movement", elements: outputElements };
}

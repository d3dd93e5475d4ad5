import type { Graph, NodeId, ValueId } from "../../graph/graph.js";
import type { Tensor } from "./tensor.js";

/**
 * A model that is quantized already rounds again behind each layer. Where a layer's error reaches such a rounding, numbers
 * fall to other sides: two numbers that differ by δ steps differ by k or k + 1 steps afterwards, k + f = δ, and their
 * square by f (1 − f) more than δ² in the mean over where they lie.
 */

/** E f (1 − f) for δ of N(0, σ²), in steps: √(2/π) σ − σ² for small ones, 1/6 for large ones (Fourier series of f (1 − f)). */
export function excessOfRounding(sigma: number): number {
  if (sigma < 0.25) return Math.sqrt(2 / Math.PI) * sigma - sigma * sigma;
  let excess = 1 / 6;
  for (let k = 1; k <= 4; k++)
    excess -= Math.exp(-2 * (Math.PI * k * sigma) ** 2) / (Math.PI * k) ** 2;
  return excess;
}

/**
 * What rounding adds to a movement of the outputs on its way through quantizers. `units` are the movements that a noise of
 * one step at each of them makes, in order: a movement of m is as one of √(m / unit) steps there.
 */
export function addedByRounding(moved: number, units: readonly number[]): number {
  let total = moved;
  for (const unit of units) if (unit > 0) total += unit * excessOfRounding(Math.sqrt(total / unit));
  return total - moved;
}

/** Squared projections on each gradient, of each sample, of a noise of one step in what a quantizer makes. */
export function powerOfStep(
  { shape, data }: Tensor,
  outer: readonly Float32Array[],
  inner: readonly (Float32Array | undefined)[],
  batch: number,
): Float64Array {
  const perSample = data.length / (shape[0] === batch ? batch : 1);
  const power = new Float64Array(outer.length * batch);
  for (const [index, gradient] of outer.entries())
    for (let at = 0; at < data.length; at++) {
      // Where it saturates nothing passes.
      if ((inner[index]?.[at] ?? 0) === 0) continue;
      const slot = index * batch + Math.floor(at / perSample);
      power[slot] = (power[slot] ?? 0) + (gradient[at] ?? 0) ** 2;
    }
  return power;
}

/** Quantizers that a node's outputs reach, in order. */
export function quantizersBehind(
  { nodes }: Graph,
  quantizers: ReadonlyMap<NodeId, Float64Array>,
  start: NodeId,
): readonly Float64Array[] {
  const reached = new Set<ValueId>(nodes[start]?.outputs);
  const found: Float64Array[] = [];
  for (let nodeId = start + 1; nodeId < nodes.length && quantizers.size > 0; nodeId++) {
    const node = nodes[nodeId];
    if (node?.inputs.some((id) => reached.has(id)) !== true) continue;
    for (const id of node.outputs) reached.add(id);
    const power = quantizers.get(nodeId);
    if (power !== undefined) found.push(power);
  }
  return found;
}

import type { Cancel } from "../../base/cancel.js";
import type { Model, NodeId, ValueId } from "../../graph/graph.js";
import type { Scheme } from "../formats/scheme.js";
import type { Kernels } from "../measure/kernels.js";
import { layerWeights } from "../weights.js";
import { type Effect, effectsOf } from "./effects.js";
import { NotPropagated } from "./operator.js";
import { random } from "../../base/random.js";
import { exactOutputs, projectionCount } from "./output-gradients.js";
import { probeInputs } from "./probe-inputs.js";
import { Propagation, type Weights } from "./propagate.js";
import { quantizersBehind } from "./rounding-noise.js";
import type { Tensor } from "./tensor.js";

export interface SensitivityRequest {
  readonly model: Model;
  readonly kernels: Kernels;
  readonly weights: Weights;
  readonly schemes: readonly Scheme[];
  readonly activationSchemes: readonly Scheme[];
  readonly cancel: Cancel;
}

export interface Sensitivities {
  /**
   * By node and scheme: expected square error of the outputs over their squares when that layer alone is quantized.
   * Undefined when the model could not be propagated.
   */
  readonly byNode: ReadonlyMap<NodeId, LayerSensitivity> | undefined;
  readonly source: string;
}

export interface LayerSensitivity {
  /** Parallel to the schemes. */
  readonly weights: readonly number[];
  /** Parallel to the activations' schemes. */
  readonly activations: readonly number[];
  /** `Effect.drift` of the weights in each scheme; undefined where only squares are known. */
  readonly drifts?: readonly (readonly number[])[];
  /** `Effect.floor` of each; undefined where there is none. */
  readonly floors?: Pick<LayerSensitivity, "weights" | "activations">;
}

/**
 * How far the outputs are expected to move, without any data: the model is run once on random inputs, and the error of
 * each layer's product on what reaches it is projected on gradients of the outputs. With v drawn from N(0, I),
 * E (v · δy)² = |δy|² (Hutchinson's estimator, 1989).
 */
export function dataFreeSensitivity(request: SensitivityRequest): Sensitivities {
  const { model, schemes, cancel } = request;
  try {
    const inputs = probeInputs(model, cancel);
    const propagation = new Propagation({
      graph: model.graph,
      kernels: request.kernels,
      weights: request.weights,
      layers: layerWeights(model.graph),
      schemes,
      activationSchemes: request.activationSchemes,
      inputs: inputs.values,
      batch: inputs.batch,
      cancel,
    });
    const outputs = propagation.forward();
    const { seeds, scale } = seedsOf(outputs, inputs.batch);
    const energies = sampleEnergies(outputs, inputs.batch);
    if (energies.some((energy) => !Number.isFinite(energy) || energy === 0))
      throw new NotPropagated("outputs that are all zero or no numbers");
    const { byNode: projections, quantizers } = propagation.backward(seeds);
    const effects = effectsOf({
      byNode: projections,
      energies,
      scale,
      quantizersBehind: (nodeId) => quantizersBehind(model.graph, quantizers, nodeId),
    });
    const byNode = new Map<NodeId, LayerSensitivity>();
    for (const [nodeId, own] of effects) {
      const halves = <T>(of: (effect: Effect) => T) => ({
        weights: own.slice(0, schemes.length).map(of),
        activations: own.slice(schemes.length).map(of),
      });
      byNode.set(nodeId, {
        ...halves(({ risk }) => risk),
        drifts: own.slice(0, schemes.length).map(({ drift }) => drift),
        ...(quantizers.size > 0 && { floors: halves(({ floor }) => floor) }),
      });
    }
    return {
      byNode,
      source: `first-order effect on the outputs, propagated through the graph on ${inputs.batch} random inputs (${inputs.text})`,
    };
  } catch (error) {
    if (!(error instanceof NotPropagated)) throw error;
    return {
      byNode: undefined,
      source: `error of the layer's own weights; it is not propagated through the graph, which has ${error.message}`,
    };
  }
}

/** Σy² of each sample. */
function sampleEnergies(
  outputs: readonly { readonly value: Tensor }[],
  batch: number,
): readonly number[] {
  return Array.from({ length: batch }, (_, sample) =>
    outputs.reduce((sum, { value: { data } }) => {
      const length = data.length / batch;
      const own = data.subarray(sample * length, (sample + 1) * length);
      return sum + own.reduce((total, one) => total + one * one, 0);
    }, 0),
  );
}

interface Seeds {
  readonly seeds: readonly ReadonlyMap<ValueId, Float32Array>[];
  /** What sums of squared projections are multiplied by. */
  readonly scale: number;
}

function seedsOf(
  outputs: readonly { readonly id: ValueId; readonly value: Tensor }[],
  batch: number,
): Seeds {
  const perSample = outputs.reduce((sum, { value }) => sum + value.data.length / batch, 0);
  if (perSample > exactOutputs) {
    const next = random(7);
    const normal = (): number => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
    const seeds = Array.from(
      { length: projectionCount },
      () => new Map(outputs.map(({ id, value }) => [id, value.data.map(normal)])),
    );
    return { seeds, scale: 1 / projectionCount };
  }
  // One gradient for each output of a sample, in all samples at once: samples do not meet.
  const seeds = outputs.flatMap(({ id, value }) => {
    const count = value.data.length / batch;
    return Array.from(
      { length: count },
      (_, output) =>
        new Map([[id, value.data.map((__, index) => (index % count === output ? 1 : 0))]]),
    );
  });
  return { seeds, scale: 1 };
}

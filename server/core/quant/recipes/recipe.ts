import type { Graph, NodeId } from "../../graph/graph.js";
import type { QuantizationResult } from "../result.js";
import type { Planning } from "../plan/plan.js";
import { bitsOf } from "../formats/codes.js";
import type { ModelChoices } from "../plan/choices.js";

/** Everything that a recipe may say of a plan. */
export interface RecipeInput {
  readonly graph: Graph;
  readonly result: QuantizationResult;
  readonly choices: ModelChoices;
  readonly planning: Planning;
  readonly schemes: ReadonlyMap<NodeId, string>;
}

/** One way of writing a plan down for a tool that carries it out. */
export interface Recipe {
  readonly id: string;
  /** What it is for, in a few words. */
  readonly summary: string;
  readonly write: (input: RecipeInput) => string;
}

/** Layers with their scheme's id, in execution order; "" stays in the target's own precision. */
export function plannedLayers(input: RecipeInput): readonly {
  readonly nodeId: NodeId;
  readonly name: string;
  readonly op: string;
  readonly weights: readonly string[];
  readonly schemeId: string;
}[] {
  return input.result.layers.map(({ nodeId, weightNames }) => {
    const node = input.graph.nodes[nodeId];
    return {
      nodeId,
      name: node?.name ?? "",
      op: node?.op ?? "",
      weights: weightNames,
      schemeId: input.schemes.get(nodeId) ?? "",
    };
  });
}

/** `int4-g128` and `int4@g128` are both 4-bit integers in groups of 128. */
export function schemeParts(input: RecipeInput, schemeId: string): SchemeParts | undefined {
  const scheme = input.result.schemes.find(({ id }) => id === schemeId);
  if (scheme === undefined) return undefined;
  const { format } = scheme;
  const { granularity } = format;
  return {
    bits: format.special.kind === "ggml" ? bitsOf(format.grid) : format.storage.elementBits,
    isFloat: format.grid.kind === "minifloat",
    isSymmetric: !format.isAffine,
    isPerChannel: granularity.kind !== "tensor",
    groupSize: granularity.kind === "group" ? granularity.size : undefined,
    formatId: format.id,
    isBlocks: format.special.kind === "ggml",
  };
}

export interface SchemeParts {
  readonly bits: number;
  readonly isFloat: boolean;
  readonly isSymmetric: boolean;
  readonly isPerChannel: boolean;
  readonly groupSize: number | undefined;
  readonly formatId: string;
  /** One of ggml's own types, which `formatId` names. */
  readonly isBlocks: boolean;
}

import type { Analysis } from "../../analysis.js";
import type { Problem } from "../../base/problem.js";
import type { NodeId } from "../../graph/graph.js";
import type { TextEdit } from "../text/text-state.js";
import type { ConfigFact, ConfigLine } from "./config-lines.js";

/** A configuration's text as it is now, and the last numbers that are known of it. */
export interface ConfigState {
  readonly text: string;
  readonly problems: readonly Problem[];
  readonly numbers: ConfigNumbers | undefined;
}

export interface ConfigNumbers {
  readonly analysis: Analysis;
  /** Of the text that was analysed. */
  readonly lines: readonly ConfigLine[];
  /** Present when the text has an error now. */
  readonly edit: TextEdit | undefined;
  /** The same model for so many texts, or after so many cached tokens. */
  readonly suppose: (change: { readonly batch?: number; readonly past?: number }) => Analysis;
}

/** The nodes that a field sizes; none for what sizes no weights. */
export function nodesOf({ model }: Analysis, fact: ConfigFact): readonly NodeId[] {
  const isMeant = parts[fact];
  if (isMeant === undefined) return [];
  return model.graph.nodes.flatMap(({ scope }, nodeId) => (isMeant(scope) ? [nodeId] : []));
}

/** By the scopes of `huggingFaceNames`. */
const parts: Partial<Readonly<Record<ConfigFact, (scope: string) => boolean>>> = {
  layers: (scope) => scope.startsWith("model/layers/"),
  attention: (scope) => /^model\/layers\/\d+\/self_attn\b/.test(scope),
  feedForward: (scope) => /^model\/layers\/\d+\/mlp\b/.test(scope),
  vocabulary: (scope) => !scope.startsWith("model/layers/"),
};

import { operatorKey } from "../graph/graph.js";
import { rules } from "./index.generated.js";
import type { OpRule } from "./rule.js";

/** The rule for an operator, if there is one. `ai.onnx` and "" name the same domain. */
export function findRule(domain: string, op: string): OpRule | undefined {
  return rulesByKey.get(operatorKey(domain, op));
}

const rulesByKey: ReadonlyMap<string, OpRule> = new Map(
  rules.flatMap((rule) => rule.ops.map((key) => [key, rule] as const)),
);

import type { FunctionDefinition, Model, Node, NodeId } from "../../graph/graph.js";
import { operatorKey } from "../../graph/graph.js";

/** Which nodes of an expanded model each written node became. */
export interface Expansion {
  /** By node of the main graph. */
  readonly main: readonly (readonly NodeId[])[];
  /** By function, then by node of its body; several calls give several nodes. */
  readonly functions: readonly (readonly (readonly NodeId[])[])[];
}

/**
 * Follows `expandFunctions` from outside: expansion keeps the order, so walking the written nodes and the expanded
 * ones side by side tells which belong together. Where they stop matching, the rest is left without nodes.
 */
export function traceExpansion(written: Model, expanded: Model): Expansion {
  const functions = written.functions.map((definition) =>
    definition.body.nodes.map((): NodeId[] => []),
  );
  if (written.functions.length === 0)
    return { main: written.graph.nodes.map((_, nodeId) => [nodeId]), functions };

  const indexByKey = new Map(
    written.functions.map((definition, index): [string, number] => [
      functionKey(definition),
      index,
    ]),
  );
  const target = expanded.graph.nodes;
  let next = 0;
  const walk = (node: Node, depth: number): void => {
    const index = depth < depthLimit ? indexByKey.get(callKey(node)) : undefined;
    const definition = index === undefined ? undefined : written.functions[index];
    const candidate = target[next];
    const isKept =
      candidate !== undefined && candidate.op === node.op && candidate.domain === node.domain;
    if (index === undefined || definition === undefined || isKept) {
      next += 1;
      return;
    }
    definition.body.nodes.forEach((inner, innerId) => {
      const start = next;
      walk(inner, depth + 1);
      const ids = functions[index]?.[innerId];
      for (let id = start; id < Math.min(next, target.length); id += 1) ids?.push(id);
    });
    next += copyCount(definition, node);
  };
  const main = written.graph.nodes.map((node) => {
    const start = next;
    walk(node, 0);
    return range(start, Math.min(next, target.length));
  });
  return { main, functions };
}

const depthLimit = 100;

/** An output that is an input, or listed twice, is copied by an Identity at the end of the call. */
function copyCount({ body }: FunctionDefinition, call: Node): number {
  const known = new Set(body.inputs);
  let count = 0;
  body.outputs.forEach((formal, index) => {
    if ((call.outputs[index] ?? -1) < 0) return;
    if (known.has(formal)) count += 1;
    else known.add(formal);
  });
  return count;
}

function functionKey({ domain, name, overload }: FunctionDefinition): string {
  return `${operatorKey(domain, name)}:${overload}`;
}

function callKey({ domain, op, overload }: Node): string {
  return `${operatorKey(domain, op)}:${overload ?? ""}`;
}

function range(start: number, end: number): readonly NodeId[] {
  return Array.from({ length: Math.max(0, end - start) }, (_, index) => start + index);
}

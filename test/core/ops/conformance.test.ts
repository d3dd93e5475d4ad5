import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { isKnown } from "../../../server/core/graph/dim.js";
import { expandFunctions } from "../../../server/core/graph/expand-functions.js";
import type { Model, Weight } from "../../../server/core/graph/graph.js";
import { infer } from "../../../server/core/graph/infer.js";
import type { InferredGraph } from "../../../server/core/graph/inferred.js";
import { typeText, type ValueType } from "../../../server/core/graph/value-type.js";
import {
  isOfType,
  nodeTestNames,
  readNodeTest,
  referenceTensor,
  undeclared,
} from "../../kit/onnx-node-tests.js";

/**
 * The ONNX project's own node models. What they declare of their outputs is removed, and what inference finds instead
 * must equal it. Twice: as the files are, where an output whose shape an input's contents decide cannot be told; and with
 * the reference contents of small inputs known, which tries the rules harder. Models that differ are listed by name,
 * with the reason, in conformance-exceptions.json; a name too many there fails the test as one too few does.
 */
const exceptions = JSON.parse(
  readFileSync(new URL("conformance-exceptions.json", import.meta.url), "utf8"),
) as { readonly unbound: Reasons; readonly bound: Reasons };

const models = new Map(nodeTestNames().map((name) => [name, readNodeTest(name)]));
const staticModels = [...models].filter(([, model]) =>
  model.graph.outputs.every((id) => isStatic(model.graph.values[id]?.declared)),
);

test("inferred output types equal the declared ones, but for outputs that depend on data", () => {
  const failures = failuresOf(() => undefined);
  expect(withoutReasons(failures, exceptions.unbound)).toEqual([]);
  expect(staleNames(failures, exceptions.unbound)).toEqual([]);
  expect(unexcused(exceptions.unbound) / staticModels.length).toBeLessThanOrEqual(0.01);
});

test("with the contents of small inputs known, inferred output types equal the declared ones", () => {
  const failures = failuresOf((name, index) => referenceTensor(name, "input", index));
  expect(withoutReasons(failures, exceptions.bound)).toEqual([]);
  expect(staleNames(failures, exceptions.bound)).toEqual([]);
  expect(unexcused(exceptions.bound) / staticModels.length).toBeLessThanOrEqual(0.01);
});

test("a value that inference computes equals the reference", () => {
  const wrong: Record<string, string> = {};
  for (const [name, model] of models) {
    const inferred = inferUndeclared(model, (index) => referenceTensor(name, "input", index));
    for (const [index, id] of model.graph.outputs.entries()) {
      const found = inferred.constants.get(id);
      const wanted = referenceTensor(name, "output", index);
      const output = model.graph.values[id];
      if (found === undefined || wanted?.data === undefined) continue;
      if (output === undefined || !isOfType(wanted, output)) continue;
      if (!sameData(found.data, wanted.data))
        wrong[name] = `${JSON.stringify(found.data)} for ${JSON.stringify(wanted.data)}`;
    }
  }
  expect(wrong).toEqual({});
});

test("no node model lacks a rule, contradicts its declared types or breaks a rule", () => {
  const complaints: string[] = [];
  for (const [name, model] of models) {
    const expanded = expandFunctions(model, neverCancelled);
    for (const problem of [...expanded.problems, ...infer(expanded.value, neverCancelled).problems])
      complaints.push(`${name}: ${problem.code} ${problem.message}`);
  }
  expect(complaints).toEqual([]);
});

type Reasons = Readonly<Record<string, string>>;

function withoutReasons(failures: Reasons, reasons: Reasons): readonly string[] {
  return Object.entries(failures)
    .filter(([name]) => !Object.hasOwn(reasons, name))
    .map(([name, difference]) => `${name}: ${difference}`);
}

function staleNames(failures: Reasons, reasons: Reasons): readonly string[] {
  return Object.keys(reasons).filter((name) => !Object.hasOwn(failures, name));
}

/** Exceptions other than outputs that no one can tell before the data are there. */
function unexcused(reasons: Reasons): number {
  return Object.values(reasons).filter((reason) => !reason.startsWith("data-dependent")).length;
}

function failuresOf(
  weightOf: (name: string, index: number) => Weight | undefined,
): Record<string, string> {
  const failures: Record<string, string> = {};
  for (const [name, model] of staticModels) {
    const inferred = inferUndeclared(model, (index) => weightOf(name, index));
    const differing = model.graph.outputs.flatMap((id) => {
      const found = typeText(inferred.types[id]);
      const wanted = typeText(model.graph.values[id]?.declared);
      return found === wanted ? [] : [`${found} for ${wanted}`];
    });
    if (differing.length > 0) failures[name] = differing.join(", ");
  }
  return failures;
}

function inferUndeclared(
  model: Model,
  weightOf: (index: number) => Weight | undefined,
): InferredGraph {
  const { value } = expandFunctions(
    { ...model, graph: undeclared(model.graph, weightOf) },
    neverCancelled,
  );
  return infer(value, neverCancelled);
}

function isStatic(type: ValueType | undefined): boolean {
  return type?.kind === "tensor" && type.shape !== undefined && type.shape.every(isKnown);
}

function sameData(found: readonly unknown[], wanted: readonly unknown[]): boolean {
  return (
    found.length === wanted.length &&
    found.every((element, index) => {
      const other = wanted[index];
      if (typeof element !== "number" || typeof other !== "number") return element === other;
      return (
        Object.is(element, other) ||
        element === other ||
        Math.abs(element - other) <= 1e-3 * Math.max(1, Math.abs(other))
      );
    })
  );
}

import { blockOf, type GraphDraft, type MlirValue, resultCount, resultTypeOf } from "../draft.js";
import type { MlirOperation, MlirRegion } from "../syntax.js";
import type { HandlerTable, Lowering } from "./handler.js";
import { splatOf } from "./elementwise.js";
import { directionOf } from "./reduction.js";

/** `while`, `if` and `case` of StableHLO: ONNX's Loop and If, whose bodies read what stands around them. */
export const control: HandlerTable = {
  while: loop,
  if: (draft, operation, lowering) => branch(draft, operation, lowering, operation.regions),
  case: (draft, operation, lowering) => branch(draft, operation, lowering, operation.regions),
};

/** Of more than two branches the costliest is not known: the first and the last stand for them. */
function branch(
  draft: GraphDraft,
  operation: MlirOperation,
  lowering: Lowering,
  regions: readonly MlirRegion[],
): boolean {
  const [condition] = draft.operands(operation);
  const [first] = regions;
  const last = regions.at(-1);
  if (first === undefined || last === undefined) return false;
  const bodies = [
    { attribute: "then_branch", graph: lowering.region(draft, first, "then") },
    { attribute: "else_branch", graph: lowering.region(draft, last, "else") },
  ];
  draft.emit(operation, {
    op: "If",
    inputs: [draft.full(condition)],
    attributes: Object.fromEntries(
      bodies.map(({ attribute, graph }) => [attribute, { kind: "raw-graph", value: graph }]),
    ),
    bodies,
  });
  return true;
}

function loop(draft: GraphDraft, operation: MlirOperation, lowering: Lowering): boolean {
  const [condition, body] = operation.regions;
  if (condition === undefined || body === undefined) return false;
  const states = statesOf(draft, operation);
  const trips = tripsOf(operation, condition, body, states);
  const graph = lowering.region(draft, body, "body", {
    leading: [
      { name: `%${operation.span.start}~trip`, elementType: "int64" },
      { name: `%${operation.span.start}~more`, elementType: "bool" },
    ],
    types: states.map((_, index) => resultTypeOf(operation, index)),
    leadingOutputs: [`%${operation.span.start}~more`],
  });
  const count =
    trips === undefined
      ? ""
      : draft.constant({
          elementType: "int64",
          shape: [],
          byteLength: 0,
          isBuffer: true,
          data: [trips],
        });
  draft.emit(operation, {
    op: "Loop",
    inputs: [count, "", ...states.map((state) => draft.full(state))],
    attributes: { body: { kind: "raw-graph", value: graph } },
    bodies: [{ attribute: "body", graph }],
  });
  return true;
}

/** `(%a = %x, %b = %y)` has the region's own names between: every second operand. */
function statesOf(draft: GraphDraft, operation: MlirOperation): readonly (MlirValue | undefined)[] {
  const count = resultCount(operation);
  const { operands } = operation;
  const isPaired = operands.length >= 2 * count && operation.items.length > 0;
  return Array.from({ length: count }, (_, index) =>
    draft.find(operands[isPaired ? 2 * index + 1 : index]?.name ?? ""),
  );
}

/** A counter that begins at a constant, grows by one, and is compared with a constant: what `scan` and `fori` become. */
function tripsOf(
  operation: MlirOperation,
  condition: MlirRegion,
  body: MlirRegion,
  states: readonly (MlirValue | undefined)[],
): number | undefined {
  const test = blockOf(condition).find(({ name }) => name.endsWith(".compare"));
  const direction = test === undefined ? "" : directionOf(test);
  if (test === undefined || (direction !== "LT" && direction !== "LE")) return undefined;
  const [counter, limit] = test.operands;
  const index = indexOfArgument(operation, condition, counter?.name ?? "");
  const start = splatOf(states[index]);
  const inner = constantIn(condition, limit?.name ?? "");
  const outerIndex = indexOfArgument(operation, condition, limit?.name ?? "");
  const end =
    inner ?? splatOf(states[outerIndex]) ?? splatOf(states[0]?.owner.find(limit?.name ?? ""));
  const yielded = blockOf(body).at(-1)?.operands[index]?.name ?? "";
  const step = stepIn(body, operation, yielded, index, states[0]?.owner);
  if (start === undefined || end === undefined || step === undefined || step <= 0) return undefined;
  return Math.max(0, Math.ceil((end - start + (direction === "LE" ? 1 : 0)) / step));
}

function indexOfArgument(operation: MlirOperation, region: MlirRegion, name: string): number {
  const own = region.blocks[0]?.arguments.findIndex((argument) => argument.name === name) ?? -1;
  if (own >= 0) return own;
  return operation.operands
    .filter((_, index) => index % 2 === 0)
    .findIndex((operand) => operand.name === name);
}

function constantIn(region: MlirRegion, name: string): number | undefined {
  const maker = blockOf(region).find(({ results }) => results[0]?.name === name);
  for (const candidate of [
    maker?.attributes.get("value"),
    ...(maker?.items ?? []).map((item) => (item.kind === "attribute" ? item.value : undefined)),
  ])
    if (candidate?.kind === "dense" && candidate.values?.length === 1) return candidate.values[0];
  return undefined;
}

function stepIn(
  body: MlirRegion,
  operation: MlirOperation,
  yielded: string,
  index: number,
  around: GraphDraft | undefined,
): number | undefined {
  const maker = blockOf(body).find(({ results }) => results[0]?.name === yielded);
  if (maker?.name.endsWith(".add") !== true) return undefined;
  const other = maker.operands.find(({ name }) => indexOfArgument(operation, body, name) !== index);
  return constantIn(body, other?.name ?? "") ?? splatOf(around?.find(other?.name ?? ""));
}

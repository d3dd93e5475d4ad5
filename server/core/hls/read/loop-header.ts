import { addAffine, affineConstant, isConstantAffine, type Affine } from "../affine.js";
import { fieldOf, textOf, type CppNode } from "../cpp-tree.js";
import type { TripCount } from "../ir.js";
import { affineOf } from "./affine-node.js";
import { declaratorOf, type FileScope, type LocalScope } from "./scope.js";

/** What a loop's header says; ranges of the loops around give averages for bounds that depend on them. */
export interface LoopHeader {
  readonly iterator: string;
  readonly first: Affine | undefined;
  readonly stride: number;
  readonly trip: TripCount;
}

/** The least and the most that an iterator is. */
export type Range = { readonly low: number; readonly high: number };

export const unknownTrip: TripCount = { average: undefined, most: undefined, source: "unknown" };

export function forHeader(
  file: FileScope,
  local: LocalScope,
  node: CppNode,
  ranges: ReadonlyMap<string, Range>,
): LoopHeader {
  const start = initialOf(file, local, fieldOf(node, "initializer"));
  const condition = fieldOf(node, "condition");
  const update = fieldOf(node, "update");
  const countdown = condition === undefined ? undefined : countdownOf(file, condition);
  const name = start?.name ?? countdown?.name ?? "";
  const given = start?.first ?? local.values.get(local.prefix + name);
  if (countdown !== undefined && update === undefined)
    return countdownHeader({ ...countdown, name }, given);
  const stride = update === undefined ? undefined : strideOf(file, local, update, name);
  const limit = condition === undefined ? undefined : limitOf(file, local, condition, name);
  if (stride === undefined || stride === 0 || limit?.bound === undefined || given === undefined)
    return { iterator: name, first: given, stride: stride ?? 1, trip: unknownTrip };
  const span = stride > 0 ? addAffine(limit.bound, given, -1) : addAffine(given, limit.bound, -1);
  const length = addAffine(span, affineConstant(limit.isInclusive ? 1 : 0));
  return { iterator: name, first: given, stride, trip: tripOf(length, Math.abs(stride), ranges) };
}

/** `while (i--)` runs as often as `i` says; other conditions are unknown. */
export function whileHeader(file: FileScope, local: LocalScope, node: CppNode): LoopHeader {
  const condition = fieldOf(node, "condition");
  const value = condition === undefined ? undefined : (fieldOf(condition, "value") ?? condition);
  const countdown = value === undefined ? undefined : countdownOf(file, value);
  if (countdown === undefined)
    return { iterator: "", first: undefined, stride: 1, trip: unknownTrip };
  return countdownHeader(countdown, local.values.get(local.prefix + countdown.name));
}

function countdownHeader(
  countdown: { readonly name: string; readonly isPrefix: boolean },
  given: Affine | undefined,
): LoopHeader {
  const isKnown = given !== undefined && isConstantAffine(given);
  const count = isKnown ? Math.max(0, given.constant - (countdown.isPrefix ? 1 : 0)) : undefined;
  return {
    iterator: countdown.name,
    first: given === undefined ? undefined : addAffine(given, affineConstant(-1)),
    stride: -1,
    trip: count === undefined ? unknownTrip : { average: count, most: count, source: "constant" },
  };
}

function tripOf(length: Affine, stride: number, ranges: ReadonlyMap<string, Range>): TripCount {
  if (isConstantAffine(length)) {
    const count = Math.max(0, Math.ceil(length.constant / stride));
    return { average: count, most: count, source: "constant" };
  }
  let [mean, most] = [length.constant, length.constant];
  for (const [name, factor] of length.terms) {
    const range = ranges.get(name);
    if (range === undefined) return unknownTrip;
    mean += (factor * (range.low + range.high)) / 2;
    most += Math.max(factor * range.low, factor * range.high);
  }
  return {
    average: Math.max(0, mean / stride),
    most: Math.max(0, Math.ceil(most / stride)),
    source: "average of the outer loops",
  };
}

function initialOf(
  file: FileScope,
  local: LocalScope,
  node: CppNode | undefined,
): { readonly name: string; readonly first: Affine | undefined } | undefined {
  if (node === undefined) return undefined;
  if (node.type === "declaration") {
    const declarator = fieldOf(node, "declarator");
    const found = declarator === undefined ? undefined : declaratorOf(file, declarator);
    if (found === undefined) return undefined;
    const initial = found.initial;
    const value = initial?.type === "argument_list" ? initial.children[0] : initial;
    return {
      name: found.name,
      first: value === undefined ? undefined : affineOf(file, local, value),
    };
  }
  if (node.type === "comma_expression" || node.type === "parenthesized_expression")
    return initialOf(file, local, node.children[0]);
  if (node.type !== "assignment_expression") return undefined;
  const [left, right] = [fieldOf(node, "left"), fieldOf(node, "right")];
  if (left?.type !== "identifier" || right === undefined) return undefined;
  return { name: textOf(file.file, left), first: affineOf(file, local, right) };
}

function limitOf(
  file: FileScope,
  local: LocalScope,
  node: CppNode,
  name: string,
): { readonly bound: Affine | undefined; readonly isInclusive: boolean } | undefined {
  const condition = bare(node);
  // Of `i < n && more` the first half bounds the count.
  if (condition.type === "binary_expression" && fieldOf(condition, "operator")?.type === "&&") {
    const left = fieldOf(condition, "left");
    return left === undefined ? undefined : limitOf(file, local, left, name);
  }
  if (condition.type !== "binary_expression") return undefined;
  const operator = fieldOf(condition, "operator")?.type ?? "";
  const [left, right] = [fieldOf(condition, "left"), fieldOf(condition, "right")];
  if (left === undefined || right === undefined) return undefined;
  if (!["<", "<=", ">", ">=", "!="].includes(operator)) return undefined;
  const isLeft = textOf(file.file, bare(left)) === name;
  if (!isLeft && textOf(file.file, bare(right)) !== name) return undefined;
  return {
    bound: affineOf(file, local, isLeft ? right : left),
    isInclusive: operator === "<=" || operator === ">=",
  };
}

/** Without parentheses and casts. */
function bare(node: CppNode): CppNode {
  let at = node;
  for (;;) {
    const inner =
      at.type === "parenthesized_expression"
        ? at.children[0]
        : at.type === "cast_expression"
          ? fieldOf(at, "value")
          : undefined;
    if (inner === undefined) return at;
    at = inner;
  }
}

function strideOf(
  file: FileScope,
  local: LocalScope,
  node: CppNode,
  name: string,
): number | undefined {
  const amountOf = (value: CppNode): number | undefined => {
    const affine = affineOf(file, local, value);
    return affine !== undefined && isConstantAffine(affine) ? affine.constant : undefined;
  };
  const update = bare(node);
  if (update.type === "comma_expression") {
    const [first] = update.children;
    return first === undefined ? undefined : strideOf(file, local, first, name);
  }
  if (update.type === "update_expression")
    return fieldOf(update, "operator")?.type === "--" ? -1 : 1;
  if (update.type !== "assignment_expression") return undefined;
  const right = fieldOf(update, "right");
  const operator = fieldOf(update, "operator")?.type;
  if (right === undefined) return undefined;
  if (operator === "+=") return amountOf(right);
  if (operator === "-=") {
    const value = amountOf(right);
    return value === undefined ? undefined : -value;
  }
  if (operator !== "=" || right.type !== "binary_expression") return undefined;
  const [left, amount] = [fieldOf(right, "left"), fieldOf(right, "right")];
  if (left === undefined || amount === undefined) return undefined;
  if (textOf(file.file, bare(left)) !== name) return undefined;
  const value = amountOf(amount);
  const sign = fieldOf(right, "operator")?.type;
  if (value === undefined || (sign !== "+" && sign !== "-")) return undefined;
  return sign === "+" ? value : -value;
}

function countdownOf(
  file: FileScope,
  node: CppNode,
): { readonly name: string; readonly isPrefix: boolean } | undefined {
  const update = bare(node);
  if (update.type !== "update_expression" || fieldOf(update, "operator")?.type !== "--")
    return undefined;
  const argument = fieldOf(update, "argument");
  if (argument?.type !== "identifier") return undefined;
  return { name: textOf(file.file, argument), isPrefix: argument.start > update.start };
}

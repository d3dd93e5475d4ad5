import { fieldOf, type CppNode } from "../../hls/cpp-tree.js";
import { asmEffects } from "./asm.js";
import { call } from "./calls.js";
import {
  boolType,
  doubleType,
  floatType,
  intType,
  isFloating,
  joined,
  longType,
  type CType,
} from "./c-type.js";
import { arithmeticLatency, maskAnd, maskWithout, type Machine, type Scope } from "./machine.js";
import { countDivision } from "./math-cost.js";
import { advanced, readPlace, writePlace } from "./memory.js";
import { evaluatePlace, pointerExpression } from "./places.js";
import { isPointerDescriptor, typeOfNode } from "./types.js";
import {
  constant,
  data,
  joinOpen,
  known,
  laneAt,
  mapLanes,
  operate,
  zipLanes,
  type Lanes,
  type Value,
} from "./value.js";

/** Goes through an expression, counts what its instructions take, and answers what is known of its value. */
export function evaluate(m: Machine, scope: Scope, node: CppNode): Value {
  m.steps += 1;
  if (m.isSpent) return data();
  switch (node.type) {
    case "number_literal":
      return literal(m.text(node));
    case "char_literal":
      return constant(m.text(node).charCodeAt(1));
    case "true":
      return constant(1, boolType);
    case "false":
    case "null":
      return constant(0, boolType);
    case "identifier":
    case "field_expression":
    case "subscript_expression":
    case "qualified_identifier":
      return readPlace(m, node, evaluatePlace(m, scope, node));
    case "pointer_expression":
      return pointerExpression(m, scope, node);
    case "parenthesized_expression":
    case "condition_clause": {
      const [inner] = node.children;
      return inner === undefined ? data() : evaluate(m, scope, inner);
    }
    case "comma_expression": {
      const [left, right] = [fieldOf(node, "left"), fieldOf(node, "right")];
      if (left !== undefined) evaluate(m, scope, left);
      return right === undefined ? data() : evaluate(m, scope, right);
    }
    case "assignment_expression":
      return assign(m, scope, node);
    case "update_expression":
      return update(m, scope, node);
    case "binary_expression":
      return binary(m, scope, node);
    case "unary_expression":
      return unary(m, scope, node);
    case "cast_expression": {
      const [type, value] = [fieldOf(node, "type"), fieldOf(node, "value")];
      if (value === undefined) return data();
      return type === undefined ? evaluate(m, scope, value) : cast(m, scope, node, type, value);
    }
    case "conditional_expression":
      return conditional(m, scope, node);
    case "call_expression":
      return call(m, scope, node);
    case "sizeof_expression": {
      const type = fieldOf(node, "type");
      const value = fieldOf(node, "value");
      if (type !== undefined)
        return constant(isPointerDescriptor(type) ? 8 : typeOfNode(m, scope, type).bytes, longType);
      // `sizeof(T)` of a name that is no known type reads as an expression.
      const inner = value?.type === "parenthesized_expression" ? value.children[0] : value;
      const named = inner === undefined ? undefined : typeOfNode(m, scope, inner);
      return constant(named === undefined || named.base === "other" ? 4 : named.bytes, longType);
    }
    case "compound_literal_expression":
    case "initializer_list": {
      const type = fieldOf(node, "type");
      const list = fieldOf(node, "value") ?? node;
      const members = new Map<string, Value>();
      list.children.forEach((child, index) =>
        members.set("xyzw"[index] ?? `m${index}`, evaluate(m, scope, child)),
      );
      return data(type === undefined ? floatType : typeOfNode(m, scope, type), { members });
    }
    case "gnu_asm_expression":
      asmEffects(m, scope, node);
      return data();
    case "lambda_expression":
    case "string_literal":
      return data();
    default:
      if (node.isError) m.note("unread", node);
      return data();
  }
}

function literal(text: string): Value {
  const plain = text.replace(/'/g, "");
  const isHex = /^0[xX]/.test(plain);
  const isFraction = !isHex && /[.eE]/.test(plain);
  const digits = isHex ? plain.replace(/[uUlL]+$/, "") : plain.replace(/[fFuUlL]+$/, "");
  const value = /^0b/i.test(digits) ? Number.parseInt(digits.slice(2), 2) : Number(digits);
  const type = /[fF]$/.test(plain) && !isHex ? floatType : isFraction ? doubleType : intType;
  return Number.isFinite(value) ? constant(value, type) : data(type);
}

function assign(m: Machine, scope: Scope, node: CppNode): Value {
  const [left, right] = [fieldOf(node, "left"), fieldOf(node, "right")];
  if (left === undefined || right === undefined) return data();
  const operator = fieldOf(node, "operator")?.type ?? "=";
  if (operator === "=") {
    const value = evaluate(m, scope, right);
    const place = evaluatePlace(m, scope, left);
    writePlace(m, node, place, value);
    return value;
  }
  const place = evaluatePlace(m, scope, left);
  const before = readPlace(m, left, place);
  const value = combine(m, scope, {
    node,
    operator: operator.slice(0, -1),
    left: before,
    rightNode: right,
  });
  writePlace(m, node, place, value);
  return value;
}

function update(m: Machine, scope: Scope, node: CppNode): Value {
  const argument = fieldOf(node, "argument");
  if (argument === undefined) return data();
  const place = evaluatePlace(m, scope, argument);
  const before = readPlace(m, argument, place);
  const isDown = fieldOf(node, "operator")?.type === "--";
  const after = apply(m, node, isDown ? "-" : "+", before, constant(1));
  writePlace(m, node, place, after);
  return argument.start > node.start ? after : before;
}

interface Combined {
  readonly node: CppNode;
  readonly operator: string;
  readonly left: Value;
  readonly rightNode: CppNode;
}

/** `left op right`, where a product on the right joins an addition in one fused multiply-add. */
function combine(m: Machine, scope: Scope, { node, operator, left, rightNode }: Combined): Value {
  const product = operator === "+" || operator === "-" ? productOf(rightNode) : undefined;
  if (product !== undefined) {
    const [a, b] = [evaluate(m, scope, product[0]), evaluate(m, scope, product[1])];
    const type = joined(joined(a.type, b.type), left.type);
    if (isFloating(type) && left.pointer === undefined) return fused(m, node, type, [a, b, left]);
    return apply(m, node, operator, left, apply(m, node, "*", a, b));
  }
  return apply(m, node, operator, left, evaluate(m, scope, rightNode));
}

function binary(m: Machine, scope: Scope, node: CppNode): Value {
  const [leftNode, rightNode] = [fieldOf(node, "left"), fieldOf(node, "right")];
  const word = fieldOf(node, "operator")?.type ?? "";
  const operator = word === "and" ? "&&" : word === "or" ? "||" : word;
  if (leftNode === undefined || rightNode === undefined) return data();
  if (operator === "&&" || operator === "||") return logic(m, scope, operator, leftNode, rightNode);
  const product = operator === "+" ? productOf(leftNode) : undefined;
  if (product !== undefined && productOf(rightNode) === undefined) {
    const right = evaluate(m, scope, rightNode);
    return combine(m, scope, { node, operator, left: right, rightNode: leftNode });
  }
  const left = evaluate(m, scope, leftNode);
  return combine(m, scope, { node, operator, left, rightNode });
}

/** Both factors, where the node is a product. */
function productOf(node: CppNode): readonly [CppNode, CppNode] | undefined {
  let at = node;
  while (at.type === "parenthesized_expression" && at.children[0] !== undefined)
    at = at.children[0];
  if (at.type !== "binary_expression" || fieldOf(at, "operator")?.type !== "*") return undefined;
  const [left, right] = [fieldOf(at, "left"), fieldOf(at, "right")];
  return left === undefined || right === undefined ? undefined : [left, right];
}

export function pipeOf(type: CType): "float32" | "float64" | "float16" | "int32" {
  if (type.base === "float64") return "float64";
  if (type.base === "float16" || type.base === "bfloat16") return "float16";
  return isFloating(type) ? "float32" : "int32";
}

export function fused(m: Machine, node: CppNode, type: CType, values: readonly Value[]): Value {
  for (const value of values) m.use(value, node);
  if (type.base === "float16" || type.base === "bfloat16") m.note("half product", node);
  m.arithmetic(node, pipeOf(type), { flops: 64 * type.width, results: 32 * type.width });
  return data(type, { ready: m.clock + arithmeticLatency });
}

/** One operator on two values: known numbers stay known, data costs its instructions. */
export function apply(
  m: Machine,
  node: CppNode,
  operator: string,
  left: Value,
  right: Value,
): Value {
  if (left.pointer !== undefined || right.pointer !== undefined)
    return pointerArithmetic(operator, left, right);
  const isComparison = /^(?:[<>]=?|[!=]=)$/.test(operator);
  const type = joined(left.type, right.type);
  const open = joinOpen(left.open, right.open);
  const isConstant = left.isConstant === true && right.isConstant === true;
  const numbers =
    left.lanes !== undefined && right.lanes !== undefined
      ? ([left.lanes, right.lanes] as const)
      : undefined;
  const folded = { type: isComparison ? intType : type, open, ready: 0, isConstant };
  if (numbers !== undefined && !isFloating(type)) {
    const operation = operate(operator, true);
    if (operation === undefined) return data(type);
    if (operator === "/" || operator === "%") countDivision(m, node, left, right);
    return { ...folded, lanes: zipLanes(...numbers, operation) };
  }
  if (numbers !== undefined && (isConstant || m.recorder.isOff)) {
    const operation = operate(operator, !isFloating(type));
    if (operation !== undefined) return { ...folded, lanes: zipLanes(...numbers, operation) };
  }
  m.use(left, node);
  m.use(right, node);
  if (operator === "/" || operator === "%") countDivision(m, node, left, right);
  else if (isComparison || !isFloating(type))
    m.arithmetic(node, type.base === "float64" ? "float64" : "int32");
  else {
    if ((type.base === "float16" || type.base === "bfloat16") && operator === "*")
      m.note("half product", node);
    m.arithmetic(node, pipeOf(type), { flops: 32 * type.width, results: 32 * type.width });
  }
  return data(isComparison ? intType : type, { ready: m.clock + arithmeticLatency, open });
}

function pointerArithmetic(operator: string, left: Value, right: Value): Value {
  if (operator === "+" && left.pointer !== undefined) return decayed(left, right, 1);
  if (operator === "+") return decayed(right, left, 1);
  if (operator === "-" && right.pointer === undefined) return decayed(left, right, -1);
  return data(intType);
}

/** `tile + i` of `tile[4][8]` moves by rows; of a pointer by elements. */
function decayed(pointer: Value, index: Value, sign: number): Value {
  const [, ...inner] = pointer.pointer?.dims ?? [];
  const bytes = inner.reduce<number>((size, dim) => size * (dim ?? 1), pointer.type.bytes);
  return advanced(pointer, index, bytes, sign);
}

function logic(
  m: Machine,
  scope: Scope,
  operator: string,
  leftNode: CppNode,
  rightNode: CppNode,
): Value {
  const left = evaluate(m, scope, leftNode);
  const isAnd = operator === "&&";
  if (typeof left.lanes === "number") {
    if ((left.lanes !== 0) !== isAnd) return left;
    const right = evaluate(m, scope, rightNode);
    return {
      ...right,
      open: joinOpen(left.open, right.open),
      isConstant: left.isConstant === true && right.isConstant === true,
    };
  }
  const before = m.mask;
  if (left.lanes !== undefined) {
    const set = Uint8Array.from(left.lanes, (lane) => Number(lane !== 0));
    m.mask = isAnd ? maskAnd(before, set) : maskWithout(before, set, m.threads);
  }
  const right = m.isAnyActive ? evaluate(m, scope, rightNode) : constant(Number(isAnd));
  m.mask = before;
  const open = joinOpen(left.open, right.open);
  if (left.lanes === undefined || right.lanes === undefined) {
    m.use(left, leftNode);
    m.use(right, rightNode);
    return data(intType, { open });
  }
  const operation = isAnd
    ? (x: number, y: number) => Number(x !== 0 && y !== 0)
    : (x: number, y: number) => Number(x !== 0 || y !== 0);
  return known(zipLanes(left.lanes, right.lanes, operation), intType, open);
}

function unary(m: Machine, scope: Scope, node: CppNode): Value {
  const argument = fieldOf(node, "argument");
  if (argument === undefined) return data();
  const value = evaluate(m, scope, argument);
  const operator = fieldOf(node, "operator")?.type;
  if (value.lanes === undefined || value.pointer !== undefined) {
    m.use(value, node);
    // A sign is a modifier of the instruction that reads it.
    return operator === "!" || operator === "~" ? data(intType) : value;
  }
  const change = (lanes: Lanes): Lanes => {
    switch (operator) {
      case "-":
        return mapLanes(lanes, (x) => -x);
      case "!":
      case "not":
        return mapLanes(lanes, (x) => Number(x === 0));
      case "~":
        return mapLanes(lanes, (x) => -x - 1);
      default:
        return lanes;
    }
  };
  return { ...value, lanes: change(value.lanes) };
}

export function cast(
  m: Machine,
  scope: Scope,
  node: CppNode,
  typeNode: CppNode,
  valueNode: CppNode,
): Value {
  const value = evaluate(m, scope, valueNode);
  const type = typeOfNode(m, scope, typeNode);
  if (isPointerDescriptor(typeNode) || value.pointer !== undefined)
    return value.pointer === undefined ? value : withPointerType(value, type);
  return converted(m, node, value, type);
}

/** Another type of element, and one dimension only. */
export function withPointerType(value: Value, type: CType): Value {
  if (value.pointer === undefined) return value;
  const element = type.base === "other" ? value.type : type;
  return { ...value, type: element, pointer: { ...value.pointer, dims: [] } };
}

export function converted(m: Machine, node: CppNode, value: Value, type: CType): Value {
  if (type.base === "other" || type.base === value.type.base)
    return { ...value, type: type.base === "other" ? value.type : type };
  if (value.lanes !== undefined) {
    const lanes = type.base === "int" ? mapLanes(value.lanes, Math.trunc) : value.lanes;
    return { ...value, lanes, type };
  }
  m.use(value, node);
  if (value.type.base !== "other") m.arithmetic(node, "convert");
  return data(type, { ready: m.clock + arithmeticLatency });
}

function conditional(m: Machine, scope: Scope, node: CppNode): Value {
  const [condition, yes, no] = [
    fieldOf(node, "condition"),
    fieldOf(node, "consequence"),
    fieldOf(node, "alternative"),
  ];
  if (condition === undefined || yes === undefined || no === undefined) return data();
  const test = evaluate(m, scope, condition);
  if (typeof test.lanes === "number") return evaluate(m, scope, test.lanes !== 0 ? yes : no);
  if (test.lanes === undefined) {
    m.use(test, condition);
    const [a, b] = [evaluate(m, scope, yes), evaluate(m, scope, no)];
    m.use(a, yes);
    m.use(b, no);
    m.arithmetic(node, "int32");
    return data(joined(a.type, b.type), { ready: m.clock + arithmeticLatency });
  }
  const set = Uint8Array.from(test.lanes, (lane) => Number(lane !== 0));
  const before = m.mask;
  m.mask = maskAnd(before, set);
  const a = m.isAnyActive ? evaluate(m, scope, yes) : undefined;
  m.mask = maskWithout(before, set, m.threads);
  const b = m.isAnyActive ? evaluate(m, scope, no) : undefined;
  m.mask = before;
  if (a === undefined || b === undefined) return a ?? b ?? data();
  if (a.lanes === undefined || b.lanes === undefined)
    return { ...(a.lanes === undefined ? a : b), isConstant: false };
  const lanes = new Float64Array(m.threads);
  for (let thread = 0; thread < m.threads; thread += 1)
    lanes[thread] = laneAt(set[thread] === 1 ? a.lanes : b.lanes, thread);
  return { ...a, lanes, open: joinOpen(test.open, joinOpen(a.open, b.open)), isConstant: false };
}

import { childrenOf, fieldOf, type CppNode } from "../../hls/cpp-tree.js";
import { otherType, type CType } from "./c-type.js";
import { evaluate } from "./evaluate.js";
import { evaluatePlace } from "./places.js";
import { fragmentOf } from "./fragments.js";
import { runLoop } from "./loops.js";
import {
  maskAnd,
  maskOr,
  maskWithout,
  newControl,
  Scope,
  type Control,
  type Machine,
  type Variable,
} from "./machine.js";
import { pointerTo } from "./memory.js";
import { typeOfNode } from "./types.js";
import { data, type ArrayInfo, type Value } from "./value.js";

/** Goes through a statement with the threads that are active. */
export function execute(m: Machine, scope: Scope, node: CppNode, control: Control): void {
  m.steps += 1;
  if (m.isSpent || !m.isAnyActive) return;
  switch (node.type) {
    case "compound_statement": {
      const inner = new Scope(scope);
      const words = m.liveWords;
      executeList(m, inner, node.children, control);
      m.liveWords = words;
      return;
    }
    case "declaration":
      declare(m, scope, node);
      return;
    case "expression_statement":
      for (const child of node.children) evaluate(m, scope, child);
      return;
    case "if_statement":
      branch(m, scope, node, control);
      return;
    case "for_statement":
    case "while_statement":
    case "do_statement":
    case "for_range_loop":
      runLoop(m, scope, node, control);
      return;
    case "return_statement": {
      const [value] = node.children;
      const result = value === undefined ? undefined : evaluate(m, scope, value);
      control.result =
        control.result === undefined || m.mask === undefined ? result : control.result;
      leave(m, control, "returned");
      return;
    }
    case "break_statement":
      leave(m, control, "broken");
      return;
    case "continue_statement":
      leave(m, control, "continued");
      return;
    case "switch_statement":
      choose(m, scope, node, control);
      return;
    case "preproc_if":
    case "preproc_ifdef":
    case "preproc_else":
    case "preproc_elif":
    case "labeled_statement":
    case "else_clause":
    case "case_statement":
    case "attributed_statement":
      executeList(
        m,
        scope,
        node.children.filter(
          ({ field }) => field !== "condition" && field !== "name" && field !== "value",
        ),
        control,
      );
      return;
    case "alias_declaration":
    case "type_definition": {
      const name = fieldOf(node, "name") ?? fieldOf(node, "declarator");
      const type = fieldOf(node, "type");
      if (name !== undefined && type !== undefined)
        scope.types.set(m.text(name), typeOfNode(m, scope, type));
      return;
    }
    default:
      if (node.isError) m.note("unread", node);
  }
}

/** Threads that have left take no part in what follows. */
export function executeList(
  m: Machine,
  scope: Scope,
  nodes: readonly CppNode[],
  control: Control,
): void {
  const before = m.mask;
  for (const node of nodes) {
    execute(m, scope, node, control);
    const gone = [control.returned, control.broken, control.continued].filter(
      (mask) => mask !== undefined,
    );
    if (gone.length > 0) {
      m.mask = before;
      for (const mask of gone) m.mask = maskWithout(m.mask, mask, m.threads);
      if (!m.isAnyActive) break;
    }
  }
  m.mask = before;
}

function leave(m: Machine, control: Control, how: "returned" | "broken" | "continued"): void {
  // Where data decides, all go on: that is what costs more.
  if (m.dataDepth > 0) return;
  const here = m.mask ?? new Uint8Array(m.threads).fill(1);
  control[how] = maskOr(control[how], here);
  if (how === "returned" && m.callDepth === 0) m.exited = maskOr(m.exited, here);
}

function branch(m: Machine, scope: Scope, node: CppNode, control: Control): void {
  const clause = fieldOf(node, "condition");
  const inner = new Scope(scope);
  const initializer = clause === undefined ? undefined : fieldOf(clause, "initializer");
  if (initializer !== undefined) execute(m, inner, initializer, control);
  const value = clause === undefined ? undefined : (fieldOf(clause, "value") ?? clause.children[0]);
  const condition =
    value === undefined
      ? data()
      : value.type === "declaration"
        ? data()
        : evaluate(m, inner, value);
  const then = fieldOf(node, "consequence");
  const otherwise = fieldOf(node, "alternative");
  if (condition.lanes === undefined) {
    if (value !== undefined) m.use(condition, value);
    m.note("data branch", value ?? node);
    m.dataDepth += 1;
    if (then !== undefined) execute(m, new Scope(inner), then, control);
    if (otherwise !== undefined) execute(m, new Scope(inner), otherwise, control);
    m.dataDepth -= 1;
    return;
  }
  if (typeof condition.lanes === "number") {
    const taken = condition.lanes !== 0 ? then : otherwise;
    if (taken !== undefined) execute(m, new Scope(inner), taken, control);
    return;
  }
  const yes = Uint8Array.from(condition.lanes, (lane) => Number(lane !== 0));
  const before = m.mask;
  m.mask = maskAnd(before, yes);
  if (then !== undefined && m.isAnyActive) execute(m, new Scope(inner), then, control);
  m.mask = maskWithout(before, yes, m.threads);
  if (otherwise !== undefined && m.isAnyActive) execute(m, new Scope(inner), otherwise, control);
  m.mask = before;
}

/** A case that is known is taken alone; else every case costs its part. */
function choose(m: Machine, scope: Scope, node: CppNode, control: Control): void {
  const condition = fieldOf(node, "condition");
  const value =
    condition === undefined ? data() : evaluate(m, scope, condition.children[0] ?? condition);
  const cases = childrenOf(fieldOf(node, "body") ?? node, "case_statement");
  const known = typeof value.lanes === "number" ? value.lanes : undefined;
  const inner = newControl(control.returned);
  const taken =
    known === undefined
      ? cases
      : cases.filter((one) => {
          const label = fieldOf(one, "value");
          return label !== undefined && evaluate(m, scope, label).lanes === known;
        });
  const chosen =
    taken.length > 0 ? taken : cases.filter((one) => fieldOf(one, "value") === undefined);
  for (const one of chosen) {
    m.recorder.begin();
    if (known === undefined) m.dataDepth += 1;
    execute(m, new Scope(scope), one, inner);
    if (known === undefined) m.dataDepth -= 1;
    m.recorder.add(m.recorder.end(), { factor: 1 / chosen.length, waitShare: 1, openTurns: [] });
  }
  control.returned = inner.returned;
}

/** Declares each variable with its value. */
export function declare(m: Machine, scope: Scope, node: CppNode): void {
  const typeNode = fieldOf(node, "type");
  const before = m.unit.file.text.slice(Math.max(0, node.start - 60), node.start);
  const head = /[^;{}]*$/.exec(before)?.[0] ?? "";
  const own = m.unit.file.text.slice(node.start, node.end);
  const isShared = /__shared__/.test(head) || /^[^;={(]*__shared__/.test(own);
  const isExtern = /\bextern\b/.test(head) || /^[^;={(]*\bextern\b/.test(own);
  const fragment = typeNode === undefined ? undefined : fragmentOf(m, scope, typeNode);
  const type = typeNode === undefined ? otherType : typeOfNode(m, scope, typeNode);
  const isAuto = typeNode?.type === "placeholder_type_specifier";
  for (const declarator of node.children.filter(({ field }) => field === "declarator"))
    declareOne(m, scope, declarator, { type, isShared, isExtern, isAuto, fragment });
}

interface Declared {
  readonly type: CType;
  readonly isShared: boolean;
  readonly isExtern: boolean;
  readonly isAuto: boolean;
  readonly fragment: Value["fragment"];
}

function declareOne(m: Machine, scope: Scope, declarator: CppNode, declared: Declared): void {
  const dims: (number | undefined)[] = [];
  let isPointer = false;
  let isReference = false;
  let initial: CppNode | undefined;
  let at: CppNode | undefined = declarator;
  let name: CppNode | undefined;
  while (at !== undefined) {
    if (at.type === "identifier") name = at;
    if (at.type === "init_declarator") initial = fieldOf(at, "value");
    if (at.type === "pointer_declarator") isPointer = true;
    if (at.type === "reference_declarator") isReference = true;
    if (at.type === "array_declarator") {
      const size = fieldOf(at, "size");
      const lanes = size === undefined ? undefined : evaluateQuietly(m, scope, size).lanes;
      dims.unshift(typeof lanes === "number" ? lanes : undefined);
    }
    at =
      fieldOf(at, "declarator") ??
      at.children.find(({ type }) => /declarator$|^identifier$/.test(type));
    if (name !== undefined) break;
  }
  if (name === undefined) return;
  const text = m.text(name);
  const set = (variable: Variable): void => void scope.variables.set(text, variable);
  const setValue = (value: Value): void =>
    set({ kind: "value", value, dataDepth: m.dataDepth, mask: m.mask });
  if (declared.isShared) {
    setValue(pointerTo(sharedArray(m, name, text, declared, isPointer ? [] : dims)));
    return;
  }
  if (isReference && initial !== undefined) {
    set({ kind: "alias", place: evaluatePlace(m, scope, initial) });
    return;
  }
  if (dims.length > 0) {
    setValue(localArray(m, scope, text, declared, dims, initial));
    return;
  }
  if (declared.fragment !== undefined) {
    const { m: rows, n, k, role, type } = declared.fragment;
    const elements = role === "matrix_a" ? rows * k : role === "matrix_b" ? k * n : rows * n;
    m.declare(Math.ceil((elements * type.bytes) / 4 / 32));
    setValue({ ...data(type), fragment: declared.fragment });
    return;
  }
  const given =
    initial === undefined ? data(declared.type) : initialValue(m, scope, initial, declared.type);
  const value = m.isHost && !isPointer ? m.hostValue(text, declared.type, given) : given;
  const isAddress = isPointer || value.pointer !== undefined;
  m.declare(isAddress ? 2 : Math.max(1, Math.ceil(declared.type.bytes / 4)));
  // A pointer keeps the type that it was declared with: `float4 *p = (float4 *)q`.
  const isOwn = declared.isAuto || declared.type.base === "other" || (isAddress && !isPointer);
  setValue({ ...value, type: isOwn ? value.type : declared.type });
}

function initialValue(m: Machine, scope: Scope, initial: CppNode, type: CType): Value {
  if (initial.type !== "initializer_list" && initial.type !== "argument_list")
    return evaluate(m, scope, initial);
  const values = initial.children.map((child) => evaluate(m, scope, child));
  const [first] = values;
  if (values.length === 1 && first !== undefined && type.width === 1) return first;
  const members = new Map<string, Value>();
  values.forEach((value, index) => members.set("xyzw"[index] ?? `m${index}`, value));
  return data(type, { members });
}

function sharedArray(
  m: Machine,
  name: CppNode,
  text: string,
  declared: Declared,
  dims: readonly (number | undefined)[],
): ArrayInfo {
  const known = m.sharedArrays.get(name.start);
  if (known !== undefined) return known;
  const isDynamic = declared.isExtern && (dims[0] === undefined || dims[0] === 0);
  const bytes = isDynamic
    ? 0
    : dims.reduce<number>((size, dim) => size * (dim ?? 1), declared.type.bytes);
  if (isDynamic) m.hasDynamicShared = true;
  else if (dims.some((dim) => dim === undefined)) m.note("unread", name, "size of shared memory");
  const aligned = Math.ceil(m.sharedBytes / 16) * 16;
  const array: ArrayInfo = {
    name: text,
    space: "shared",
    element: declared.type,
    dims,
    isRestrict: false,
    isReadOnly: false,
    // What is dynamic lies behind all that is static, and is aligned anyhow.
    base: isDynamic ? 0 : aligned,
  };
  if (!isDynamic) m.sharedBytes = aligned + bytes;
  m.sharedArrays.set(name.start, array);
  return array;
}

function localArray(
  m: Machine,
  scope: Scope,
  text: string,
  declared: Declared,
  dims: readonly (number | undefined)[],
  initial: CppNode | undefined,
): Value {
  const elements = new Map<number, Value>();
  const count = dims.reduce<number>((size, dim) => size * (dim ?? 1), 1);
  if (initial?.type === "initializer_list")
    initial.children.forEach((child, index) => {
      if (index < 64) elements.set(index, { ...evaluate(m, scope, child), type: declared.type });
    });
  const words =
    declared.fragment === undefined ? declared.type.bytes / 4 : fragmentWords(declared.fragment);
  m.declare(Math.min(4096, Math.ceil(count * words)));
  const array: ArrayInfo = {
    name: text,
    space: "local",
    element: declared.type,
    dims,
    isRestrict: true,
    isReadOnly: false,
    elements,
    base: 0,
  };
  const value = pointerTo(array);
  return declared.fragment === undefined ? value : { ...value, fragment: declared.fragment };
}

function fragmentWords({ m, n, k, role, type }: NonNullable<Value["fragment"]>): number {
  const elements = role === "matrix_a" ? m * k : role === "matrix_b" ? k * n : m * n;
  return (elements * type.bytes) / 4 / 32;
}

/** A value without counting what it takes. */
export function evaluateQuietly(m: Machine, scope: Scope, node: CppNode): Value {
  const before = m.recorder.isOff;
  m.recorder.isOff = true;
  const value = evaluate(m, scope, node);
  m.recorder.isOff = before;
  return value;
}

import { fieldOf, type CppNode } from "../../hls/cpp-tree.js";
import { namedType, type CType } from "./c-type.js";
import { converted, evaluate, withPointerType } from "./evaluate.js";
import { evaluatePlace } from "./places.js";
import { intrinsic, method } from "./intrinsics.js";
import { newControl, Scope, type Machine, type Variable } from "./machine.js";
import { execute, executeList } from "./statements.js";
import { isPointerDescriptor, typeOfNode } from "./types.js";
import type { CudaFunction } from "./unit.js";
import { data, type Value } from "./value.js";

/** A call: a macro, a cast, a function of CUDA's own, or one of the file's, which is gone through in its place. */
export function call(m: Machine, scope: Scope, node: CppNode): Value {
  const target = fieldOf(node, "function");
  const args = fieldOf(node, "arguments")?.children ?? [];
  if (target === undefined) return data();
  if (target.type === "call_expression") return m.launch?.(m, scope, node) ?? data();
  if (target.type === "field_expression") return method(m, scope, node, target, args);
  const { name, templateArguments } = calleeOf(m, target);
  const macro = m.unit.macros.get(name);
  if (macro !== undefined && m.callDepth <= mostDepth)
    return m.withinMacro(scope, node, macro, (inner) => bodyValue(m, inner, macro));
  const [typeArgument] = templateArguments;
  if (/^(?:reinterpret|static|const|dynamic|bit)_cast$/.test(name)) {
    const [argument] = args;
    if (argument === undefined || typeArgument === undefined) return data();
    return castTo(m, scope, node, typeArgument, argument);
  }
  const constructed = constructorType(m, scope, name, templateArguments);
  if (constructed !== undefined) return construct(m, scope, node, constructed, args);
  const found = intrinsic(m, scope, node, name, args);
  if (found !== undefined) return found;
  const own = m.unit.functions.get(name);
  if (own !== undefined) return inline(m, scope, node, own, args, templateArguments);
  for (const argument of args) m.use(evaluate(m, scope, argument), argument);
  if (name !== "") m.note("unknown call", node, name);
  return data();
}

const mostDepth = 20;

function calleeOf(
  m: Machine,
  target: CppNode,
): { readonly name: string; readonly templateArguments: readonly CppNode[] } {
  let at = target;
  let templateArguments: readonly CppNode[] = [];
  for (let depth = 0; depth < 10; depth += 1) {
    if (
      at.type === "template_function" ||
      at.type === "template_type" ||
      at.type === "template_method"
    )
      templateArguments = fieldOf(at, "arguments")?.children ?? [];
    const inner = fieldOf(at, "name");
    if (inner === undefined) break;
    at = inner;
  }
  return { name: m.text(at), templateArguments };
}

function castTo(
  m: Machine,
  scope: Scope,
  node: CppNode,
  typeNode: CppNode,
  argument: CppNode,
): Value {
  // A reference to another type is another view of the same place.
  const declarator = fieldOf(typeNode, "declarator");
  const type = typeOfNode(m, scope, typeNode);
  if (declarator !== undefined && /reference/.test(declarator.type)) {
    const place = evaluatePlace(m, scope, argument);
    if (place.kind === "memory")
      return withPointerType({ ...place.pointer, type: place.type }, type);
  }
  const value = evaluate(m, scope, argument);
  if (value.pointer === undefined)
    return isPointerDescriptor(typeNode) ? value : converted(m, node, value, type);
  // An address in an integer counts bytes.
  return withPointerType(value, isPointerDescriptor(typeNode) ? type : byteType);
}

export const byteType: CType = { base: "int", bytes: 1, width: 1 };

function constructorType(
  m: Machine,
  scope: Scope,
  name: string,
  templateArguments: readonly CppNode[],
): CType | undefined {
  if (templateArguments.length > 0) return undefined;
  const made = /^make_(\w+)$/.exec(name)?.[1];
  if (made !== undefined) return namedType(made);
  return (
    scope.types.get(name) ??
    (name === "dim3" ? { base: "int", bytes: 12, width: 3 } : namedType(name))
  );
}

function construct(
  m: Machine,
  scope: Scope,
  node: CppNode,
  type: CType,
  args: readonly CppNode[],
): Value {
  const values = args.map((argument) => evaluate(m, scope, argument));
  const [first] = values;
  if (type.width === 1) return first === undefined ? data(type) : converted(m, node, first, type);
  const members = new Map<string, Value>();
  values.forEach((value, index) => members.set("xyzw"[index] ?? `m${index}`, value));
  return data(type, { members });
}

/** A body that only returns is the value of its expression. */
function bodyValue(m: Machine, scope: Scope, macro: CudaFunction): Value {
  const [only, ...others] = macro.body.children;
  const returned =
    only?.type === "return_statement" && others.length === 0 ? only.children[0] : undefined;
  if (returned !== undefined) return evaluate(m, scope, returned);
  const control = newControl();
  executeList(m, scope, macro.body.children, control);
  return control.result ?? data();
}

function inline(
  m: Machine,
  scope: Scope,
  node: CppNode,
  callee: CudaFunction,
  args: readonly CppNode[],
  templateArguments: readonly CppNode[],
): Value {
  if (m.callDepth > mostDepth || m.active.has(callee.node.start)) {
    m.note("recursion", node, callee.name);
    return data();
  }
  const inner = new Scope(m.globals);
  if (callee.template !== undefined)
    bindTemplate(m, inner, callee.template, templateArguments, scope);
  callee.parameters.forEach((parameter, index) => {
    const argument = args[index];
    const found = parameterOf(m, parameter);
    if (found === undefined) return;
    inner.variables.set(found.name, boundTo(m, scope, inner, { parameter, found, argument }));
  });
  if (callee.template !== undefined) deduceTypes(m, inner, callee);
  return m.within(node, callee, () => {
    const control = newControl();
    const mask = m.mask;
    const words = m.liveWords;
    execute(m, inner, callee.body, control);
    m.mask = mask;
    m.liveWords = words;
    return control.result ?? data();
  });
}

interface Parameter {
  readonly name: string;
  readonly isReference: boolean;
  readonly isPointer: boolean;
}

export function parameterOf(m: Machine, node: CppNode): Parameter | undefined {
  let at = fieldOf(node, "declarator");
  let isReference = false;
  let isPointer = false;
  while (at !== undefined) {
    if (at.type === "identifier") return { name: m.text(at), isReference, isPointer };
    if (at.type === "reference_declarator") isReference = true;
    if (at.type === "pointer_declarator" || at.type === "array_declarator") isPointer = true;
    at =
      fieldOf(at, "declarator") ??
      at.children.find(({ type }) => /declarator$|^identifier$/.test(type));
  }
  return undefined;
}

function boundTo(
  m: Machine,
  scope: Scope,
  inner: Scope,
  {
    parameter,
    found,
    argument,
  }: { parameter: CppNode; found: Parameter; argument: CppNode | undefined },
): Variable {
  const typeNode = fieldOf(parameter, "type");
  const type = typeNode === undefined ? undefined : typeOfNode(m, inner, typeNode);
  const given = argument ?? fieldOf(parameter, "default_value");
  if (given === undefined) return { kind: "value", value: data(type), dataDepth: m.dataDepth };
  if (found.isReference) return { kind: "alias", place: evaluatePlace(m, scope, given) };
  const value = evaluate(m, scope, given);
  const isTyped =
    type !== undefined &&
    type.base !== "other" &&
    value.pointer === undefined &&
    value.fragment === undefined;
  return { kind: "value", value: isTyped ? { ...value, type } : value, dataDepth: m.dataDepth };
}

/** Arguments of a template by their order; what is left out takes its default. */
export function bindTemplate(
  m: Machine,
  into: Scope,
  template: CppNode,
  args: readonly CppNode[],
  from: Scope,
  pinned?: ReadonlyMap<string, number>,
): readonly string[] {
  const open: string[] = [];
  template.children.forEach((parameter, index) => {
    const isType = /type_parameter_declaration$/.test(parameter.type);
    if (isType) {
      const name =
        fieldOf(parameter, "name") ??
        parameter.children.find(({ type }) => type === "type_identifier");
      const given = args[index] ?? fieldOf(parameter, "default_type");
      if (name === undefined || given === undefined) return;
      into.types.set(m.text(name), typeOfNode(m, args[index] === undefined ? into : from, given));
      return;
    }
    const found = parameterOf(m, parameter);
    if (found === undefined) return;
    const pin = pinned?.get(found.name);
    const given = args[index];
    const fallback = fieldOf(parameter, "default_value");
    const value =
      pin !== undefined
        ? { lanes: pin }
        : given !== undefined
          ? evaluate(m, from, asExpression(given))
          : fallback === undefined
            ? undefined
            : evaluate(m, into, fallback);
    if (typeof value?.lanes !== "number") {
      open.push(found.name);
      return;
    }
    const type = { base: "int", bytes: 4, width: 1 } as const;
    into.variables.set(found.name, {
      kind: "value",
      value: { type, lanes: value.lanes, open: [], ready: 0, isConstant: true },
      dataDepth: 0,
    });
  });
  return open;
}

/** `f<N>()` reads `N` as a type. */
export function asExpression(node: CppNode): CppNode {
  const inner = node.type === "type_descriptor" ? (fieldOf(node, "type") ?? node) : node;
  return { ...inner, type: inner.type === "type_identifier" ? "identifier" : inner.type };
}

/** `T *p` takes its `T` from what the argument points to. */
function deduceTypes(m: Machine, scope: Scope, callee: CudaFunction): void {
  for (const parameter of callee.parameters) {
    const type = fieldOf(parameter, "type");
    const found = parameterOf(m, parameter);
    if (type === undefined || found === undefined) continue;
    const name = m.text(type);
    const isOpen = callee.template?.children.some(
      (one) =>
        /type_parameter_declaration$/.test(one.type) &&
        one.children.some((child) => m.text(child) === name),
    );
    const variable = scope.variables.get(found.name);
    if (isOpen === true && !scope.types.has(name) && variable?.kind === "value")
      scope.types.set(name, variable.value.type);
  }
}

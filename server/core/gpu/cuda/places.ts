import { fieldOf, type CppNode } from "../../hls/cpp-tree.js";
import { elementOf, floatType, intType } from "./c-type.js";
import { evaluate } from "./evaluate.js";
import type { Machine, Place, Scope } from "./machine.js";
import { advanced, memberOf, pointerTo, readPlace } from "./memory.js";
import { constant, data, known, type Value } from "./value.js";

/** Where an expression that can be written to stands. */
export function evaluatePlace(m: Machine, scope: Scope, node: CppNode): Place {
  switch (node.type) {
    case "identifier":
      return named(m, scope, node);
    case "qualified_identifier": {
      const variable = scope.find(m.text(node));
      const name = fieldOf(node, "name");
      if (variable?.kind === "value") return { kind: "variable", variable };
      return name?.type === "identifier" ? evaluatePlace(m, scope, name) : nowhere(data());
    }
    case "parenthesized_expression": {
      const [inner] = node.children;
      return inner === undefined ? nowhere(data()) : evaluatePlace(m, scope, inner);
    }
    case "field_expression":
      return member(m, scope, node);
    case "subscript_expression":
      return subscript(m, scope, node);
    case "pointer_expression": {
      const argument = fieldOf(node, "argument");
      if (fieldOf(node, "operator")?.type !== "*" || argument === undefined) break;
      return dereference(evaluate(m, scope, argument));
    }
    case "call_expression": {
      const place = macroPlace(m, scope, node);
      if (place !== undefined) return place;
      break;
    }
    default:
      break;
  }
  return nowhere(evaluate(m, scope, node));
}

function nowhere(value: Value): Place {
  return { kind: "nowhere", value };
}

function named(m: Machine, scope: Scope, node: CppNode): Place {
  const name = m.text(node);
  const variable = scope.find(name);
  if (variable?.kind === "value") return { kind: "variable", variable };
  if (variable?.kind === "alias") return variable.place;
  if (variable?.kind === "macro") return evaluatePlace(m, variable.scope, variable.node);
  if (name === "warpSize") return nowhere(constant(32));
  const define = m.unit.defines.get(name);
  const value = define === undefined ? undefined : m.defineValue(define);
  if (value !== undefined)
    return nowhere(constant(value, Number.isInteger(value) ? intType : floatType));
  // A define that names something else: `#define C_out c`.
  if (define !== undefined && /^[A-Za-z_]\w*$/.test(define) && define !== name) {
    const other = scope.find(define);
    if (other?.kind === "value") return { kind: "variable", variable: other };
  }
  return nowhere(data());
}

const builtIns = new Set(["threadIdx", "blockIdx", "blockDim", "gridDim"]);

function member(m: Machine, scope: Scope, node: CppNode): Place {
  const [argument, field] = [fieldOf(node, "argument"), fieldOf(node, "field")];
  if (argument === undefined || field === undefined) return nowhere(data());
  const name = m.text(field);
  const owner = m.text(argument);
  if (builtIns.has(owner) && (name === "x" || name === "y" || name === "z"))
    return nowhere(builtIn(m, owner, name));
  const place = evaluatePlace(m, scope, argument);
  if (place.kind === "memory" && place.type.width > 1 && /^[xyzw]$/.test(name)) {
    const element = elementOf(place.type);
    const by = constant("xyzw".indexOf(name));
    return { kind: "memory", pointer: advanced(place.pointer, by, element.bytes), type: element };
  }
  return { kind: "member", of: place, name };
}

function builtIn(m: Machine, owner: string, name: "x" | "y" | "z"): Value {
  switch (owner) {
    case "threadIdx":
      return m.thread[name];
    case "blockIdx":
      return known(m.blockIdx[name]);
    case "blockDim":
      return known(m.block[name]);
    default:
      return m.grid[name];
  }
}

function subscript(m: Machine, scope: Scope, node: CppNode): Place {
  const argument = fieldOf(node, "argument");
  const [indexNode] = fieldOf(node, "indices")?.children ?? [];
  if (argument === undefined || indexNode === undefined) return nowhere(data());
  const base = rowOf(m, scope, argument);
  const index = evaluate(m, scope, indexNode);
  m.use(index, node);
  return element(m, node, base, index);
}

/** Rows of `a[i][j]` are places within one array, and no loads. */
interface Row {
  readonly pointer: Value;
  /** Extents that are left to index, the outermost first. */
  readonly dims: readonly (number | undefined)[];
}

function rowOf(m: Machine, scope: Scope, node: CppNode): Row {
  if (node.type === "subscript_expression") {
    const argument = fieldOf(node, "argument");
    const [indexNode] = fieldOf(node, "indices")?.children ?? [];
    if (argument !== undefined && indexNode !== undefined) {
      const outer = rowOf(m, scope, argument);
      if (outer.dims.length > 1) {
        const index = evaluate(m, scope, indexNode);
        const [, ...inner] = outer.dims;
        return { pointer: advanced(outer.pointer, index, bytesOf(outer, inner)), dims: inner };
      }
    }
  }
  const value = evaluate(m, scope, node);
  return { pointer: value, dims: value.pointer?.dims ?? [] };
}

function bytesOf({ pointer }: Row, inner: readonly (number | undefined)[]): number {
  const element = pointer.pointer?.element.bytes ?? pointer.type.bytes;
  return inner.reduce<number>((bytes, dim) => bytes * (dim ?? 1), element);
}

function element(m: Machine, node: CppNode, row: Row, index: Value): Place {
  const { pointer } = row;
  if (pointer.pointer === undefined)
    return nowhere(
      data(elementOf(pointer.type), { load: pointer.load, fragment: pointer.fragment }),
    );
  const [, ...inner] = row.dims;
  if (inner.length > 0) {
    const at = advanced(pointer, index, bytesOf(row, inner));
    return nowhere({ ...at, pointer: { ...pointer.pointer, dims: inner } });
  }
  if (pointer.fragment !== undefined && pointer.pointer.space === "local")
    return nowhere(data(pointer.type, { fragment: pointer.fragment }));
  return {
    kind: "memory",
    pointer: advanced(pointer, index, pointer.type.bytes),
    type: pointer.type,
  };
}

function dereference(value: Value): Place {
  if (value.pointer === undefined) return nowhere(data(value.type));
  return { kind: "memory", pointer: value, type: value.type };
}

/** `*p` and `&x`. */
export function pointerExpression(m: Machine, scope: Scope, node: CppNode): Value {
  const argument = fieldOf(node, "argument");
  if (argument === undefined) return data();
  if (fieldOf(node, "operator")?.type === "*")
    return readPlace(m, node, evaluatePlace(m, scope, node));
  const place = evaluatePlace(m, scope, argument);
  if (place.kind === "memory") return { ...place.pointer, type: place.type };
  if (place.kind === "nowhere" && place.value.pointer !== undefined) return place.value;
  if (place.kind === "member") return addressOfMember(m, argument, place);
  if (place.kind === "variable") {
    const { value } = place.variable;
    if (value.pointer !== undefined && value.pointer.dims.length > 0) return value;
    // The address of a register variable: what is read through it is what the variable holds.
    const elements = new Map<number, Value>([[0, value]]);
    return pointerTo({
      name: m.text(argument),
      space: "local",
      element: value.type,
      dims: [],
      isRestrict: true,
      isReadOnly: false,
      elements,
      base: 0,
    });
  }
  return data();
}

function addressOfMember(m: Machine, node: CppNode, place: Place & { kind: "member" }): Value {
  const whole = readPlace(m, node, place.of);
  const element = elementOf(whole.type);
  const elements = new Map<number, Value>([[0, memberOf(whole, place.name)]]);
  return pointerTo({
    name: place.name,
    space: "local",
    element,
    dims: [],
    isRestrict: true,
    isReadOnly: false,
    elements,
    base: 0,
  });
}

/** A macro that gives a place: `#define A(i, j) a[(i) * lda + (j)]`. */
function macroPlace(m: Machine, scope: Scope, node: CppNode): Place | undefined {
  const name = fieldOf(node, "function");
  const macro = name === undefined ? undefined : m.unit.macros.get(m.text(name));
  if (macro === undefined || m.callDepth > 20) return undefined;
  const value = macro.body.children[0];
  const returned = value?.type === "return_statement" ? value.children[0] : undefined;
  if (returned === undefined) return undefined;
  return m.withinMacro(scope, node, macro, (inner) => evaluatePlace(m, inner, returned));
}

import { fieldOf, textOf, type CppNode } from "../cpp-tree.js";
import {
  boolType,
  doubleType,
  floatType,
  intType,
  joinTypes,
  type ElementType,
} from "../element-type.js";
import type { Access, Expression, Operator, Step } from "../ir.js";
import { affineOf } from "./affine-node.js";
import { typeOf, type FileScope, type LocalScope } from "./scope.js";
import { hasMethod } from "./method-members.js";

/** An expression's value, and what it does besides (assignments within, calls). */
export interface ReadExpression {
  readonly value: Expression;
  readonly steps: readonly Step[];
}

type CallFunction = (
  /** With its namespace (`hls::fft`). */
  name: string,
  args: readonly CppNode[],
  local: LocalScope,
  templateArguments: readonly CppNode[],
  /** What a method is called on. */
  object?: string,
) => { readonly steps: readonly Step[]; readonly value: Expression | undefined } | undefined;

const binaryOperators: Readonly<Record<string, Operator>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "div",
  "%": "rem",
  "<": "compare",
  "<=": "compare",
  ">": "compare",
  ">=": "compare",
  "==": "compare",
  "!=": "compare",
  "&&": "logic",
  "||": "logic",
  "&": "logic",
  "|": "logic",
  "^": "logic",
  "<<": "shift",
  ">>": "shift",
};

const functions: Readonly<Record<string, Operator>> = {
  sqrt: "sqrt",
  sqrtf: "sqrt",
  exp: "exp",
  expf: "exp",
  fabs: "logic",
  fabsf: "logic",
  abs: "select",
  min: "select",
  max: "select",
  fmin: "select",
  fmax: "select",
};

export class ExpressionReader {
  readonly #file: FileScope;
  readonly #call: CallFunction;

  constructor(file: FileScope, call: CallFunction) {
    this.#file = file;
    this.#call = call;
  }

  /** What a statement that is an expression does. */
  effects(node: CppNode, local: LocalScope): readonly Step[] {
    return this.read(node, local).steps;
  }

  read(node: CppNode, local: LocalScope): ReadExpression {
    const steps: Step[] = [];
    const value = this.#value(node, local, steps);
    return { value, steps };
  }

  /** The array or scalar that an argument or a target names, without its subscripts. */
  baseName(node: CppNode, local: LocalScope): string | undefined {
    switch (node.type) {
      case "identifier": {
        const name = textOf(this.#file.file, node);
        const alias = local.aliases.get(name);
        if (alias !== undefined) return alias;
        const own = local.prefix + name;
        return local.variables.has(own) || !this.#file.globals.has(name) ? own : name;
      }
      case "field_expression": {
        const argument = fieldOf(node, "argument");
        const field = fieldOf(node, "field");
        const base = argument === undefined ? undefined : this.baseName(argument, local);
        return base === undefined || field === undefined
          ? undefined
          : `${base}.${textOf(this.#file.file, field)}`;
      }
      case "subscript_expression":
      case "pointer_expression":
      case "cast_expression":
      case "parenthesized_expression":
      case "unary_expression": {
        const inner = fieldOf(node, "argument") ?? fieldOf(node, "value") ?? node.children[0];
        return inner === undefined ? undefined : this.baseName(inner, local);
      }
      case "binary_expression": {
        // `a + 16` as an argument points into `a`.
        const left = fieldOf(node, "left");
        return left === undefined ? undefined : this.baseName(left, local);
      }
      default:
        return undefined;
    }
  }

  #access(node: CppNode, local: LocalScope, steps: Step[]): Access | undefined {
    const subscripts: CppNode[] = [];
    let at: CppNode = node;
    for (;;) {
      if (at.type === "subscript_expression") {
        const indices = fieldOf(at, "indices");
        const [index] = indices?.children ?? [];
        if (index !== undefined) subscripts.unshift(index);
      } else if (!/^(pointer|parenthesized|field)_expression$/.test(at.type)) break;
      const inner: CppNode | undefined = fieldOf(at, "argument") ?? at.children[0];
      if (inner === undefined) return undefined;
      at = inner;
    }
    const name = this.baseName(node, local);
    if (name === undefined) return undefined;
    const indexWork: Expression[] = [];
    const indices = subscripts.map((subscript) => {
      const affine = affineOf(this.#file, local, subscript);
      if (affine === undefined) indexWork.push(this.#value(subscript, local, steps));
      return affine;
    });
    const span = { start: node.start, end: node.end };
    const type = this.#typeOfName(name, local);
    return { name, type, indices, indexWork, span };
  }

  #typeOfName(name: string, local: LocalScope): ElementType {
    const member = name.slice(name.lastIndexOf(".") + 1);
    return (
      local.variables.get(name)?.type ??
      this.#file.globals.get(name)?.type ??
      this.#file.members.get(member)?.type ??
      intType
    );
  }

  #value(node: CppNode, local: LocalScope, steps: Step[]): Expression {
    switch (node.type) {
      case "number_literal":
        return literal(textOf(this.#file.file, node));
      case "parenthesized_expression":
      case "condition_clause": {
        const [inner] = node.children;
        return inner === undefined ? zero : this.#value(inner, local, steps);
      }
      case "cast_expression": {
        const value = fieldOf(node, "value");
        const { type } = typeOf(this.#file, fieldOf(node, "type"), local.constants);
        return value === undefined ? zero : convert(this.#value(value, local, steps), type);
      }
      case "binary_expression":
        return this.#binary(node, local, steps);
      case "unary_expression": {
        const argument = fieldOf(node, "argument");
        if (argument === undefined) return zero;
        const value = this.#value(argument, local, steps);
        if (value.kind === "number") return { ...value, value: -value.value };
        const operator = fieldOf(node, "operator")?.type;
        return operation(
          operator === "-" ? (value.type.kind === "float" ? "logic" : "sub") : "logic",
          [value],
          value.type,
        );
      }
      case "conditional_expression": {
        const parts = ["condition", "consequence", "alternative"].map((name) =>
          fieldOf(node, name),
        );
        const args = parts.map((part) =>
          part === undefined ? zero : this.#value(part, local, steps),
        );
        const type = joinTypes(args[1]?.type ?? intType, args[2]?.type ?? intType);
        return operation("select", args, type);
      }
      case "assignment_expression":
        return this.#assignment(node, local, steps);
      case "update_expression":
        return this.#update(node, local, steps);
      case "comma_expression": {
        let last = zero;
        for (const child of node.children) last = this.#value(child, local, steps);
        return last;
      }
      case "call_expression":
        return this.#callValue(node, local, steps);
      case "identifier":
      case "subscript_expression":
      case "field_expression":
      case "pointer_expression": {
        const affine = affineOf(this.#file, local, node);
        if (affine !== undefined && affine.terms.size === 0)
          return { kind: "number", value: affine.constant, type: intType };
        const access = this.#access(node, local, steps);
        return access === undefined ? zero : { kind: "access", access, type: access.type };
      }
      default:
        return zero;
    }
  }

  #binary(node: CppNode, local: LocalScope, steps: Step[]): Expression {
    const [left, right] = [fieldOf(node, "left"), fieldOf(node, "right")];
    const symbol = fieldOf(node, "operator")?.type ?? "";
    if (left === undefined || right === undefined) return zero;
    // `out << x` writes into a stream, `in >> x` reads from one.
    const stream = symbol === "<<" || symbol === ">>" ? this.#streamOf(left, local) : undefined;
    if (stream !== undefined) {
      const span = { start: node.start, end: node.end };
      const end: Access = {
        name: stream,
        type: this.#typeOfName(stream, local),
        indices: [],
        indexWork: [],
        span,
      };
      const written = symbol === "<<" ? this.#value(right, local, steps) : undefined;
      const target = symbol === "<<" ? end : this.#access(right, local, steps);
      const value: Expression = written ?? { kind: "access", access: end, type: end.type };
      if (target !== undefined)
        steps.push({ kind: "assign", target, value, isCompound: false, span });
      return value;
    }
    const args = [this.#value(left, local, steps), this.#value(right, local, steps)];
    const [a = zero, b = zero] = args;
    const op = binaryOperators[symbol] ?? "logic";
    const isFlag = op === "compare" || symbol === "&&" || symbol === "||";
    return operation(op, args, isFlag ? boolType : joinTypes(a.type, b.type));
  }

  #streamOf(node: CppNode, local: LocalScope): string | undefined {
    if (node.type !== "identifier") return undefined;
    const name = this.baseName(node, local);
    return name !== undefined && local.variables.get(name)?.isStream === true ? name : undefined;
  }

  #assignment(node: CppNode, local: LocalScope, steps: Step[]): Expression {
    const [left, right] = [fieldOf(node, "left"), fieldOf(node, "right")];
    const symbol = fieldOf(node, "operator")?.type ?? "=";
    if (left === undefined || right === undefined) return zero;
    const isCompound = symbol !== "=";
    const name = left.type === "identifier" ? this.baseName(left, local) : undefined;
    const variable = name === undefined ? undefined : local.variables.get(name);
    if (name !== undefined) {
      const affine =
        !isCompound && (variable?.type.kind ?? "int") === "int" && variable?.dims.length === 0
          ? affineOf(this.#file, local, right)
          : undefined;
      if (affine !== undefined) {
        local.values.set(name, affine);
        return { kind: "number", value: affine.constant, type: variable?.type ?? intType };
      }
      local.values.delete(name);
    }
    const given = this.#value(right, local, steps);
    const target = this.#access(left, local, steps);
    if (target === undefined) return given;
    const own: Expression = { kind: "access", access: target, type: target.type };
    const op = isCompound ? (binaryOperators[symbol.slice(0, -1)] ?? "logic") : undefined;
    const value =
      op === undefined
        ? convert(given, target.type)
        : operation(op, [own, given], joinTypes(target.type, given.type));
    const span = { start: node.start, end: node.end };
    steps.push({ kind: "assign", target, value, isCompound, span });
    return own;
  }

  #update(node: CppNode, local: LocalScope, steps: Step[]): Expression {
    const argument = fieldOf(node, "argument");
    if (argument === undefined) return zero;
    const target = this.#access(argument, local, steps);
    if (target === undefined) return zero;
    const own: Expression = { kind: "access", access: target, type: target.type };
    const one: Expression = { kind: "number", value: 1, type: target.type };
    local.values.delete(target.name);
    steps.push({
      kind: "assign",
      target,
      value: operation("add", [own, one], target.type),
      isCompound: true,
      span: { start: node.start, end: node.end },
    });
    return own;
  }

  #callValue(node: CppNode, local: LocalScope, steps: Step[]): Expression {
    const callee = fieldOf(node, "function");
    const args = fieldOf(node, "arguments")?.children ?? [];
    if (callee === undefined) return zero;
    if (callee.type === "field_expression") return this.#method(node, callee, args, local, steps);
    const nameNode = callee.type === "template_function" ? fieldOf(callee, "name") : callee;
    const full = nameNode === undefined ? "" : textOf(this.#file.file, nameNode);
    const qualified = full.replace(/<[\s\S]*$/, "");
    const name = qualified.replace(/^.*::/, "");
    const templateNode =
      nameNode?.type === "qualified_identifier" ? fieldOf(nameNode, "name") : callee;
    const templateArguments =
      templateNode?.type === "template_function"
        ? (fieldOf(templateNode, "arguments")?.children ?? [])
        : [];
    const called = this.#call(qualified, args, local, templateArguments);
    if (called !== undefined) {
      steps.push(...called.steps);
      return called.value ?? zero;
    }
    const values = args.map((argument) => this.#value(argument, local, steps));
    // `data_t(x)` converts.
    const cast = this.#file.types.get(name);
    const [first] = values;
    if (cast !== undefined && first !== undefined) return convert(first, cast);
    const type = values.map((value) => value.type).reduce(joinTypes, values[0]?.type ?? intType);
    return operation(functions[name] ?? "function", values, type);
  }

  #method(
    node: CppNode,
    callee: CppNode,
    args: readonly CppNode[],
    local: LocalScope,
    steps: Step[],
  ): Expression {
    const object = fieldOf(callee, "argument");
    const field = fieldOf(callee, "field");
    const method = field === undefined ? "" : textOf(this.#file.file, field);
    const values = args.map((argument) => this.#value(argument, local, steps));
    const name = object === undefined ? undefined : this.baseName(object, local);
    if (name === undefined) return operation("function", values, intType);
    const variable = local.variables.get(name) ?? this.#file.globals.get(name);
    if (variable?.isStream !== true && hasMethod(this.#file, method)) {
      const called = this.#call(method, args, local, [], name);
      steps.push(...(called?.steps ?? []));
      return called?.value ?? zero;
    }
    const type = this.#typeOfName(name, local);
    const span = { start: node.start, end: node.end };
    const access: Access = { name, type, indices: [], indexWork: [], span };
    // Bursts of an `hls::burst_maxi` are asked for and answered beside the data.
    if (/^(read_request|write_request|write_response)$/.test(method)) return zero;
    if (/^(write|write_nb)$/.test(method)) {
      steps.push({
        kind: "assign",
        target: access,
        value: values[0] ?? zero,
        isCompound: false,
        span,
      });
      return zero;
    }
    return { kind: "access", access, type };
  }
}

const zero: Expression = { kind: "number", value: 0, type: intType };

function literal(text: string): Expression {
  const plain = text.replace(/'/g, "");
  const isHex = /^0[xX]/.test(plain);
  const isReal = !isHex && /[.eE]|[fF]$/.test(plain);
  const value = Number(plain.replace(/[uUlL]+$|(?<!^0[xX].*)[fF]$/g, ""));
  const type = !isReal ? intType : /[fF]$/.test(plain) ? floatType : doubleType;
  return { kind: "number", value: Number.isFinite(value) ? value : 0, type };
}

/** Constants are folded; a conversion between floats and integers is a core of its own. */
function convert(value: Expression, type: ElementType): Expression {
  if (value.kind === "number") return { ...value, type };
  if (value.type.kind === type.kind && type.kind !== "float") return value;
  if (value.type.kind === "float" && type.kind === "float" && value.type.bits === type.bits)
    return value;
  return operation("convert", [value], type);
}

function operation(op: Operator, args: readonly Expression[], type: ElementType): Expression {
  const [a, b] = args;
  if (a?.kind === "number" && b?.kind === "number" && args.length === 2) {
    const folded = fold(op, a.value, b.value);
    if (folded !== undefined) return { kind: "number", value: folded, type };
  }
  if (a !== undefined && b?.kind === "number" && isPowerOfTwo(b.value) && a.type.kind !== "float") {
    // Wires alone; signed division rounds towards zero, for which it adds first.
    const isDivision = op === "div" || op === "rem";
    if (isDivision && a.type.isSigned) return { kind: "operation", op: "add", args, type };
    if (isDivision || op === "mul") return { kind: "operation", op: "shift", args: [a], type };
  }
  return { kind: "operation", op, args, type };
}

function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(Math.log2(value));
}

function fold(op: Operator, a: number, b: number): number | undefined {
  if (op === "add") return a + b;
  if (op === "sub") return a - b;
  if (op === "mul") return a * b;
  return op === "div" && b !== 0 ? a / b : undefined;
}

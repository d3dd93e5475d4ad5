import { addAffine, affineConstant, type Affine } from "../affine.js";
import { fieldOf, textOf, type CppNode } from "../cpp-tree.js";
import {
  boolType,
  builtInType,
  constantType,
  intType,
  joinTypes,
  type ElementType,
} from "../element-type.js";
import type { Access, Expression, Step } from "../ir.js";
import { affineOf } from "./affine-node.js";
import { shifted, type Calls } from "./calls.js";
import { constantOf, type FileScope, type LocalScope } from "./scope.js";
import { binaryOperators, convert, functions, literal, operation, zero } from "./operations.js";
import { subscriptsOf } from "./subscripts.js";
import { sideChannel, typeOf } from "./types.js";

/** An expression's value, and what it does besides (assignments within, calls). */
export interface ReadExpression {
  readonly value: Expression;
  readonly steps: readonly Step[];
}

/** Where an expression points to: an array or scalar, the subscripts that it gives, and what lies behind it. */
export interface Place {
  readonly name: string;
  readonly indices: readonly (Affine | undefined)[];
  readonly offset: Affine | undefined;
}

export class ExpressionReader {
  readonly #file: FileScope;
  readonly #calls: Calls;

  constructor(file: FileScope, calls: Calls) {
    this.#file = file;
    this.#calls = calls;
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
      case "this":
        return local.aliases.get("this");
      case "identifier":
      case "type_identifier": {
        const name = textOf(this.#file.file, node);
        const alias = local.aliases.get(name);
        if (alias !== undefined) return alias;
        const own = local.prefix + name;
        return local.variables.has(own) || !this.#file.globals.has(name) ? own : name;
      }
      case "qualified_identifier": {
        const name = fieldOf(node, "name");
        const text = name === undefined ? "" : textOf(this.#file.file, name);
        return this.#file.globals.has(text) ? text : undefined;
      }
      case "call_expression": {
        // `x.range(7, 0)` and `x(7, 0)` are bits of `x`.
        const callee = fieldOf(node, "function");
        const inner = callee?.type === "field_expression" ? fieldOf(callee, "argument") : callee;
        if (inner === undefined || !this.#isBits(node, local)) return undefined;
        return this.baseName(inner, local);
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

  /** Where an argument points to; undefined where it is a value. */
  place(node: CppNode, local: LocalScope): Place | undefined {
    if (node.type === "binary_expression") {
      const [left, right] = [fieldOf(node, "left"), fieldOf(node, "right")];
      const inner = left === undefined ? undefined : this.place(left, local);
      if (inner === undefined || right === undefined) return undefined;
      const amount = affineOf(this.#file, local, right);
      return { ...inner, offset: shifted(amount, inner.offset) };
    }
    const access = this.#access(node, local, []);
    if (access === undefined) return undefined;
    const { root } = subscriptsOf(node);
    const leading = local.leading.get(textOf(this.#file.file, root));
    const offset = access.indices.length > 0 ? undefined : leading?.offset;
    return { name: access.name, indices: access.indices, offset };
  }

  #isBits(node: CppNode, local: LocalScope): boolean {
    const callee = fieldOf(node, "function");
    if (callee?.type === "field_expression") {
      const field = fieldOf(callee, "field");
      return field !== undefined && /^(range|bit|get_bit)$/.test(textOf(this.#file.file, field));
    }
    if (callee?.type !== "identifier" && callee?.type !== "subscript_expression") return false;
    const name = this.baseName(callee, local);
    const isVariable =
      name !== undefined && (local.variables.has(name) || this.#file.globals.has(name));
    return isVariable && fieldOf(node, "arguments")?.children.length === 2;
  }

  #access(node: CppNode, local: LocalScope, steps: Step[]): Access | undefined {
    const { subscripts, root } = subscriptsOf(node);
    const name = this.baseName(node, local);
    if (name === undefined) return undefined;
    const variable = local.variables.get(name) ?? this.#file.globals.get(name);
    const leading = local.leading.get(textOf(this.#file.file, root));
    const indexWork: Expression[] = [];
    const own = subscripts.map((subscript) => {
      const affine = affineOf(this.#file, local, subscript);
      if (affine === undefined) indexWork.push(this.#value(subscript, local, steps));
      return affine;
    });
    const [first, ...others] = own;
    const all = [
      ...(leading?.indices ?? []),
      ...(own.length === 0 ? [] : [shifted(first, leading?.offset)]),
      ...others,
    ];
    const span = { start: node.start, end: node.end };
    const type = this.#typeOfName(name, local);
    // A subscript of a word is one of its bits, of a vector one of its lanes.
    const most = variable === undefined ? all.length : variable.dims.length;
    const isPart = all.length > most && (type.isArbitrary || type.lanes !== undefined);
    if (!isPart)
      return { name, type: this.#bitsOf(node, type, local), indices: all, indexWork, span };
    const { lanes, ...lane } = type;
    return {
      name,
      type: lanes === undefined ? boolType : lane,
      indices: all.slice(0, most),
      indexWork,
      span,
    };
  }

  /** `x.range(7, 0)`: as many bits as it takes. */
  #bitsOf(node: CppNode, type: ElementType, local: LocalScope): ElementType {
    if (node.type !== "call_expression") return type;
    const [high, low] = (fieldOf(node, "arguments")?.children ?? []).map((arg) =>
      affineOf(this.#file, local, arg),
    );
    const width =
      high === undefined
        ? undefined
        : low === undefined
          ? affineConstant(0)
          : addAffine(high, low, -1);
    if (width === undefined || width.terms.size > 0) return type;
    return { kind: "int", bits: Math.abs(width.constant) + 1, isSigned: false, isArbitrary: true };
  }

  #typeOfName(name: string, local: LocalScope): ElementType {
    const known = local.variables.get(name) ?? this.#file.globals.get(name);
    if (known !== undefined) return known.type;
    const dot = name.lastIndexOf(".");
    const holder = dot < 0 ? undefined : local.variables.get(name.slice(0, dot));
    return (holder && sideChannel(name.slice(dot + 1), holder.type)) ?? intType;
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
          return { kind: "number", value: affine.constant, type: constantType(affine.constant) };
        const access = this.#access(node, local, steps);
        if (access !== undefined) return { kind: "access", access, type: access.type };
        // `in.read().data`.
        const inner = fieldOf(node, "argument");
        return inner === undefined ? zero : this.#field(node, inner, local, steps);
      }
      case "qualified_identifier": {
        const value = constantOf(this.#file, node, local.constants);
        if (value !== undefined) return { kind: "number", value, type: constantType(value) };
        const access = this.#access(node, local, steps);
        return access === undefined ? zero : { kind: "access", access, type: access.type };
      }
      case "compound_literal_expression":
      case "initializer_list": {
        const list = node.type === "initializer_list" ? node : fieldOf(node, "value");
        const values = (list?.children ?? []).map((one) => this.#value(one, local, steps));
        return values[0] ?? zero;
      }
      default: {
        const value = constantOf(this.#file, node, local.constants);
        return value === undefined ? zero : { kind: "number", value, type: constantType(value) };
      }
    }
  }

  #field(node: CppNode, inner: CppNode, local: LocalScope, steps: Step[]): Expression {
    const value = this.#value(inner, local, steps);
    const field = fieldOf(node, "field");
    const name = field === undefined ? "" : textOf(this.#file.file, field);
    const type = sideChannel(name, value.type);
    return type === undefined || value.kind === "number" ? value : { ...value, type };
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
        ...(this.#access(left, local, steps) ?? { indices: [], indexWork: [] }),
        name: stream,
        type: this.#typeOfName(stream, local),
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
    if (
      !/^(identifier|subscript_expression|field_expression|qualified_identifier)$/.test(node.type)
    )
      return undefined;
    const name = this.baseName(node, local);
    const variable =
      name === undefined ? undefined : (local.variables.get(name) ?? this.#file.globals.get(name));
    return variable?.isStream === true ? name : undefined;
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
    if (this.#isBits(node, local)) {
      const access = this.#access(node, local, steps);
      if (access !== undefined) return { kind: "access", access, type: access.type };
    }
    const called = this.#calls.call({ node: callee, args }, local);
    if (called !== undefined) {
      steps.push(...called.steps);
      return called.value ?? zero;
    }
    const values = args.map((argument) => this.#value(argument, local, steps));
    const [first] = values;
    const name = textOf(this.#file.file, callee)
      .replace(/<[\s\S]*$/, "")
      .replace(/^.*::/, "");
    // `data_t(x)`, `ap_int<8>(x)`, `static_cast<float>(x)` convert.
    const cast = this.#castOf(callee, name, local);
    if (cast !== undefined) return first === undefined ? zero : convert(first, cast);
    const type = values.map((value) => value.type).reduce(joinTypes, values[0]?.type ?? intType);
    return operation(functions.get(name) ?? "function", values, type);
  }

  #castOf(callee: CppNode, name: string, local: LocalScope): ElementType | undefined {
    const template =
      callee.type === "qualified_identifier" ? (fieldOf(callee, "name") ?? callee) : callee;
    if (/^(static|reinterpret|const)_cast$/.test(name)) {
      const [type] = fieldOf(template, "arguments")?.children ?? [];
      return type && typeOf(this.#file, type, local.constants).type;
    }
    const isType =
      this.#file.types.has(name) ||
      this.#file.aliases.has(name) ||
      builtInType(name) !== undefined ||
      /^a[pc]_u?(int|fixed)$/.test(name);
    return isType ? typeOf(this.#file, template, local.constants).type : undefined;
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
    const found = object === undefined ? undefined : this.#access(object, local, steps);
    if (found !== undefined && field !== undefined && this.#calls.hasMethod(found, field)) {
      const called = this.#calls.call({ node: field, args, object: found }, local);
      steps.push(...(called?.steps ?? []));
      return called?.value ?? zero;
    }
    const values = args.map((argument) => this.#value(argument, local, steps));
    if (found !== undefined && field !== undefined) this.#calls.tellUndefined(found, field);
    if (found === undefined) {
      // `in.read().to_int()` reads.
      const value = object === undefined ? undefined : this.#value(object, local, steps);
      return value ?? operation("function", values, intType);
    }
    const variable = local.variables.get(found.name) ?? this.#file.globals.get(found.name);
    const span = { start: node.start, end: node.end };
    const access: Access = { ...found, span };
    const { type } = access;
    // Bursts of an `hls::burst_maxi` are asked for and answered beside the data.
    if (
      /^(read_request|write_request|write_response|empty|full|size|capacity|set_name)$/.test(method)
    )
      return zero;
    if (variable?.isStream === true && /^(write|write_nb)$/.test(method)) {
      steps.push({
        kind: "assign",
        target: access,
        value: values[0] ?? zero,
        isCompound: false,
        span,
      });
      return zero;
    }
    if (/^(set_data|set_bit|set)$/.test(method) && values.length > 0) {
      const value = values.at(-1) ?? zero;
      steps.push({ kind: "assign", target: access, value, isCompound: false, span });
      return zero;
    }
    const read: Expression = { kind: "access", access, type };
    // `in.read(x)` and `in.read_nb(x)` put what they read into `x`.
    const [into] = args;
    if (variable?.isStream === true && /^read(_nb)?$/.test(method) && into !== undefined) {
      const target = this.#access(into, local, steps);
      if (target !== undefined)
        steps.push({ kind: "assign", target, value: read, isCompound: false, span });
      return zero;
    }
    if (/^(range|bit|get_bit)$/.test(method)) {
      const bits = this.#bitsOf(node, type, local);
      return { kind: "access", access: { ...access, type: bits }, type: bits };
    }
    return read;
  }
}

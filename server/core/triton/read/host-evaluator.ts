import { arithmeticOf, comparisonOf, nextPowerOfTwo } from "../../python/arithmetic.js";
import {
  dottedName,
  type PyArgument,
  type PyClause,
  type PyExpression,
  type PyFunction,
  type PyStatement,
} from "../../python/syntax.js";
import {
  type HostValue,
  type TritonConfig,
  numberOf,
  truthOf,
  unknownValue,
} from "./host-value.js";
import { bytesOfType, typeOfName } from "./type-names.js";

/** Names with what they stand for, innermost first. */
export type Lookup = (name: string) => HostValue | undefined;

/** A text may ask for a product of a thousand lists. */
const mostItems = 2000;
const mostDepth = 12;

type Expression<Kind extends PyExpression["kind"]> = Extract<PyExpression, { readonly kind: Kind }>;

/** Works out expressions of host code without running it: arithmetic, lists, configurations, functions of one file. */
export class HostEvaluator {
  readonly #lookup: Lookup;
  readonly #depth: number;

  constructor(lookup: Lookup, depth = 0) {
    this.#lookup = lookup;
    this.#depth = depth;
  }

  evaluate(expression: PyExpression): HostValue {
    switch (expression.kind) {
      case "number":
        return { kind: "number", value: expression.value, isFloat: expression.isFloat };
      case "string":
        return { kind: "text", value: expression.value };
      case "constant":
        return expression.value === null
          ? { kind: "none" }
          : { kind: "boolean", value: expression.value };
      case "name":
        return this.#lookup(expression.name) ?? unknownValue;
      case "attribute":
        return this.#attribute(expression);
      case "unary":
        return this.#unary(expression);
      case "binary":
        return this.#binary(expression);
      case "boolean": {
        const left = this.evaluate(expression.left);
        const truth = truthOf(left);
        if (truth === undefined) return unknownValue;
        return truth === (expression.operator === "and") ? this.evaluate(expression.right) : left;
      }
      case "compare":
        return this.#compare(expression);
      case "conditional": {
        const truth = truthOf(this.evaluate(expression.test));
        if (truth === undefined) return unknownValue;
        return this.evaluate(truth ? expression.then : expression.otherwise);
      }
      case "sequence":
        return { kind: "list", items: this.#items(expression.items) };
      case "dict":
        return this.#dict(expression);
      case "comprehension":
        return this.#comprehension(expression);
      case "subscript":
        return this.#subscript(expression);
      case "call":
        return this.#call(expression);
      case "lambda": {
        const parameter = expression.parameters[0]?.name;
        return {
          kind: "lambda",
          parameter,
          call: (argument) =>
            this.#inner((name) => (name === parameter ? argument : undefined)).evaluate(
              expression.body,
            ),
        };
      }
      case "slice":
      case "star":
      case "unknown":
        return unknownValue;
    }
  }

  /** What a function of the file returns, branches that nobody can decide taken as they come. */
  returned(body: readonly PyStatement[], lookup: Lookup): HostValue | undefined {
    const locals = new Map<string, HostValue>();
    const inner = this.#inner((name) => locals.get(name) ?? lookup(name));
    return inner.#runBody(body, locals);
  }

  #runBody(body: readonly PyStatement[], locals: Map<string, HostValue>): HostValue | undefined {
    for (const statement of body) {
      if (statement.kind === "return")
        return statement.value === undefined ? { kind: "none" } : this.evaluate(statement.value);
      if (statement.kind === "if") {
        const truth = truthOf(this.evaluate(statement.test));
        // What only a device can decide (`is_cuda()`, `is_hip()`) is taken as on NVIDIA's: the first branch, unless it is negated.
        const branch = (truth ?? !isAboutOthers(statement.test))
          ? statement.body
          : statement.otherwise;
        const found = this.#runBody(branch, locals);
        if (found !== undefined) return found;
      } else if (statement.kind === "block") {
        const found = this.#runBody(statement.bodies[0] ?? [], locals);
        if (found !== undefined) return found;
      } else this.assign(statement, locals);
    }
    return undefined;
  }

  /** Puts what an assignment says among the names. */
  assign(statement: PyStatement, names: Map<string, HostValue>): void {
    if (statement.kind === "augmented" && statement.target.kind === "name") {
      const { target, operator, value } = statement;
      const start = names.get(target.name) ?? this.evaluate(target);
      names.set(target.name, combine(operator, start, this.evaluate(value)));
    }
    if (statement.kind !== "assign" || statement.value === undefined) return;
    const value = this.evaluate(statement.value);
    for (const target of statement.targets) {
      if (target.kind === "name") names.set(target.name, value);
      else if (target.kind === "sequence")
        target.items.forEach((item, index) => {
          if (item.kind !== "name") return;
          const one = value.kind === "list" ? value.items[index] : undefined;
          names.set(item.name, one ?? unknownValue);
        });
    }
  }

  #inner(lookup: Lookup): HostEvaluator {
    return new HostEvaluator((name) => lookup(name) ?? this.#lookup(name), this.#depth + 1);
  }

  #items(items: readonly PyExpression[]): readonly HostValue[] {
    return items.flatMap((item) => {
      if (item.kind !== "star") return [this.evaluate(item)];
      const value = this.evaluate(item.value);
      return value.kind === "list" ? value.items : [unknownValue];
    });
  }

  #attribute(expression: Expression<"attribute">): HostValue {
    if (expression.name === "multi_processor_count") return { kind: "sm-count" };
    const type = typeOfName(expression.name);
    const owner = dottedName(expression.object);
    if (type !== undefined && owner !== undefined && /^(?:tl|torch|triton\.language)$/.test(owner))
      return { kind: "type", type };
    const object = this.evaluate(expression.object);
    if (object.kind === "dict") return object.entries.get(expression.name) ?? unknownValue;
    if (object.kind === "tensor") return tensorAttribute(object, expression.name);
    return unknownValue;
  }

  #unary({ operator, operand }: Expression<"unary">): HostValue {
    const value = this.evaluate(operand);
    if (operator === "not") {
      const truth = truthOf(value);
      return truth === undefined ? unknownValue : { kind: "boolean", value: !truth };
    }
    const number = numberOf(value);
    if (number === undefined) return unknownValue;
    return {
      kind: "number",
      value: operator === "-" ? -number : operator === "~" ? -number - 1 : number,
    };
  }

  #binary({ operator, left, right }: Expression<"binary">): HostValue {
    return combine(operator, this.evaluate(left), this.evaluate(right));
  }

  #compare({ left, rest }: Expression<"compare">): HostValue {
    const [only, ...more] = rest;
    if (only === undefined || more.length > 0) return unknownValue;
    const one = this.evaluate(left);
    const other = this.evaluate(only.right);
    const truth = compareHost(only.operator, one, other);
    return truth === undefined ? unknownValue : { kind: "boolean", value: truth };
  }

  #dict({ entries }: Expression<"dict">): HostValue {
    const found = new Map<string, HostValue>();
    for (const { key, value } of entries) {
      const item = this.evaluate(value);
      if (key === undefined) {
        if (item.kind === "dict") for (const [name, one] of item.entries) found.set(name, one);
        continue;
      }
      const name = this.evaluate(key);
      if (name.kind === "text") found.set(name.value, item);
      else if (name.kind === "number") found.set(String(name.value), item);
    }
    return { kind: "dict", entries: found };
  }

  #comprehension(expression: Expression<"comprehension">): HostValue {
    const items: HostValue[] = [];
    const entries = new Map<string, HostValue>();
    const { element, value: valueExpression, clauses, form } = expression;
    this.#unfold(clauses, new Map(), (inner) => {
      const value = inner.evaluate(element);
      if (valueExpression === undefined) items.push(value);
      else if (value.kind === "text") entries.set(value.value, inner.evaluate(valueExpression));
      return items.length < mostItems;
    });
    return form === "dict" ? { kind: "dict", entries } : { kind: "list", items };
  }

  /** Calls back for each turn of nested clauses, as long as it answers true. */
  #unfold(
    clauses: readonly PyClause[],
    names: ReadonlyMap<string, HostValue>,
    each: (inner: HostEvaluator) => boolean,
  ): boolean {
    const inner = this.#inner((name) => names.get(name));
    const [clause, ...rest] = clauses;
    if (clause === undefined) return each(inner);
    const over = inner.evaluate(clause.iterable);
    if (over.kind !== "list") return true;
    for (const item of over.items) {
      const next = new Map(names);
      const { target } = clause;
      if (target.kind === "name") next.set(target.name, item);
      else if (target.kind === "sequence" && item.kind === "list")
        target.items.forEach((name, index) => {
          if (name.kind === "name") next.set(name.name, item.items[index] ?? unknownValue);
        });
      const evaluator = this.#inner((name) => next.get(name));
      // A condition that nobody can decide keeps the configuration.
      if (clause.conditions.some((condition) => truthOf(evaluator.evaluate(condition)) === false))
        continue;
      if (!this.#unfold(rest, next, each)) return false;
    }
    return true;
  }

  #subscript({ object, index }: Expression<"subscript">): HostValue {
    const from = this.evaluate(object);
    const at = this.evaluate(index);
    if (from.kind === "dict" && at.kind === "text")
      return from.entries.get(at.value) ?? unknownValue;
    if (from.kind === "list" && at.kind === "number")
      return from.items.at(at.value) ?? unknownValue;
    if (from.kind === "dict" && at.kind === "number")
      return from.entries.get(String(at.value)) ?? unknownValue;
    return unknownValue;
  }

  #call(expression: Expression<"call">): HostValue {
    const { callee, arguments: given } = expression;
    const name = dottedName(callee);
    if (name === undefined) return this.#method(expression);
    const short = name.replace(/^(?:triton|tl|math|triton\.language|np|torch)\./, "");
    if (short === "Config") return { kind: "config", config: this.#config(expression) };
    const positional = given.filter(({ name: word, stars }) => word === undefined && stars === 0);
    const values = positional.map(({ value }) => this.evaluate(value));
    const known = this.#lookup(name);
    if (known?.kind === "function") return this.#callFunction(known.function, given);
    if (known?.kind === "lambda") return known.call(values[0] ?? unknownValue);
    return builtin(short, values) ?? this.#made(short, given, values) ?? this.#method(expression);
  }

  /** Tensors that PyTorch makes, as far as a kernel is called with them. */
  #made(
    name: string,
    given: readonly PyArgument[],
    values: readonly HostValue[],
  ): HostValue | undefined {
    if (!/^(?:empty|zeros|ones|rand|randn|full|randint)(?:_like)?$/.test(name)) return undefined;
    const [first = unknownValue] = values;
    const word = given.find((one) => one.name === "dtype");
    const said = word === undefined ? undefined : this.evaluate(word.value);
    const type = said?.kind === "type" ? said.type : undefined;
    if (first.kind === "tensor") return { ...first, type: type ?? first.type };
    const sizes = first.kind === "list" ? first.items : values;
    const isKnown = !name.endsWith("_like") && name !== "randint" && sizes.length > 0;
    return { kind: "tensor", type, shape: isKnown ? sizes.map(numberOf) : undefined };
  }

  /** `configs.append(…)` has no result; `META.get("BLOCK")`, `x.copy()` have one. */
  #method({ callee, arguments: given }: Expression<"call">): HostValue {
    if (callee.kind !== "attribute") return unknownValue;
    const object = this.evaluate(callee.object);
    const [first] = given;
    const argument = first === undefined ? unknownValue : this.evaluate(first.value);
    if (object.kind === "dict" && callee.name === "get" && argument.kind === "text")
      return object.entries.get(argument.value) ?? unknownValue;
    if (object.kind === "dict" && callee.name === "copy") return object;
    if (object.kind === "tensor") return tensorMethod(object, callee.name, argument);
    return unknownValue;
  }

  #callFunction(target: PyFunction, given: readonly PyArgument[]): HostValue {
    if (this.#depth >= mostDepth) return unknownValue;
    const names = new Map<string, HostValue>();
    target.parameters.forEach((parameter, index) => {
      const named = given.find(({ name }) => name === parameter.name);
      const placed = given[index];
      const word = named ?? (placed?.name === undefined ? placed : undefined);
      const value = word?.value ?? parameter.initial;
      if (value !== undefined) names.set(parameter.name, this.evaluate(value));
    });
    return this.returned(target.body, (name) => names.get(name)) ?? unknownValue;
  }

  #config({ arguments: given, start, end }: Expression<"call">): TritonConfig {
    const named = (name: string): HostValue | undefined => {
      const word = given.find((one) => one.name === name);
      return word === undefined ? undefined : this.evaluate(word.value);
    };
    const first = given.find(({ name }) => name === undefined);
    const kwargs = first === undefined ? named("kwargs") : this.evaluate(first.value);
    const placed = given.filter(({ name, stars }) => name === undefined && stars === 0);
    const at = (index: number): HostValue | undefined => {
      const word = placed[index];
      return word === undefined ? undefined : this.evaluate(word.value);
    };
    return {
      span: { start, end },
      values: kwargs?.kind === "dict" ? kwargs.entries : new Map(),
      warps: numberOf(named("num_warps") ?? at(1)),
      stages: numberOf(named("num_stages") ?? at(2)),
      ctas: numberOf(named("num_ctas") ?? at(3)),
      mostRegisters: numberOf(named("maxnreg")),
    };
  }
}

/** `not is_hip()`, `is_hip()`: of NVIDIA's devices the answer is known. */
function isAboutOthers(test: PyExpression): boolean {
  if (test.kind === "unary" && test.operator === "not") return !isAboutOthers(test.operand);
  if (test.kind === "boolean") return isAboutOthers(test.left);
  if (test.kind !== "call") return false;
  const name = dottedName(test.callee) ?? "";
  return /hip|amd|rocm|xpu|cpu|npu|mlu|musa/i.test(name);
}

function builtin(name: string, values: readonly HostValue[]): HostValue | undefined {
  const numbers = values.map(numberOf);
  const [first, second] = numbers;
  const number = (value: number | undefined): HostValue =>
    value === undefined || !Number.isFinite(value) ? unknownValue : { kind: "number", value };
  switch (name) {
    case "cdiv":
      return number(first !== undefined && second ? Math.ceil(first / second) : undefined);
    case "next_power_of_2":
      return number(first === undefined ? undefined : nextPowerOfTwo(first));
    case "min":
    case "max": {
      const [only] = values;
      const all = only?.kind === "list" ? only.items.map(numberOf) : numbers;
      const known = all.filter((value) => value !== undefined);
      if (known.length < all.length || known.length === 0) return unknownValue;
      return number(name === "min" ? Math.min(...known) : Math.max(...known));
    }
    case "int":
    case "floor":
      return number(first === undefined ? undefined : Math.floor(first));
    case "ceil":
      return number(first === undefined ? undefined : Math.ceil(first));
    case "float":
    case "constexpr":
    case "constexpr_function":
      return values[0] ?? unknownValue;
    case "log2":
      return number(first === undefined ? undefined : Math.log2(first));
    case "len": {
      const [only] = values;
      return only?.kind === "list" ? number(only.items.length) : unknownValue;
    }
    case "range": {
      if (first === undefined || numbers.includes(undefined)) return unknownValue;
      const [start, stop] = second === undefined ? [0, first] : [first, second];
      const step = numbers[2] ?? 1;
      const items: HostValue[] = [];
      if (step === 0) return unknownValue;
      for (let at = start; step > 0 ? at < stop : at > stop; at += step) {
        if (items.length >= mostItems) break;
        items.push({ kind: "number", value: at });
      }
      return { kind: "list", items };
    }
    case "list":
    case "tuple":
    case "sorted":
      return values[0] ?? { kind: "list", items: [] };
    // Which configurations a function keeps is left to it: all are shown.
    case "filter":
      return values[1] ?? unknownValue;
    case "dict":
      return values[0] ?? unknownValue;
    case "product":
    case "itertools.product":
      return productOf(values);
    default:
      return undefined;
  }
}

type Tensor = Extract<HostValue, { readonly kind: "tensor" }>;

function tensorAttribute({ type, shape }: Tensor, name: string): HostValue {
  if (name === "dtype" && type !== undefined) return { kind: "type", type };
  if (name === "shape" && shape !== undefined) return listOf(shape);
  return unknownValue;
}

/** Rows lie side by side: a tensor that is called by its shape is taken to be contiguous. */
function tensorMethod(tensor: Tensor, name: string, argument: HostValue): HostValue {
  const { type, shape } = tensor;
  const at = numberOf(argument);
  if (name === "to" || name === "half" || name === "bfloat16" || name === "float") {
    const named = name === "to" ? undefined : typeOfName(name);
    return { ...tensor, type: argument.kind === "type" ? argument.type : (named ?? type) };
  }
  if (name === "contiguous" || name === "cuda" || name === "detach") return tensor;
  if (name === "element_size" && type !== undefined)
    return { kind: "number", value: bytesOfType(type) };
  if (shape === undefined) return unknownValue;
  const strides = shape.map((_, index) => productOfSizes(shape.slice(index + 1)));
  if (name === "size") return at === undefined ? listOf(shape) : sized(shape.at(at));
  if (name === "stride") return at === undefined ? listOf(strides) : sized(strides.at(at));
  if (name === "numel") return sized(productOfSizes(shape));
  if (name === "dim") return sized(shape.length);
  return unknownValue;
}

function productOfSizes(sizes: readonly (number | undefined)[]): number | undefined {
  return sizes.reduce<number | undefined>(
    (product, size) => (product === undefined || size === undefined ? undefined : product * size),
    1,
  );
}

function listOf(sizes: readonly (number | undefined)[]): HostValue {
  return { kind: "list", items: sizes.map(sized) };
}

function sized(size: number | undefined): HostValue {
  return size === undefined ? unknownValue : { kind: "number", value: size };
}

function productOf(lists: readonly HostValue[]): HostValue {
  let rows: readonly (readonly HostValue[])[] = [[]];
  for (const list of lists) {
    if (list.kind !== "list") return unknownValue;
    rows = rows.flatMap((row) => list.items.map((item) => [...row, item])).slice(0, mostItems);
  }
  return { kind: "list", items: rows.map((items) => ({ kind: "list", items })) };
}

function combine(operator: string, left: HostValue, right: HostValue): HostValue {
  if (operator === "+" && left.kind === "list" && right.kind === "list")
    return { kind: "list", items: [...left.items, ...right.items].slice(0, mostItems) };
  if (operator === "|" && left.kind === "dict" && right.kind === "dict")
    return { kind: "dict", entries: new Map([...left.entries, ...right.entries]) };
  const [a, b] = [numberOf(left), numberOf(right)];
  const value = a === undefined || b === undefined ? undefined : arithmeticOf(operator, a, b);
  return value === undefined ? unknownValue : { kind: "number", value };
}

function compareHost(operator: string, left: HostValue, right: HostValue): boolean | undefined {
  if (operator === "in" || operator === "not in") {
    if (right.kind !== "list") return undefined;
    const found = right.items.map((item) => compareHost("==", left, item));
    if (found.includes(undefined) && !found.includes(true)) return undefined;
    return found.includes(true) === (operator === "in");
  }
  if (left.kind === "unknown" || right.kind === "unknown") return undefined;
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a !== undefined && b !== undefined) return comparisonOf(operator, a, b);
  const isSame =
    left.kind === right.kind &&
    (left.kind === "none" ||
      ((left.kind === "text" || left.kind === "type") &&
        JSON.stringify(left) === JSON.stringify(right)));
  if (operator === "==" || operator === "is") return isSame;
  if (operator === "!=" || operator === "is not") return !isSame;
  return undefined;
}

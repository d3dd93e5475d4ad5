import {
  dottedName,
  type PyArgument,
  type PyClause,
  type PyExpression,
  type PyFunction,
  type PyStatement,
} from "../../../python/syntax.js";
import {
  type HostValue,
  type TritonConfig,
  numberOf,
  truthOf,
  unknownValue,
} from "./host-value.js";
import { builtin, combine, compareHost, mostItems } from "./host-builtins.js";
import { tensorAttribute, tensorMethod } from "./host-tensors.js";
import { isAboutOthers, isAboutPresence, sizeText } from "./host-words.js";
import { typeOfName } from "./type-names.js";

/** Names with what they stand for, innermost first. */
export type Lookup = (name: string) => HostValue | undefined;

/** What something is taken to be that the text does not say: `n_rows`, `x.shape[0]`. */
export type Assume = (text: string) => HostValue | undefined;

const mostDepth = 12;

type Expression<Kind extends PyExpression["kind"]> = Extract<PyExpression, { readonly kind: Kind }>;

/** Works out expressions of host code without running it: arithmetic, lists, configurations, functions of one file. */
export class HostEvaluator {
  readonly lookup: Lookup;
  readonly #depth: number;
  readonly #assume: Assume | undefined;

  constructor(lookup: Lookup, assume?: Assume, depth = 0) {
    this.lookup = lookup;
    this.#assume = assume;
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
        return this.#orAssumed(expression, this.lookup(expression.name) ?? unknownValue);
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
        if (truth !== undefined)
          return this.evaluate(truth ? expression.then : expression.otherwise);
        // Where sizes are taken to be usual ones, so is what is optional: absent.
        if (this.#assume === undefined) return unknownValue;
        const isPresent = isAboutPresence(expression.test);
        const [first, second] = isPresent
          ? [expression.otherwise, expression.then]
          : [expression.then, expression.otherwise];
        const value = this.evaluate(first);
        return value.kind === "unknown" ? this.evaluate(second) : value;
      }
      case "sequence":
        return { kind: "list", items: this.#items(expression.items) };
      case "dict":
        return this.#dict(expression);
      case "comprehension":
        return this.#comprehension(expression);
      case "subscript":
        return this.#orAssumed(expression, this.#subscript(expression));
      case "call":
        return this.#orAssumed(expression, this.#call(expression));
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

  #orAssumed(expression: PyExpression, value: HostValue): HostValue {
    if (value.kind !== "unknown" || this.#assume === undefined) return value;
    const text = sizeText(expression);
    return (text === undefined ? undefined : this.#assume(text)) ?? value;
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
        const branch =
          (truth ?? !isAboutOthers(statement.test)) ? statement.body : statement.otherwise;
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
    return new HostEvaluator(
      (name) => lookup(name) ?? this.lookup(name),
      this.#assume,
      this.#depth + 1,
    );
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
    const known = this.lookup(name);
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

import type { TextSpan } from "../../../base/text-span.js";
import {
  dottedName,
  type PyExpression,
  type PyFunction,
  type PyStatement,
} from "../../../python/syntax.js";
import { typeOfName } from "../read/type-names.js";
import { binary, hasProgram } from "./arithmetic.js";
import { type TileCall, asTile, itemsOf, numberTile } from "./call.js";
import { fromHost, truthOfValue } from "./from-host.js";
import { functionOf, loadAt, storeAt } from "./language.js";
import { atomic, cast, moved } from "./memory.js";
import type { LoopFacts, TileOp } from "./ops.js";
import { attributeOf, compareValues, subscriptOf } from "./parts.js";
import type { ProgramContext, ProgramSplit } from "./program-context.js";
import { pythonFunction } from "./python-functions.js";
import { Recorder } from "./recorder.js";
import { carriedNames, effortOf, endsProgram, isEquality, loopHeader } from "./turns.js";
import {
  type Tile,
  type Value,
  elementsOf,
  none,
  scalar,
  tile,
  truth,
  unionOf,
  unknown,
} from "./value.js";

/** Helpers that call helpers; Triton has no recursion. */
const mostCalls = 24;

type Expression<Kind extends PyExpression["kind"]> = Extract<PyExpression, { readonly kind: Kind }>;
type Names = Map<string, Value>;

/**
 * Runs a kernel on extents, types and strides in place of elements, as one program of the grid: branches on what is known are
 * taken, of others the costlier; a loop's body is done once and counted by its turns.
 */
export class Interpreter {
  readonly #context: ProgramContext;
  readonly recorder = new Recorder();
  /** Scalars that a program id was split into, in the order of their assignments. */
  readonly splits = new Map<string, ProgramSplit>();
  /** A loop's bounds differ between programs. */
  hasUnevenLoops = false;
  #names: Names = new Map();
  #calls = 0;
  #returned: Value | undefined;
  #isDone = false;
  #isStopped = false;

  constructor(context: ProgramContext) {
    this.#context = context;
  }

  run(kernel: PyFunction, parameters: ReadonlyMap<string, Value>): void {
    this.#names = new Map(parameters);
    this.#isDone = false;
    this.#body(kernel.body);
  }

  #body(body: readonly PyStatement[]): void {
    for (const statement of body) {
      if (this.#isDone || this.#isStopped || this.recorder.isFull) return;
      this.#statement(statement);
    }
  }

  #statement(statement: PyStatement): void {
    switch (statement.kind) {
      case "assign":
        if (statement.value !== undefined) {
          const said = this.evaluate(statement.value);
          // `x: tl.constexpr = …` says nothing more.
          for (const target of statement.targets) this.#assign(target, said);
        }
        return;
      case "augmented": {
        const { target, operator, value, start, end } = statement;
        const left = asTile(this.evaluate(target));
        const right = asTile(this.evaluate(value));
        if (left === undefined || right === undefined) return;
        this.#assign(target, binary(this.recorder, { start, end }, operator, left, right));
        return;
      }
      case "expression":
        this.evaluate(statement.value);
        return;
      case "return":
        this.#returned = statement.value === undefined ? none : this.evaluate(statement.value);
        this.#isDone = true;
        return;
      case "if":
        this.#branch(statement);
        return;
      case "for":
        this.#loop(statement);
        return;
      case "while":
        this.#repeat(statement, { turns: undefined, turnsText: "turns of the while loop" }, () =>
          this.#body(statement.body),
        );
        return;
      case "block":
        statement.bodies.forEach((inner) => this.#body(inner));
        return;
      case "function":
      case "class":
      case "import":
      case "assert":
      case "break":
      case "continue":
      case "other":
        return;
    }
  }

  #assign(target: PyExpression, value: Value): void {
    if (target.kind === "name") this.#names.set(target.name, this.#named(target.name, value));
    else if (target.kind === "sequence")
      target.items.forEach((item, index) => {
        const one = value.kind === "tuple" ? value.items[index] : undefined;
        this.#assign(item.kind === "star" ? item.value : item, one ?? unknown);
      });
  }

  /** A scalar made of a program id by `//` and `%` is an axis of the grid of its own from here on. */
  #named(name: string, value: Value): Value {
    if (value.kind !== "tile" || value.shape.length > 0 || value.isPointer) return value;
    if (value.value === undefined && value.deps.has("memory")) {
      const assumed = this.#context.assume?.(name);
      return { ...value, text: name, value: assumed, isMean: assumed !== undefined };
    }
    if (!value.isSplit || !hasProgram(value.deps)) return value;
    const programs = [...value.deps].filter((dep) => dep.startsWith("program "));
    const roots = programs.flatMap((dep) => {
      const split = this.splits.get(dep.slice("program ".length));
      return split === undefined ? [dep] : [...split.roots];
    });
    this.splits.set(name, { value: value.value, roots: new Set(roots) });
    const { until } = this.#context;
    if (until !== undefined && [...until].every((one) => this.splits.has(one)))
      this.#isStopped = true;
    const rest = [...value.deps].filter((dep) => !dep.startsWith("program "));
    return { ...value, isSplit: false, deps: new Set([...rest, `program ${name}`]) };
  }

  #branch(statement: Extract<PyStatement, { readonly kind: "if" }>): void {
    const known = truthOfValue(this.evaluate(statement.test));
    if (known !== undefined) {
      this.#body(known ? statement.body : statement.otherwise);
      return;
    }
    // `if pid >= n: return` is what few programs do.
    if (endsProgram(statement.body)) {
      this.#body(statement.otherwise);
      return;
    }
    const before = this.#names;
    const turns = this.recorder.loops.at(-1)?.turns;
    const isOnce = isEquality(statement.test) && turns !== undefined && turns > 1;
    const weight = this.recorder.weight;
    const side = (body: readonly PyStatement[], factor: number): [TileOp[], Names] => {
      this.#names = new Map(before);
      this.recorder.weight = weight * factor;
      const ops = this.recorder.apart(() => this.#body(body));
      this.recorder.weight = weight;
      this.#isDone = false;
      return [ops, this.#names];
    };
    const [thenOps, thenNames] = side(statement.body, isOnce ? 1 / (turns ?? 1) : 1);
    const [otherOps, otherNames] = side(statement.otherwise, 1);
    const isThen = isOnce || effortOf(thenOps) >= effortOf(otherOps);
    this.recorder.ops.push(...(isThen ? thenOps : otherOps));
    if (isOnce) this.recorder.ops.push(...otherOps);
    this.#names = isThen
      ? new Map([...otherNames, ...thenNames])
      : new Map([...thenNames, ...otherNames]);
  }

  #loop(statement: Extract<PyStatement, { readonly kind: "for" }>): void {
    const { iterable, target } = statement;
    const header = loopHeader(iterable, (one) => asTile(this.evaluate(one)));
    if (header === undefined) {
      for (const item of itemsOf(this.evaluate(iterable)).slice(0, 64)) {
        this.#assign(target, item);
        this.#body(statement.body);
      }
      return;
    }
    const { start, step, stages, turns, turnsText } = header;
    if (hasProgram(header.boundDeps)) this.hasUnevenLoops = true;
    // Turns that the compiler unrolls can differ by more than a mean tells.
    const isUnrolled = header.isStatic && turns !== undefined && turns <= 16;
    if (isUnrolled && start?.value !== undefined && step.value !== undefined) {
      for (let turn = 0; turn < turns; turn += 1) {
        this.#assign(target, scalar(start.value + turn * step.value));
        this.#body(statement.body);
      }
      return;
    }
    const mean =
      turns === undefined || start?.value === undefined || step.value === undefined
        ? undefined
        : start.value + ((turns - 1) * step.value) / 2;
    this.#repeat(statement, { turns, turnsText, stages }, (loop) => {
      const deps = unionOf(new Set([loop.id]), start?.deps ?? new Set<string>(), step.deps);
      this.#assign(target, tile({ type: "int32", value: mean, isMean: true, deps }));
      this.#body(statement.body);
    });
  }

  #repeat(
    statement: Extract<PyStatement, { readonly kind: "for" | "while" }>,
    facts: {
      readonly turns: number | undefined;
      readonly turnsText: string;
      readonly stages?: number | undefined;
    },
    run: (loop: LoopFacts) => void,
  ): void {
    const { start, end } = statement;
    const id = `loop ${start}`;
    const outer = this.recorder.loops.at(-1);
    if (outer !== undefined) outer.isInnermost = false;
    const { turns, turnsText, stages } = facts;
    const span: TextSpan = { start, end };
    const loop: LoopFacts = { id, span, turns, turnsText, stages, isInnermost: true };
    this.#carry(statement.body, id);
    this.recorder.loops.push(loop);
    const wasDone = this.#isDone;
    run(loop);
    this.#isDone = wasDone;
    this.recorder.loops.pop();
  }

  /** What the body changes for its next turn is different in each. */
  #carry(body: readonly PyStatement[], id: string): void {
    for (const name of carriedNames(body)) {
      const value = this.#names.get(name);
      if (value?.kind === "block")
        this.#names.set(name, { ...value, deps: unionOf(value.deps, new Set([id])) });
      if (value?.kind !== "tile") continue;
      const deps = unionOf(value.deps, new Set([id]));
      const isScalar = value.shape.length === 0 && !value.isPointer;
      this.#names.set(name, { ...value, deps, ...(isScalar && { value: undefined }) });
    }
  }

  evaluate(expression: PyExpression): Value {
    const { start, end } = expression;
    const span = { start, end };
    switch (expression.kind) {
      case "number":
        return numberTile(expression.value, expression.isFloat);
      case "string":
        return { kind: "host", value: { kind: "text", value: expression.value } };
      case "constant":
        return expression.value === null ? none : truth(expression.value);
      case "name":
        return this.#name(expression.name);
      case "attribute":
        return this.#attribute(expression);
      case "subscript":
        return this.#subscript(expression);
      case "call":
        return this.#call(expression);
      case "unary": {
        const value = this.evaluate(expression.operand);
        if (expression.operator === "not") {
          const known = truthOfValue(value);
          return known === undefined ? scalar(undefined, "bool") : truth(!known);
        }
        const one = asTile(value);
        if (one === undefined || expression.operator === "+") return value;
        const by = expression.operator === "-" ? numberTile(-1, false) : numberTile(-1, false);
        return binary(this.recorder, span, expression.operator === "-" ? "*" : "^", one, by);
      }
      case "binary": {
        const left = this.evaluate(expression.left);
        const right = this.evaluate(expression.right);
        if (left.kind === "tuple" && right.kind === "tuple" && expression.operator === "+")
          return { kind: "tuple", items: [...left.items, ...right.items] };
        const [a, b] = [asTile(left), asTile(right)];
        if (a === undefined || b === undefined) return a ?? b ?? unknown;
        return binary(this.recorder, span, expression.operator, a, b);
      }
      case "compare":
        return this.#compare(expression);
      case "boolean":
        return this.#boolean(expression);
      case "conditional": {
        const known = truthOfValue(this.evaluate(expression.test));
        return this.evaluate(known === false ? expression.otherwise : expression.then);
      }
      case "sequence":
        return { kind: "tuple", items: expression.items.map((item) => this.evaluate(item)) };
      case "lambda":
      case "dict":
      case "comprehension":
      case "slice":
      case "star":
      case "unknown":
        return unknown;
    }
  }

  #name(name: string): Value {
    const found = this.#names.get(name);
    if (found !== undefined) return found;
    const target = this.#context.functions.get(name);
    if (target !== undefined) return { kind: "function", function: target };
    const host = this.#context.lookup(name);
    return host === undefined ? unknown : fromHost(host);
  }

  #attribute(expression: Expression<"attribute">): Value {
    const { name } = expression;
    const owner = dottedName(expression.object);
    const root = owner?.split(".")[0] ?? "";
    if (owner !== undefined && !this.#names.has(root)) {
      const type = typeOfName(name);
      if (type !== undefined) return { kind: "host", value: { kind: "type", type } };
      const target = this.#context.functions.get(name);
      if (target !== undefined) return { kind: "function", function: target };
    }
    return attributeOf(this.evaluate(expression.object), name);
  }

  #subscript({ object, index }: Expression<"subscript">): Value {
    return subscriptOf(this.evaluate(object), index, (one) => this.evaluate(one));
  }

  #compare(expression: Expression<"compare">): Value {
    let left = this.evaluate(expression.left);
    let result: Value = unknown;
    for (const { operator, right: written } of expression.rest) {
      const right = this.evaluate(written);
      const next = compareValues(this.recorder, expression, operator, left, right);
      result =
        result.kind === "tile" && next.kind === "tile"
          ? binary(this.recorder, expression, "&", result, next)
          : next;
      left = right;
    }
    return result;
  }

  #boolean(expression: Expression<"boolean">): Value {
    const left = this.evaluate(expression.left);
    const known = truthOfValue(left);
    const isAnd = expression.operator === "and";
    if (known !== undefined && known !== isAnd) return left;
    const right = this.evaluate(expression.right);
    if (known !== undefined) return right;
    const other = truthOfValue(right);
    if (other !== undefined) return other === isAnd ? left : right;
    const [a, b] = [asTile(left), asTile(right)];
    if (a === undefined || b === undefined) return scalar(undefined, "bool");
    return binary(this.recorder, expression, isAnd ? "&" : "|", a, b);
  }

  #call(expression: Expression<"call">): Value {
    const { callee } = expression;
    const name = dottedName(callee);
    const root = name?.split(".")[0] ?? "";
    const isMethod = callee.kind === "attribute" && (name === undefined || this.#names.has(root));
    if (isMethod) return this.#method(expression, callee);
    const short = name?.split(".").at(-1) ?? "";
    const local = name === undefined ? undefined : this.#names.get(name);
    const target = local?.kind === "function" ? local.function : this.#context.functions.get(short);
    if (target !== undefined) return this.#inPlace(target, expression);
    const call = this.#arguments(expression);
    if (root === name) {
      const found = pythonFunction(short, call);
      if (found !== undefined) return found;
    }
    const known = functionOf(short);
    if (known !== undefined) return known(call);
    return this.#unknownCall(name ?? "", call);
  }

  /** Its result is taken to be as large as its arguments, one instruction an element. */
  #unknownCall(name: string, call: TileCall): Value {
    const tiles = call.positional.map(asTile).filter((one) => one !== undefined);
    const largest = tiles.reduce<Tile | undefined>(
      (most, one) => (most === undefined || elementsOf(one) > elementsOf(most) ? one : most),
      undefined,
    );
    if (!/^(?:print|isinstance|len)$/.test(name))
      this.recorder.unknownCalls.push({ name, span: call.span });
    if (largest === undefined) return unknown;
    this.recorder.elementwise(call.span, largest);
    return { ...largest, load: undefined, value: undefined, isProduct: false };
  }

  #arguments(expression: Expression<"call">, leading: readonly Value[] = []): TileCall {
    const positional: Value[] = [...leading];
    const named = new Map<string, Value>();
    for (const { name, stars, value } of expression.arguments) {
      const found = this.evaluate(value);
      if (name !== undefined) named.set(name, found);
      else if (stars === 1) positional.push(...itemsOf(found));
      else positional.push(found);
    }
    const { start, end } = expression;
    return {
      recorder: this.recorder,
      span: { start, end },
      positional,
      named,
      program: (axis, isCount) => this.#program(axis, isCount),
    };
  }

  #program(axis: number, isCount: boolean): Tile {
    const { id, count } = this.#context.programs[axis] ?? { id: 0, count: 1 };
    if (isCount) return scalar(count, "int32", `num_programs(${axis})`);
    return tile({
      type: "int32",
      value: id,
      isMean: id !== undefined,
      text: `program_id(${axis})`,
      deps: new Set([`program ${axis}`]),
    });
  }

  #method(expression: Expression<"call">, callee: Expression<"attribute">): Value {
    const object = this.evaluate(callee.object);
    const call = this.#arguments(expression, [object]);
    const { name } = callee;
    if (object.kind === "block" || (object.kind === "tile" && name === "load")) {
      const rest = call.positional.slice(1).flatMap(itemsOf);
      if (name === "load") return loadAt(call, object, rest);
      if (name === "gather") return loadAt(call, object, rest.slice(0, 1));
    }
    if (name === "store" || name.startsWith("atomic_")) {
      const value = asTile(call.positional.at(-1) ?? unknown);
      const offsets = call.positional.slice(1, -1).flatMap(itemsOf);
      if (name === "store" && object.kind !== "host") {
        storeAt(call, object, offsets, value);
        return none;
      }
      if (object.kind === "block")
        return atomic(
          this.recorder,
          call.span,
          moved(object, offsets.map(asTile)),
          value,
          undefined,
        );
    }
    const value = asTile(object);
    if (value === undefined) return unknown;
    if (name === "to") {
      const target = call.positional[1] ?? call.named.get("dtype");
      const host = target?.kind === "host" ? target.value : undefined;
      // An address read from memory becomes a pointer by its type.
      if (host === undefined && target?.kind === "tile" && target.isPointer)
        return { ...value, isPointer: true, type: target.type };
      const type = host?.kind === "type" ? host.type : undefined;
      return type === undefined ? value : cast(this.recorder, call.span, value, type);
    }
    const known = functionOf(name);
    return known === undefined ? this.#unknownCall(name, call) : known(call);
  }

  /** A helper with `@triton.jit`, put in place of its call. */
  #inPlace(target: PyFunction, expression: Expression<"call">): Value {
    const call = this.#arguments(expression);
    if (this.#calls >= mostCalls) return unknown;
    const names: Names = new Map();
    target.parameters.forEach((parameter, index) => {
      const { name, initial } = parameter;
      const value = call.named.get(name) ?? call.positional[index];
      if (value !== undefined) names.set(name, value);
      else if (initial !== undefined) names.set(name, this.evaluate(initial));
    });
    const [outer, wasDone] = [this.#names, this.#isDone];
    const outerReturned = this.#returned;
    this.#calls += 1;
    this.#names = names;
    this.#returned = undefined;
    this.#isDone = false;
    this.#body(target.body);
    const result = this.#returned ?? none;
    this.#names = outer;
    this.#returned = outerReturned;
    this.#isDone = wasDone;
    this.#calls -= 1;
    return result;
  }
}

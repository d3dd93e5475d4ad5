import type { Problem } from "../../base/problem.js";
import type { TextSpan } from "../../base/text-span.js";
import { addAffine, affineConstant, type Affine } from "../affine.js";
import { childrenOf, fieldOf, textOf, type CppNode } from "../cpp-tree.js";
import type { Directive } from "../directives.js";
import type { Access, Assign, Expression, Step, Variable } from "../ir.js";
import { affineOf } from "./affine-node.js";
import { assignedNames } from "./assigned-names.js";
import { boundBy, calleeOf, methodOf, type Callee } from "./callee.js";
import { directivesBeside } from "./directives-beside.js";
import type { ExpressionReader } from "./expression-reader.js";
import type { ReadBody } from "./function-reader.js";
import { membersOf } from "./members.js";
import { memoryMove } from "./memory-move.js";
import { declaratorOf, type FileScope, type Leading, type LocalScope } from "./scope.js";
import { fieldsOf, typeOf, withTypes, type ObjectType } from "./types.js";
import { uncountedProblem, unknownCall } from "./unknown-call.js";

/** Bounds how deep calls are put in place of one another. */
const mostCalls = 24;

/** A call, as an expression or a declaration writes it. */
export interface CallSite {
  /** What is called: a name, a template, a member. */
  readonly node: CppNode;
  readonly args: readonly CppNode[];
  /** The object that a method is called on. */
  readonly object?: Access;
}

export interface CallResult {
  readonly steps: readonly Step[];
  readonly value: Expression | undefined;
}

/** What calls need of the reader of the function that they stand in. */
export interface CallHost {
  readonly variables: Map<string, Variable>;
  readonly problems: Problem[];
  /** Of called functions, about arrays. */
  readonly directives: Directive[];
  readonly expressions: () => ExpressionReader;
  readonly block: (node: CppNode, local: LocalScope) => ReadBody;
  readonly nextLoop: () => number;
}

interface Running {
  readonly key: string;
  readonly name: string;
}

/** Puts the bodies of called functions in place of the calls. */
export class Calls {
  readonly #file: FileScope;
  readonly #host: CallHost;
  readonly #running: Running[] = [];
  /** The classes of variables that are objects. */
  readonly objects = new Map<string, ObjectType>();
  /** What was called whose cost nobody knows, once for every call. */
  readonly uncounted: string[] = [];
  #inlined = 0;

  constructor(file: FileScope, host: CallHost) {
    this.#file = file;
    this.#host = host;
  }

  /** The function whose body is being read. */
  get current(): string {
    return this.#running.at(-1)?.name ?? "";
  }

  enter(name: string, key: string): void {
    this.#running.push({ name, key });
  }

  leave(): void {
    this.#running.pop();
  }

  /** Undefined for functions that nothing is known of. */
  call(site: CallSite, local: LocalScope): CallResult | undefined {
    const { node, args, object } = site;
    if (object === undefined && node.type === "identifier") {
      const name = textOf(this.#file.file, node);
      const lambda = local.lambdas.get(name);
      if (lambda !== undefined) return this.#lambda(name, lambda.node, lambda.scope, args, local);
      const held = this.#host.expressions().baseName(node, local);
      const own = held === undefined ? undefined : this.objects.get(held);
      if (own !== undefined && held !== undefined)
        return this.method("operator()", args, this.#itself(node, held), local);
    }
    const callee =
      object === undefined
        ? calleeOf(this.#file, local, node, args.length)
        : this.#methodOn(node, object, args.length);
    if (callee === undefined) return object === undefined ? this.#outside(site, local) : undefined;
    const isOwn = callee.owner !== undefined && callee.owner.node === local.owner?.node;
    const self =
      object ?? (isOwn && local.aliases.has("this") ? this.#selfOf(node, local) : undefined);
    return this.#shownAt(node, callee, this.#inline(callee, args, self, local));
  }

  /** What a function of a header takes is shown where the text calls it. */
  #shownAt(node: CppNode, callee: Callee, result: CallResult): CallResult {
    const own = this.#file.file.ownLength ?? Infinity;
    if (node.start >= own || callee.node.start < own) return result;
    const span = { start: node.start, end: node.end };
    return { ...result, steps: result.steps.map((step) => placedAt(step, span, own)) };
  }

  method(
    name: string,
    args: readonly CppNode[],
    object: Access,
    local: LocalScope,
  ): CallResult | undefined {
    const own = this.objects.get(object.name);
    const callee = own && methodOf(this.#file, own, name, args.length);
    return callee && this.#inline(callee, args, object, local);
  }

  /** Whether a variable is an object of a class of the file that has such a method. */
  hasMethod(object: Access, node: CppNode): boolean {
    return this.#methodOn(node, object, 0) !== undefined;
  }

  /** A variable of a class: its members become variables, and what its constructor says of arrays holds. */
  declare(variable: Variable, object: ObjectType, local: LocalScope): void {
    const members = membersOf(this.#file, variable, object);
    for (const one of members.variables) this.#host.variables.set(one.name, one);
    for (const [name, own] of members.objects) {
      this.objects.set(name, own);
      const entries = (this.#file.functions.get(own.name) ?? []).filter(
        ({ owner, name: method }) => owner === own.name && method === own.name,
      );
      for (const { node } of entries) {
        const body = fieldOf(node, "body");
        const written = body && childrenOf(body, "preproc_call").length > 0;
        if (body === undefined || written !== true) continue;
        const inner = this.#methodScope(own, { ...this.#itself(node, name) }, local, `${name}$.`);
        const { directives } = withTypes(this.#file, own.types, () =>
          this.#host.block(onlyPragmas(body), inner),
        );
        this.#host.directives.push(...directives.map((one) => renamed(one, inner)));
      }
    }
  }

  #itself(node: CppNode, name: string): Access {
    const { type } = this.#host.variables.get(name) ?? { type: undefined };
    const span = { start: node.start, end: node.end };
    return { name, type: type ?? intLike, indices: [], indexWork: [], span };
  }

  #selfOf(node: CppNode, local: LocalScope): Access {
    const indices = local.leading.get("this")?.indices ?? [];
    return { ...this.#itself(node, local.aliases.get("this") ?? ""), indices };
  }

  #methodOn(node: CppNode, object: Access, argumentCount: number): Callee | undefined {
    const own = this.objects.get(object.name);
    return own && methodOf(this.#file, own, node, argumentCount);
  }

  #outside({ node, args }: CallSite, local: LocalScope): CallResult | undefined {
    const called = textOf(this.#file.file, node).replace(/<[\s\S]*$/, "");
    const move = memoryMove(this.#file, local, {
      name: called.replace(/^(std)?::/, ""),
      id: this.#host.nextLoop(),
      args,
      baseOf: (arg) => this.#host.expressions().baseName(arg, local),
    });
    if (move !== undefined) return { steps: [move], value: undefined };
    const problem = unknownCall(this.#file, node, called, args);
    if (problem !== undefined) this.#tell(called, problem);
    return undefined;
  }

  #tell(called: string, problem: Problem): void {
    this.uncounted.push(called.trim());
    const { place } = problem;
    if (place?.kind === "text" && place.span.start < (this.#file.file.ownLength ?? Infinity))
      this.#host.problems.push(problem);
  }

  /** Says of a method that a class of the files declares, and that nobody has a body for, that its cost is missing. */
  tellUndefined(object: Access, node: CppNode): void {
    const own = this.objects.get(object.name);
    const name = textOf(this.#file.file, node);
    if (own === undefined || !/^\w+$/.test(name)) return;
    const isDeclared = new RegExp(`(?<![\\w.>:~])${name}\\s*\\(`);
    if (!isDeclared.test(textOf(this.#file.file, own.node))) return;
    this.#tell(`${own.name}::${name}`, uncountedProblem(name, node));
  }

  /** A function of the text around it: it sees what stands there. */
  #lambda(
    name: string,
    node: CppNode,
    scope: LocalScope,
    args: readonly CppNode[],
    local: LocalScope,
  ): CallResult | undefined {
    const body = fieldOf(node, "body");
    if (body === undefined) return undefined;
    const declarator = fieldOf(node, "declarator");
    const list = declarator && fieldOf(declarator, "parameters");
    const callee: Callee = {
      name,
      node,
      body,
      parameters: (list?.children ?? []).filter(({ type }) => /parameter_declaration$/.test(type)),
      template: undefined,
      templateArguments: [],
      owner: scope.owner,
    };
    return this.#inline(callee, args, undefined, local, scope);
  }

  #inline(
    callee: Callee,
    args: readonly CppNode[],
    self: Access | undefined,
    local: LocalScope,
    around?: LocalScope,
  ): CallResult {
    const { name, node, body, owner } = callee;
    const expressions = this.#host.expressions();
    const bases = args.map((arg) => expressions.baseName(arg, local));
    const shown = bases.map((base, index) => this.#shown(base, args[index], local));
    const bound = boundBy(this.#file, callee, local.constants, shown);
    const key = `${node.start} ${JSON.stringify([...(owner?.constants ?? []), ...bound.constants])}`;
    if (this.#running.length >= mostCalls || this.#running.some((one) => one.key === key)) {
      const isDeep = !this.#running.some((one) => one.key === key);
      this.#host.problems.push({
        code: "RP5312",
        severity: "warning",
        message: isDeep
          ? `\`${name}\` is called through ${mostCalls} other functions, deeper than calls are followed. Its cost is left out here.`
          : `\`${name}\` calls itself; recursion has no hardware. Its cost is left out here.`,
        place: { kind: "text", span: { start: node.start, end: body.start } },
      });
      return { steps: [], value: undefined };
    }
    this.#inlined += 1;
    const prefix = `${name === "operator()" ? "call" : name}$${this.#inlined}.`;
    const constants = new Map([
      ...local.constants,
      ...(owner?.constants ?? []),
      ...bound.constants,
    ]);
    const base: LocalScope = {
      variables: this.#host.variables,
      values: new Map(local.values),
      aliases: new Map(),
      leading: new Map(),
      prefix,
      constants,
      owner,
      lambdas: new Map(around?.lambdas),
    };
    const inner =
      around !== undefined
        ? capturing(base, around, this.#host.variables)
        : owner !== undefined && self !== undefined
          ? this.#methodScope(owner, self, base, prefix)
          : base;
    const types = new Map([...(owner?.types ?? []), ...bound.types]);
    return withTypes(this.#file, types, () => {
      const steps = this.#arguments(callee, args, { local, inner, bases });
      this.enter(name, key);
      for (const changed of assignedNames(this.#file, body))
        if (inner.aliases.has(changed)) local.values.delete(nameIn(inner, changed));
      const { steps: bodySteps, directives: written } = this.#host.block(body, inner);
      this.leave();
      const own = [...directivesBeside(this.#file, name), ...written];
      const directives = own.map((one) => renamed(one, inner));
      // What speaks of an array holds for the whole function that the call stands in.
      this.#host.directives.push(
        ...directives.filter(({ kind }) => kind === "partition" || kind === "bind"),
      );
      const returned = bodySteps
        .filter(
          (step): step is Assign =>
            step.kind === "assign" && step.target.name === `${prefix}return`,
        )
        .at(-1);
      const value: Expression | undefined =
        returned === undefined
          ? undefined
          : { kind: "access", access: returned.target, type: returned.target.type };
      const span = { start: node.start, end: node.end };
      return {
        steps: [...steps, { kind: "call", name, body: bodySteps, directives, span }],
        value,
      };
    });
  }

  /** What an argument names, without the extents that its subscripts take. */
  #shown(
    base: string | undefined,
    arg: CppNode | undefined,
    local: LocalScope,
  ): Variable | undefined {
    if (base === undefined || arg === undefined) return undefined;
    const variable = this.#host.variables.get(base) ?? this.#file.globals.get(base);
    const taken = this.#host.expressions().place(arg, local)?.indices.length ?? 0;
    return variable && { ...variable, dims: variable.dims.slice(taken) };
  }

  /** Parameters stand for arrays, streams, objects and what is handed on by reference; other values are assigned. */
  #arguments(
    { parameters }: Callee,
    args: readonly CppNode[],
    at: {
      readonly local: LocalScope;
      readonly inner: LocalScope;
      readonly bases: readonly (string | undefined)[];
    },
  ): readonly Step[] {
    const { local, inner, bases } = at;
    const aliases = inner.aliases;
    const leading = inner.leading;
    const steps: Step[] = [];
    parameters.forEach((parameter, index) => {
      const declarator = fieldOf(parameter, "declarator");
      const found = declarator && declaratorOf(this.#file, declarator, inner.constants);
      const argument = args[index] ?? fieldOf(parameter, "default_value");
      if (found === undefined || argument === undefined) return;
      const info = typeOf(this.#file, fieldOf(parameter, "type"), inner.constants);
      const base = bases[index];
      const dims = [...found.dims, ...info.dims];
      aliases.delete(found.name);
      const isHandedOn =
        dims.length > 0 ||
        found.isPointer ||
        found.isReference ||
        info.isStream ||
        info.object !== undefined;
      if (isHandedOn && base !== undefined) {
        aliases.set(found.name, base);
        const given = this.#leadingOf(argument, base, found.isPointer ? 1 : dims.length, local);
        if (given !== undefined) leading.set(found.name, given);
        return;
      }
      steps.push(
        ...this.#assigned(inner.prefix + found.name, argument, info.type, { local, inner }),
      );
    });
    return steps;
  }

  #assigned(
    target: string,
    argument: CppNode,
    type: Variable["type"],
    { local, inner }: { readonly local: LocalScope; readonly inner: LocalScope },
  ): readonly Step[] {
    const span = { start: argument.start, end: argument.end };
    this.#host.variables.set(target, {
      name: target,
      type,
      dims: [],
      kind: "local",
      isStream: false,
      isConstant: false,
      span,
    });
    const affine = type.kind === "int" ? affineOf(this.#file, local, argument) : undefined;
    if (affine !== undefined) {
      inner.values.set(target, affine);
      return [];
    }
    const read = this.#host.expressions().read(argument, local);
    const place = { name: target, type, indices: [], indexWork: [], span };
    return [
      ...read.steps,
      { kind: "assign", target: place, value: read.value, isCompound: false, span },
    ];
  }

  /** Which part of an array an argument is: `m[i]` a row, `v + 16` and `&v[16]` what follows an element. */
  #leadingOf(
    argument: CppNode,
    base: string,
    dims: number,
    local: LocalScope,
  ): Leading | undefined {
    const place = this.#host.expressions().place(argument, local);
    if (place === undefined) return undefined;
    const { indices, offset } = place;
    if (indices.length === 0 && offset === undefined) return undefined;
    const own = this.#host.variables.get(base)?.dims.length ?? 0;
    // An element of which the address is taken: what is reached from there lies behind it.
    if (indices.length + dims > own && indices.length > 0 && dims > 0)
      return { indices: indices.slice(0, -1), offset: indices.at(-1) };
    return { indices, offset };
  }

  #methodScope(owner: ObjectType, self: Access, local: LocalScope, prefix: string): LocalScope {
    const aliases = new Map<string, string>([["this", self.name]]);
    const leading = new Map<string, Leading>();
    const here: Leading = { indices: self.indices, offset: undefined };
    if (self.indices.length > 0) leading.set("this", here);
    for (const { name } of fieldsOf(this.#file, owner)) {
      aliases.set(name, `${self.name}.${name}`);
      if (self.indices.length > 0) leading.set(name, here);
    }
    return {
      ...local,
      prefix,
      aliases,
      leading,
      owner,
      constants: new Map([...local.constants, ...owner.constants]),
    };
  }
}

const intLike = { kind: "int", bits: 32, isSigned: true, isArbitrary: false } as const;

/** Names of the function around mean in a lambda what they mean there. */
function capturing(
  base: LocalScope,
  around: LocalScope,
  variables: ReadonlyMap<string, Variable>,
): LocalScope {
  const aliases = new Map(around.aliases);
  for (const name of variables.keys()) {
    const plain = name.slice(around.prefix.length);
    if (name.startsWith(around.prefix) && !plain.includes(".")) aliases.set(plain, name);
  }
  for (const name of around.values.keys()) {
    const plain = name.slice(around.prefix.length);
    if (name.startsWith(around.prefix) && !plain.includes(".")) aliases.set(plain, name);
  }
  const constants = new Map([...around.constants, ...base.constants]);
  return { ...base, aliases, leading: new Map(around.leading), constants };
}

/** Statements of other texts as if they stood at a place of this one; loops stay where they are, and are shown nowhere. */
function placedAt(step: Step, span: TextSpan, own: number): Step {
  const placed = (steps: readonly Step[]): readonly Step[] =>
    steps.map((one) => placedAt(one, span, own));
  const isOwn = step.span.start < own;
  switch (step.kind) {
    case "assign":
      return isOwn ? step : { ...step, span, target: { ...step.target, span } };
    case "branch": {
      const { then, otherwise } = step;
      const arms = { then: placed(then), otherwise: placed(otherwise) };
      return { ...step, ...arms, ...(!isOwn && { span }) };
    }
    case "call":
    case "loop":
      return { ...step, body: placed(step.body) };
  }
}

/** The pragmas of a body, without what it does. */
function onlyPragmas(body: CppNode): CppNode {
  return { ...body, children: childrenOf(body, "preproc_call") };
}

/** A directive of a called function, with the names that its variables have where the call stands. */
function renamed(one: Directive, local: LocalScope): Directive {
  return "variable" in one && one.variable !== undefined
    ? { ...one, variable: nameIn(local, one.variable) }
    : one;
}

/** `buffer`, `this->buffer`, `engine.buffer`. */
export function nameIn(local: LocalScope, name: string): string {
  const plain = name.replace(/^this->/, "").replace(/->/g, ".");
  const [first = "", ...rest] = plain.split(".");
  return [local.aliases.get(first) ?? local.prefix + first, ...rest].join(".");
}

/** The first subscript from where an argument points to. */
export function shifted(index: Affine | undefined, offset: Affine | undefined): Affine | undefined {
  if (offset === undefined) return index;
  return index === undefined ? undefined : addAffine(index, offset);
}

export const zeroIndex = affineConstant(0);

import type { Problem } from "../../base/problem.js";
import { affineVariable, isConstantAffine, addAffine, affineConstant } from "../affine.js";
import { fieldOf, textOf, type CppNode } from "../cpp-tree.js";
import type { Directive } from "../directives.js";
import { directiveOf } from "../directives.js";
import type { Assign, Expression, Loop, Step, TripCount, Variable } from "../ir.js";
import { affineOf } from "./affine-node.js";
import { assignedNames } from "./assigned-names.js";
import { directivesBeside } from "./directives-beside.js";
import { ExpressionReader } from "./expression-reader.js";
import { forHeader, whileHeader, unknownTrip, type LoopHeader, type Range } from "./loop-header.js";
import { methodMembers } from "./method-members.js";
import { memoryMove } from "./memory-move.js";
import { readAttribute, readPragma } from "./pragma.js";
import { declaratorOf, lookupConstant, typeOf, type FileScope, type LocalScope } from "./scope.js";
import { evaluateText } from "./constant-text.js";
import { bindTemplate } from "./templates.js";
import { uncountedCore } from "./uncounted-core.js";

/** Bounds what calls that are put in place of one another may grow to. */
const mostSteps = 20_000;
const mostCalls = 24;

export interface ReadBody {
  readonly steps: readonly Step[];
  readonly directives: readonly Directive[];
}

/** Reads the bodies of functions into steps; one for a top function with all that it calls. */
export class FunctionReader {
  readonly problems: Problem[] = [];
  readonly variables = new Map<string, Variable>();
  readonly #file: FileScope;
  readonly #expressions: ExpressionReader;
  readonly #calls: string[] = [];
  readonly #ranges = new Map<string, Range>();
  #stepCount = 0;
  #loopCount = 0;
  #inlined = 0;
  /** Of called functions, about arrays. */
  readonly directives: Directive[] = [];

  constructor(file: FileScope) {
    this.#file = file;
    this.#expressions = new ExpressionReader(file, (...call) => this.#callForValue(...call));
  }

  read(node: CppNode, name: string, constants: ReadonlyMap<string, number>): ReadBody {
    const body = fieldOf(node, "body");
    if (body === undefined) return { steps: [], directives: [] };
    const local: LocalScope = {
      variables: this.variables,
      values: new Map(),
      aliases: new Map(),
      prefix: "",
      constants,
    };
    this.#calls.push(name);
    const changed = assignedNames(this.#file, body);
    for (const [parameter, { dims, isStream }] of this.variables)
      if (dims.length === 0 && !isStream && !changed.has(parameter))
        local.values.set(parameter, affineVariable(parameter));
    const read = this.#block(body, local);
    this.#calls.pop();
    return { ...read, directives: [...directivesBeside(this.#file, name), ...read.directives] };
  }

  #block(node: CppNode, local: LocalScope): ReadBody {
    const steps: Step[] = [];
    const directives: Directive[] = [];
    // What stands before a loop speaks of it; what stands elsewhere speaks of the block.
    let waiting: Directive[] = [];
    const children = node.type === "compound_statement" ? node.children : [node];
    for (const child of children) {
      if (child.type === "preproc_call") {
        const directive = this.#pragma(child, local);
        if (directive === undefined) continue;
        const isBefore = directive.dialect !== "vitis";
        if (isBefore) waiting.push(directive);
        else directives.push(directive);
        continue;
      }
      steps.push(...this.#statement(child, local, waiting));
      if (child.type !== "declaration" || waiting.length === 0) waiting = [];
    }
    return { steps, directives };
  }

  #pragma(node: CppNode, local: LocalScope): Directive | undefined {
    const argument = fieldOf(node, "argument");
    if (argument === undefined) return undefined;
    return readPragma(
      textOf(this.#file.file, argument),
      { start: node.start, end: node.end },
      (text) => evaluateText(text, (name) => lookupConstant(this.#file, name, local.constants)),
    );
  }

  #statement(
    node: CppNode,
    local: LocalScope,
    before: readonly Directive[],
    label = "",
    start = node.start,
  ): readonly Step[] {
    this.#stepCount += 1;
    if (this.#stepCount > mostSteps) {
      if (this.#stepCount === mostSteps + 1)
        this.problems.push({
          code: "RP5390",
          severity: "warning",
          message: `More than ${mostSteps} statements with all calls in place; what follows is left out.`,
          place: { kind: "text", span: { start: node.start, end: node.end } },
        });
      return [];
    }
    switch (node.type) {
      case "compound_statement": {
        const { steps } = this.#block(node, local);
        return steps;
      }
      case "labeled_statement": {
        const labelNode = fieldOf(node, "label");
        const inner = node.children.find((child) => child !== labelNode);
        if (inner === undefined) return [];
        const text = labelNode === undefined ? "" : textOf(this.#file.file, labelNode);
        return this.#statement(inner, local, before, text, start);
      }
      case "attributed_statement": {
        const inner = node.children.at(-1);
        if (inner === undefined) return [];
        const attributes = node.children
          .filter(({ type }) => type === "attribute_declaration")
          .flatMap((attribute) =>
            readAttribute(
              textOf(this.#file.file, attribute),
              { start: attribute.start, end: attribute.end },
              (text) =>
                evaluateText(text, (name) => lookupConstant(this.#file, name, local.constants)),
            ),
          );
        return this.#statement(inner, local, [...before, ...attributes], label, start);
      }
      case "for_statement":
        return this.#loop(node, forHeader(this.#file, local, node, this.#ranges), local, {
          before,
          label,
          start,
        });
      case "while_statement":
      case "do_statement":
        return this.#loop(node, whileHeader(this.#file, local, node), local, {
          before,
          label,
          start,
        });
      case "if_statement":
        return this.#branch(node, local);
      case "switch_statement": {
        const body = fieldOf(node, "body");
        return body === undefined
          ? []
          : body.children.flatMap((child) => this.#statements(child.children, local));
      }
      case "declaration":
        return this.#declaration(node, local);
      case "expression_statement":
      case "return_statement": {
        const [inner] = node.children;
        if (inner === undefined) return [];
        if (node.type === "return_statement") return this.#returned(inner, local);
        return this.#expressions.effects(inner, local);
      }
      default:
        return node.type.startsWith("preproc_if") || node.type === "preproc_else"
          ? this.#statements(node.children, local)
          : [];
    }
  }

  #statements(nodes: readonly CppNode[], local: LocalScope): readonly Step[] {
    return nodes.flatMap((node) => this.#statement(node, local, []));
  }

  #returned(node: CppNode, local: LocalScope): readonly Step[] {
    const name = `${local.prefix}return`;
    const { value, steps } = this.#expressions.read(node, local);
    const target = {
      name,
      type: value.type,
      indices: [],
      indexWork: [],
      span: { start: node.start, end: node.end },
    };
    return [...steps, { kind: "assign", target, value, isCompound: false, span: target.span }];
  }

  #loop(
    node: CppNode,
    header: LoopHeader,
    local: LocalScope,
    at: { readonly before: readonly Directive[]; readonly label: string; readonly start: number },
  ): readonly Step[] {
    const bodyNode = fieldOf(node, "body");
    if (bodyNode === undefined) return [];
    const id = this.#loopCount++;
    const iterator = local.prefix + header.iterator;
    for (const name of assignedNames(this.#file, node)) local.values.delete(nameIn(local, name));
    const isCounted = header.iterator !== "" && header.first !== undefined;
    const key = iterator;
    if (isCounted || header.trip.average !== undefined)
      local.values.set(iterator, affineVariable(key));
    const range = rangeOf(header, this.#ranges);
    if (range !== undefined) this.#ranges.set(key, range);
    const declared = fieldOf(node, "initializer");
    if (declared?.type === "declaration") this.#declare(declared, local);
    const { steps, directives } = this.#block(bodyNode, local);
    local.values.delete(iterator);
    const { first, trip, stride } = header;
    if (first !== undefined && isConstantAffine(first) && trip.source === "constant")
      local.values.set(iterator, addAffine(first, affineConstant(stride * (trip.most ?? 0))));
    const outside = directivesBeside(this.#file, this.#calls.at(-1) ?? "", at);
    // What a script says goes before what the source says.
    const all = [...outside, ...at.before, ...directives];
    const loop: Loop = {
      kind: "loop",
      id,
      label: at.label,
      iterator,
      trip: declaredTrip(trip, all),
      stride,
      body: steps,
      directives: all,
      span: { start: node.start, end: node.end },
      headerSpan: { start: node.start, end: Math.max(node.start, bodyNode.start) },
      startOffset: at.start,
      ...(at.start >= (this.#file.file.ownLength ?? Infinity) && { isElsewhere: true }),
    };
    return [loop];
  }

  #branch(node: CppNode, local: LocalScope): readonly Step[] {
    const condition = fieldOf(node, "condition");
    const value = condition === undefined ? undefined : (fieldOf(condition, "value") ?? condition);
    const consequence = fieldOf(node, "consequence");
    const alternative = fieldOf(node, "alternative");
    if (value === undefined || consequence === undefined) return [];
    const read = this.#expressions.read(value, local);
    const other = alternative?.type === "else_clause" ? alternative.children[0] : alternative;
    const values = new Map(local.values);
    const then = this.#block(consequence, { ...local, values: new Map(values) });
    const otherwise =
      other === undefined
        ? { steps: [], directives: [] }
        : this.#block(other, { ...local, values: new Map(values) });
    for (const name of assignedNames(this.#file, node)) local.values.delete(nameIn(local, name));
    return [
      ...read.steps,
      {
        kind: "branch",
        condition: read.value,
        then: then.steps,
        otherwise: otherwise.steps,
        span: { start: node.start, end: node.end },
      },
    ];
  }

  #declare(
    node: CppNode,
    local: LocalScope,
  ): readonly { name: string; initial: CppNode | undefined }[] {
    const { type, isStream } = typeOf(this.#file, fieldOf(node, "type"), local.constants);
    const isConstant = node.children.some(
      (child) => child.type === "type_qualifier" && /const/.test(textOf(this.#file.file, child)),
    );
    const declared: { name: string; initial: CppNode | undefined }[] = [];
    for (const child of node.children) {
      if (child.field !== "declarator") continue;
      const found = declaratorOf(this.#file, child, local.constants);
      if (found === undefined) continue;
      const name = local.prefix + found.name;
      this.variables.set(name, {
        name,
        type,
        dims: found.dims,
        kind: "local",
        isStream,
        isConstant: isConstant && found.initial?.type === "initializer_list",
        span: { start: found.node.start, end: found.node.end },
      });
      declared.push({ name, initial: found.initial });
    }
    return declared;
  }

  #declaration(node: CppNode, local: LocalScope): readonly Step[] {
    const steps: Step[] = [];
    for (const { name, initial } of this.#declare(node, local)) {
      const variable = this.variables.get(name);
      const value = initial?.type === "argument_list" ? initial.children[0] : initial;
      if (value === undefined || variable === undefined || value.type === "initializer_list")
        continue;
      if (variable.dims.length > 0) continue;
      const affine = variable.type.kind === "int" ? affineOf(this.#file, local, value) : undefined;
      if (affine !== undefined) {
        local.values.set(name, affine);
        continue;
      }
      local.values.delete(name);
      const read = this.#expressions.read(value, local);
      const span = { start: node.start, end: node.end };
      const target = { name, type: variable.type, indices: [], indexWork: [], span };
      steps.push(...read.steps, {
        kind: "assign",
        target,
        value: read.value,
        isCompound: false,
        span,
      });
    }
    return steps;
  }

  /** What a function that the file does not have is known to do. */
  #outsideCall(
    called: string,
    args: readonly CppNode[],
    local: LocalScope,
  ): { readonly steps: readonly Step[]; readonly value: undefined } | undefined {
    const problem = uncountedCore(called, args);
    if (problem !== undefined) this.problems.push(problem);
    const move = memoryMove(this.#file, local, {
      name: called.replace(/^(std)?::/, ""),
      id: this.#loopCount,
      args,
      baseOf: (node) => this.#expressions.baseName(node, local),
    });
    if (move === undefined) return undefined;
    this.#loopCount += 1;
    return { steps: [move], value: undefined };
  }

  /** Puts the called function's body in place; answers undefined for functions that nothing is known of. */
  #callForValue(
    called: string,
    args: readonly CppNode[],
    local: LocalScope,
    templateArguments: readonly CppNode[],
    object?: string,
  ): { readonly steps: readonly Step[]; readonly value: Expression | undefined } | undefined {
    const name = called.replace(/^.*::/, "");
    const node = this.#file.functions.get(name);
    const body = node === undefined ? undefined : fieldOf(node, "body");
    const declaratorNode = node === undefined ? undefined : fieldOf(node, "declarator");
    if (node === undefined || body === undefined || declaratorNode === undefined)
      return this.#outsideCall(called, args, local);
    if (this.#calls.includes(name) || this.#calls.length >= mostCalls) {
      this.problems.push({
        code: "RP5312",
        severity: "warning",
        message: `\`${name}\` calls itself; recursion has no hardware. Its cost is left out here.`,
        place: { kind: "text", span: { start: node.start, end: declaratorNode.end } },
      });
      return { steps: [], value: undefined };
    }
    this.#inlined += 1;
    const prefix = `${name}$${this.#inlined}.`;
    const template = this.#file.templates.get(name);
    const bound =
      template === undefined
        ? undefined
        : bindTemplate(this.#file, template, templateArguments, local.constants);
    const constants = new Map([...local.constants, ...(bound?.constants ?? [])]);
    // The names of a template's types mean something else in the next call.
    const types = new Map(this.#file.types);
    for (const [parameter, type] of bound?.types ?? []) this.#file.types.set(parameter, type);
    const aliases = new Map(object === undefined ? [] : methodMembers(this.#file, node, object));
    const values = new Map(local.values);
    const steps: Step[] = [];
    const parameters = declaratorOf(this.#file, declaratorNode)?.parameters?.children ?? [];
    parameters
      .filter(({ type }) => /parameter_declaration$/.test(type))
      .forEach((parameter, index) => {
        const declarator = fieldOf(parameter, "declarator");
        const found = declarator === undefined ? undefined : declaratorOf(this.#file, declarator);
        const argument = args[index];
        if (found === undefined || argument === undefined || declarator === undefined) return;
        const base = this.#expressions.baseName(argument, local);
        const { type, isStream } = typeOf(this.#file, fieldOf(parameter, "type"), constants);
        const isReference = declarator.type === "reference_declarator";
        const isArray = found.dims.length > 0 || found.isPointer || isStream || isReference;
        if (isArray && base !== undefined) {
          aliases.set(found.name, base);
          return;
        }
        const target = prefix + found.name;
        const affine = affineOf(this.#file, local, argument);
        this.variables.set(target, {
          name: target,
          type,
          dims: [],
          kind: "local",
          isStream: false,
          isConstant: false,
          span: { start: found.node.start, end: found.node.end },
        });
        if (affine !== undefined && type.kind === "int") {
          values.set(target, affine);
          return;
        }
        const read = this.#expressions.read(argument, local);
        const span = { start: argument.start, end: argument.end };
        steps.push(...read.steps, {
          kind: "assign",
          target: { name: target, type, indices: [], indexWork: [], span },
          value: read.value,
          isCompound: false,
          span,
        });
      });
    this.#calls.push(name);
    const inner: LocalScope = {
      variables: this.variables,
      values,
      aliases,
      prefix,
      constants,
    };
    for (const changed of assignedNames(this.#file, body)) {
      const target = nameIn(inner, changed);
      if (aliases.has(changed)) local.values.delete(target);
    }
    const { steps: bodySteps, directives: written } = this.#block(body, inner);
    const own = [...directivesBeside(this.#file, name), ...written];
    this.#calls.pop();
    for (const parameter of bound?.types.keys() ?? []) {
      const type = types.get(parameter);
      if (type === undefined) this.#file.types.delete(parameter);
      else this.#file.types.set(parameter, type);
    }
    const directives = own.map((one) => renamed(one, inner));
    // What speaks of an array holds for the whole function that the call stands in.
    this.directives.push(
      ...directives.filter(({ kind }) => kind === "partition" || kind === "bind"),
    );
    const returned = bodySteps
      .filter(
        (step): step is Assign => step.kind === "assign" && step.target.name === `${prefix}return`,
      )
      .at(-1);
    const value: Expression | undefined =
      returned === undefined
        ? undefined
        : { kind: "access", access: returned.target, type: returned.target.type };
    const span = { start: node.start, end: node.end };
    return { steps: [...steps, { kind: "call", name, body: bodySteps, directives, span }], value };
  }
}

/** A directive of a called function, with the names that its variables have where the call stands. */
function renamed(one: Directive, local: LocalScope): Directive {
  return "variable" in one && one.variable !== undefined
    ? { ...one, variable: nameIn(local, one.variable) }
    : one;
}

function nameIn(local: LocalScope, name: string): string {
  return local.aliases.get(name) ?? local.prefix + name;
}

function rangeOf(header: LoopHeader, ranges: ReadonlyMap<string, Range>): Range | undefined {
  const { first, stride, trip } = header;
  if (first === undefined || trip.most === undefined) return undefined;
  let [low, high] = [first.constant, first.constant];
  for (const [name, factor] of first.terms) {
    const range = ranges.get(name);
    if (range === undefined) return undefined;
    low += Math.min(factor * range.low, factor * range.high);
    high += Math.max(factor * range.low, factor * range.high);
  }
  // Of a triangular loop the furthest end is where the longest entry ends.
  const reach = stride * (trip.most - 1);
  return stride > 0
    ? { low, high: trip.source === "constant" ? high + reach : low + reach }
    : { low: trip.source === "constant" ? low + reach : high + reach, high };
}

function declaredTrip(trip: TripCount, directives: readonly Directive[]): TripCount {
  const declared = directiveOf(directives, "tripcount");
  if (declared === undefined || trip.source === "constant") return trip;
  const { least, most, average } = declared;
  const both = least !== undefined && most !== undefined ? (least + most) / 2 : undefined;
  const mean = average ?? both ?? most ?? least;
  if (mean === undefined) return trip.average === undefined ? unknownTrip : trip;
  return { average: mean, most: most ?? mean, source: "declared" };
}

import type { Problem } from "../../base/problem.js";
import { affineVariable, isConstantAffine, addAffine, affineConstant } from "../affine.js";
import { fieldOf, textOf, type CppNode } from "../cpp-tree.js";
import type { Directive } from "../directives.js";
import { directiveOf } from "../directives.js";
import type { Loop, Step, TripCount, Variable } from "../ir.js";
import { affineOf } from "./affine-node.js";
import { assignedNames } from "./assigned-names.js";
import { tableType } from "./constant-table.js";
import { directivesBeside } from "./directives-beside.js";
import { ExpressionReader } from "./expression-reader.js";
import { forHeader, whileHeader, unknownTrip, type LoopHeader, type Range } from "./loop-header.js";
import { readAttribute, readPragma } from "./pragma.js";
import { declaratorOf, lookupConstant, type FileScope, type LocalScope } from "./scope.js";
import { evaluateText } from "./constant-text.js";
import { Calls, nameIn } from "./calls.js";
import { activeChildren } from "./conditional-text.js";
import { specialDeclaration } from "./special-declaration.js";
import { typeOf, type ObjectType } from "./types.js";

/** Bounds what calls that are put in place of one another may grow to. */
const mostSteps = 20_000;

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
  readonly #calls: Calls;
  readonly #ranges = new Map<string, Range>();
  #stepCount = 0;
  #loopCount = 0;
  /** Of called functions, about arrays. */
  readonly directives: Directive[] = [];

  constructor(file: FileScope) {
    this.#file = file;
    this.#calls = new Calls(file, {
      variables: this.variables,
      problems: this.problems,
      directives: this.directives,
      expressions: () => this.#expressions,
      block: (node, local) => this.#block(node, local),
      nextLoop: () => this.#loopCount++,
    });
    this.#expressions = new ExpressionReader(file, this.#calls);
  }

  /** What was called whose cost nobody knows. */
  get uncounted(): readonly string[] {
    return [...new Set(this.#calls.uncounted)];
  }

  /** A parameter or a global, with the members of its class. */
  declare(variable: Variable, object: ObjectType | undefined): void {
    this.variables.set(variable.name, variable);
    if (object !== undefined) this.#calls.declare(variable, object, emptyScope(this.variables));
  }

  /** `owner`: the class whose method it is. */
  read(
    node: CppNode,
    name: string,
    constants: ReadonlyMap<string, number>,
    owner?: ObjectType,
  ): ReadBody {
    const body = fieldOf(node, "body");
    if (body === undefined) return { steps: [], directives: [] };
    const local: LocalScope = { ...emptyScope(this.variables), constants, owner };
    this.#calls.enter(name, `${node.start} []`);
    const changed = assignedNames(this.#file, body);
    for (const [parameter, { dims, isStream }] of this.variables)
      if (dims.length === 0 && !isStream && !changed.has(parameter))
        local.values.set(parameter, affineVariable(parameter));
    const read = this.#block(body, local);
    this.#calls.leave();
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
      case "for_range_loop":
        return this.#rangeLoop(node, local, { before, label, start });
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
        return node.type.startsWith("preproc_")
          ? this.#statements(activeChildren(this.#file, node, local.constants), local)
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
    const uncounted = this.#calls.uncounted.length;
    const { steps, directives } = this.#block(bodyNode, local);
    local.values.delete(iterator);
    const { first, trip, stride } = header;
    if (first !== undefined && isConstantAffine(first) && trip.source === "constant")
      local.values.set(iterator, addAffine(first, affineConstant(stride * (trip.most ?? 0))));
    const outside = directivesBeside(this.#file, this.#calls.current, at);
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
      ...(this.#calls.uncounted.length > uncounted && { hasUncounted: true }),
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

  #declare(node: CppNode, local: LocalScope): readonly Declared[] {
    const typeNode = fieldOf(node, "type");
    const info = typeOf(this.#file, typeNode, local.constants);
    const isConstant = node.children.some(
      (child) => child.type === "type_qualifier" && /const/.test(textOf(this.#file.file, child)),
    );
    const isAuto = typeNode?.type === "placeholder_type_specifier";
    const declared: Declared[] = [];
    for (const child of node.children) {
      if (child.field !== "declarator") continue;
      const found = declaratorOf(this.#file, child, local.constants);
      if (found === undefined || found.parameters !== undefined) continue;
      const name = local.prefix + found.name;
      const { initial } = found;
      local.aliases.delete(found.name);
      if (initial?.type === "lambda_expression") {
        local.lambdas.set(found.name, { node: initial, scope: local });
        continue;
      }
      // A reference, or a pointer that is set at once, is another name for what it points to.
      const target = found.isReference || found.isPointer ? initial : undefined;
      const place = target && this.#expressions.place(target, local);
      if (place !== undefined && this.variables.has(place.name)) {
        local.aliases.set(found.name, place.name);
        local.leading.set(found.name, place);
        continue;
      }
      const isTable = isConstant && initial?.type === "initializer_list";
      const type = isTable ? tableType(this.#file, info.type, initial, local.constants) : info.type;
      const variable: Variable = {
        name,
        type,
        dims: [...found.dims, ...info.dims],
        kind: "local",
        isStream: info.isStream,
        isConstant: isTable,
        span: { start: found.node.start, end: found.node.end },
      };
      this.variables.set(name, variable);
      if (info.object !== undefined) this.#calls.declare(variable, info.object, local);
      declared.push({ name, initial, isAuto });
    }
    return declared;
  }

  #declaration(node: CppNode, local: LocalScope): readonly Step[] {
    const special = specialDeclaration(this.#file, node);
    if (special?.kind === "task")
      return this.#calls.call({ node: special.called, args: special.args }, local)?.steps ?? [];
    if (special?.kind === "lock") {
      const base = this.#expressions.baseName(special.block, local);
      if (base !== undefined) local.aliases.set(special.name, base);
      return [];
    }
    const steps: Step[] = [];
    for (const { name, initial, isAuto } of this.#declare(node, local)) {
      const variable = this.variables.get(name);
      const isList = initial?.type === "argument_list" || initial?.type === "initializer_list";
      const value = isList ? initial.children[0] : initial;
      if (value === undefined || variable === undefined || variable.dims.length > 0) continue;
      if (value.type === "initializer_list" || (isList && initial.children.length > 1)) continue;
      const affine = variable.type.kind === "int" ? affineOf(this.#file, local, value) : undefined;
      if (affine !== undefined) {
        local.values.set(name, affine);
        continue;
      }
      local.values.delete(name);
      const read = this.#expressions.read(value, local);
      const type = isAuto ? read.value.type : variable.type;
      if (isAuto) this.variables.set(name, { ...variable, type });
      const span = { start: node.start, end: node.end };
      const target = { name, type, indices: [], indexWork: [], span };
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

  /** `for (auto &x : array)`: its name stands for one element after the other. */
  #rangeLoop(
    node: CppNode,
    local: LocalScope,
    at: { readonly before: readonly Directive[]; readonly label: string; readonly start: number },
  ): readonly Step[] {
    const [declarator, right] = [fieldOf(node, "declarator"), fieldOf(node, "right")];
    const found = declarator && declaratorOf(this.#file, declarator, local.constants);
    const base = right && this.#expressions.place(right, local);
    if (found === undefined || base === undefined) return [];
    const iterator = `${found.name}$index`;
    const key = local.prefix + iterator;
    const dim = this.variables.get(base.name)?.dims[base.indices.length];
    local.aliases.set(found.name, base.name);
    local.leading.set(found.name, {
      indices: [...base.indices, affineVariable(key)],
      offset: undefined,
    });
    const trip: TripCount =
      dim === undefined ? unknownTrip : { average: dim, most: dim, source: "constant" };
    const header = { iterator, first: affineConstant(0), stride: 1, trip };
    return this.#loop(node, header, local, at);
  }
}

function emptyScope(variables: Map<string, Variable>): LocalScope {
  return {
    variables,
    values: new Map(),
    aliases: new Map(),
    leading: new Map(),
    prefix: "",
    constants: new Map(),
    owner: undefined,
    lambdas: new Map(),
  };
}

interface Declared {
  readonly name: string;
  readonly initial: CppNode | undefined;
  readonly isAuto: boolean;
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

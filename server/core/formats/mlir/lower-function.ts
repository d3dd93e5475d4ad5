import type { Problem } from "../../base/problem.js";
import type { TextSpan } from "../../base/text-span.js";
import type { TextGraph } from "../onnx-text/syntax-context.js";
import { textOf } from "./items.js";
import { constantOf, defineConstant } from "./constants.js";
import { GraphDraft, type MlirConstant, resultCount, resultTypeOf } from "./draft.js";
import { handlerOf } from "./dialects/index.js";
import { defineNumber } from "./dialects/arith.js";
import type { Lowering, RegionOptions } from "./dialects/handler.js";
import { type MlirFunction, type MlirModule, symbolOf } from "./functions.js";
import type { MlirAttribute, MlirBlock, MlirOperation, MlirRegion } from "./syntax.js";
import { declaredType } from "./types.js";

/** Domain of the module's own functions. */
export const functionDomain = "func";

/** Turns functions of a module into graphs. */
export class FunctionLowering implements Lowering {
  readonly #module: MlirModule;
  readonly #functions: ReadonlyMap<string, MlirFunction>;
  readonly #report: (problem: Problem) => void;
  /** Functions that are called. */
  readonly called = new Set<string>();

  constructor(
    module: MlirModule,
    functions: ReadonlyMap<string, MlirFunction>,
    report: (problem: Problem) => void,
  ) {
    this.#module = module;
    this.#functions = functions;
    this.#report = report;
  }

  report(problem: Problem): void {
    this.#report(problem);
  }

  /** `weights`: arguments that are weights, by their place. */
  lower(definition: MlirFunction, weights: ReadonlySet<number>): TextGraph {
    const draft = new GraphDraft(undefined);
    const names = new Set<string>();
    definition.arguments.forEach((argument, index) => {
      const given = nameOfArgument(argument.attributes) ?? textOf(argument.location);
      const name = given === undefined || given === "" || names.has(given) ? argument.name : given;
      names.add(name);
      const constant: MlirConstant = {
        splat: undefined,
        data: undefined,
        isBuffer: false,
        place: argument.span,
      };
      const isWeight = weights.has(index);
      draft.argument(argument, name, isWeight ? constant : undefined);
      if (!isWeight)
        draft.inputs.push({
          name,
          declared: declaredType(argument.type, (axis) =>
            axis === 0 ? "batch" : `${name}_dim${axis}`,
          ),
          place: { kind: "text", span: argument.span },
        });
    });
    const [block, second] = definition.operation.regions[0]?.blocks ?? [];
    this.#lowerBlock(draft, block?.operations ?? []);
    if (second !== undefined) this.#tellBranches(definition, second);
    // Functions on buffers return nothing: what they have written is what they make.
    if (draft.outputs.length === 0)
      for (const value of draft.written.values()) draft.outputs.push({ name: draft.full(value) });
    const { operation } = definition;
    const body = operation.regions[0]?.span;
    const header = { start: operation.span.start, end: body?.start ?? operation.span.end };
    return draft.finish(definition.name, {
      whole: operation.span,
      header,
      name: nameSpanOf(definition),
      body,
      valueInfos: undefined,
    });
  }

  region(
    outer: GraphDraft,
    region: MlirRegion,
    name: string,
    { leading = [], leadingOutputs = [], types = [] }: RegionOptions = {},
  ): TextGraph {
    const draft = new GraphDraft(outer);
    for (const { name: own, elementType } of leading)
      draft.inputs.push({ name: own, declared: { kind: "tensor", elementType, shape: [] } });
    const [block] = region.blocks;
    for (const [index, written] of (block?.arguments ?? []).entries()) {
      const argument = { ...written, type: written.type ?? types[index] };
      const own = `%${argument.name}`;
      draft.argument(argument, own, undefined);
      draft.inputs.push({
        name: own,
        declared: declaredType(argument.type),
        place: { kind: "text", span: argument.span },
      });
    }
    for (const own of leadingOutputs) draft.outputs.push({ name: own });
    this.#lowerBlock(draft, block?.operations ?? []);
    return draft.finish(name, {
      whole: region.span,
      header: { start: region.span.start, end: region.span.start + 1 },
      name: { start: region.span.start, end: region.span.start + 1 },
      body: region.span,
      valueInfos: undefined,
    });
  }

  call(draft: GraphDraft, operation: MlirOperation, callee: string): boolean {
    const definition = this.#functions.get(callee);
    if (definition === undefined || definition.operation.regions.length === 0) return false;
    this.called.add(callee);
    draft.emit(operation, {
      op: callee,
      domain: functionDomain,
      inputs: draft.operands(operation).map((operand) => draft.full(operand)),
    });
    return true;
  }

  #lowerBlock(draft: GraphDraft, operations: readonly MlirOperation[]): void {
    draft.countUses(operations);
    for (const operation of operations) {
      if (isTerminator(operation.name)) this.#return(draft, operation);
      else if (!this.#lowerOperation(draft, operation)) this.#keep(draft, operation);
    }
  }

  #lowerOperation(draft: GraphDraft, operation: MlirOperation): boolean {
    const { name } = operation;
    const own = name.slice(name.indexOf(".") + 1);
    if (
      own === "constant" ||
      own === "Constant" ||
      own === "unfoldable_constant" ||
      own === "tensor.constant" ||
      own === "const" ||
      own === "value" ||
      own === "vtensor.literal" ||
      own === "literal" ||
      own === "pseudo_const"
    )
      return defineConstant(draft, operation);
    if (own === "call")
      return this.call(
        draft,
        operation,
        symbolOf(operation) || textOf(operation.attributes.get("callee")) || "",
      );
    if (
      /global\.(?:load|load_const|address)(?:\.indirect)?$|^util\.global\.load|\.get_global$|\.global_load/.test(
        name,
      )
    )
      return this.#load(draft, operation);
    const handler = handlerOf(name);
    if (handler !== undefined && operation.regions.length === 0)
      this.#tellMissing(draft, operation);
    if (handler === undefined || !handler(draft, operation, this)) return false;
    this.#completeResults(draft, operation);
    return true;
  }

  #tellBranches({ name, operation }: MlirFunction, { operations }: MlirBlock): void {
    const [first] = operations;
    this.#report({
      code: "RP1086",
      severity: "warning",
      message: `\`@${name}\` jumps between blocks; what follows the first is not counted, since how often it runs is not known. Analyse the module before structured control flow (\`scf\`, \`stablehlo.while\`) was lowered to jumps.`,
      place: { kind: "text", span: first?.nameSpan ?? operation.nameSpan },
    });
  }

  #tellMissing(draft: GraphDraft, { operands }: MlirOperation): void {
    for (const { name, span } of operands)
      if (draft.find(name) === undefined)
        this.#report({
          code: "RP1050",
          severity: "error",
          message: `\`%${name}\` is not made by anything before this line; name an argument or the result of an operation above.`,
          place: { kind: "text", span },
        });
  }

  /** Of an operation that makes more than its handler knows of, the rest is there, with its type and no more. */
  #completeResults(draft: GraphDraft, operation: MlirOperation): void {
    for (let index = 1; index < resultCount(operation); index += 1)
      if (!draft.isDefined(operation, index))
        draft.define(operation, index, { constant: unknownConstant });
  }

  /** `util.global.load @w`, `ml_program.global_load_const @w`; through a pointer, by what the address was of. */
  #load(draft: GraphDraft, operation: MlirOperation): boolean {
    const symbol = symbolOf(operation);
    const [pointer] = draft.operands(operation);
    const name = symbol === "" && typeof pointer?.literal === "string" ? pointer.literal : symbol;
    if (operation.name.endsWith("address")) {
      draft.define(operation, 0, { literal: name });
      return true;
    }
    const global = this.#module.globals.get(name);
    if (global === undefined) return false;
    const known = draft.root().globals.get(name);
    if (known !== undefined) {
      draft.alias(operation, known);
      return true;
    }
    const type = resultTypeOf(operation, 0) ?? global.type;
    const value = draft.root().define(operation, 0, {
      type,
      constant: { ...constantOf(global.value), isBuffer: global.isMutable },
    });
    const named = { ...value, name };
    // What is asked of it afterwards is asked of the one that all loads share.
    draft.root().globals.set(name, named);
    draft.alias(operation, named);
    return true;
  }

  #return(draft: GraphDraft, operation: MlirOperation): void {
    for (const { name, span } of operation.operands) {
      const value = draft.find(name);
      const full = value === undefined ? "" : draft.full(value);
      // A function that is expanded hands on what its nodes make, and no constants.
      const isConstant = value?.constant !== undefined && full !== "";
      const made = isConstant
        ? draft.helper(operation, { op: "Identity", inputs: [full] }, value.name)
        : full;
      draft.outputs.push({
        name: made === "" ? `%${name}` : made,
        place: { kind: "text", span },
        ...(value !== undefined && { declared: declaredType(value.type) }),
      });
    }
  }

  /** What writes to memory or starts something elsewhere: as an operator whose cost nobody knows, and not as nothing. */
  #keepEffect(draft: GraphDraft, operation: MlirOperation): void {
    const { name } = operation;
    const dot = name.indexOf(".");
    draft.add(operation, {
      op: name.slice(dot + 1),
      domain: dot < 0 ? "builtin" : name.slice(0, dot),
      inputs: [...draft.readBy(operation)],
      outputs: [`${name}'${operation.span.start}`],
    });
  }

  /** Under its own name, so that it is told as not known. */
  #keep(draft: GraphDraft, operation: MlirOperation): void {
    if (operation.results.length === 0) {
      if (!isFree(operation.name)) this.#keepEffect(draft, operation);
      return;
    }
    const type = resultTypeOf(operation, 0);
    if (type !== undefined && type.kind === "scalar" && operation.regions.length === 0) {
      defineNumber(draft, operation);
      return;
    }
    const dot = operation.name.indexOf(".");
    draft.emit(operation, {
      op: operation.name.slice(dot + 1),
      domain: dot < 0 ? "builtin" : operation.name.slice(0, dot),
      inputs: operation.operands.flatMap(({ name }) => {
        const value = draft.find(name);
        const known = draft.full(value);
        return known === "" ? [] : [known];
      }),
    });
  }
}

const unknownConstant: MlirConstant = {
  splat: undefined,
  data: undefined,
  isBuffer: true,
  place: undefined,
};

/** Without results and without a cost: assertions, the end of a buffer's life, notes to a compiler or a test. */
function isFree(name: string): boolean {
  return /^(?:transform|check|pdl|dbg|shape)\.|\.(?:assert|dealloc|dealloc_tensor|assume_alignment|bind_symbolic_shape|prefetch|barrier|mark|unreachable|nop|EntryPoint)$|^dealloc$/.test(
    name,
  );
}

function isTerminator(name: string): boolean {
  return /(?:^|\.)(?:return|output|yield)$/.test(name);
}

function nameOfArgument(attributes: ReadonlyMap<string, MlirAttribute>): string | undefined {
  for (const key of [
    "ttir.name",
    "jax.arg_info",
    "onnx.name",
    "iree.identifier",
    "ml_program.identifier",
  ]) {
    const name = textOf(attributes.get(key));
    if (name !== undefined && name !== "") return name;
  }
  const path = attributes.get("tf_saved_model.index_path");
  return path?.kind === "list" ? textOf(path.items[0]) : undefined;
}

/** `@main`, where it is written so; the operation's own name in generic form. */
function nameSpanOf({ operation }: MlirFunction): TextSpan {
  return operation.symbolSpan ?? operation.nameSpan;
}

import type { TextSpan } from "../../../base/text-span.js";
import { parsePython } from "../../../python/parse.js";
import {
  dottedName,
  type PyArgument,
  type PyExpression,
  type PyFunction,
  type PyStatement,
  type PythonFile,
} from "../../../python/syntax.js";
import { walkPython } from "../../../python/walk.js";
import { HostEvaluator, type Lookup } from "./host-evaluator.js";
import { type HostValue, type TritonConfig, unknownValue } from "./host-value.js";
import { type KernelPins, pinsOf } from "./pins.js";

/** What a Python text says of Triton: its kernels, who launches them, and the values of its module. */
export interface TritonFile {
  readonly python: PythonFile;
  /** Functions that are launched, in the order of the text. */
  readonly kernels: readonly KernelSource[];
  /** All functions with `@triton.jit`, by name: kernels put them in place where they call them. */
  readonly functions: ReadonlyMap<string, PyFunction>;
  /** Values of the module. */
  readonly lookup: Lookup;
  /** Sizes that a `triton.testing.Benchmark` of the file goes up to. */
  readonly benchmarked: ReadonlyMap<string, HostValue>;
}

export interface KernelSource {
  readonly function: PyFunction;
  /** In the order of the text; empty where nothing is tuned. */
  readonly configs: readonly TritonConfig[];
  /** By parameter: what is worked out from the others when the kernel is launched. */
  readonly heuristics: ReadonlyMap<string, HostValue>;
  readonly launches: readonly Launch[];
  readonly pins: KernelPins;
}

/** `kernel[grid](…)`. */
export interface Launch {
  readonly span: TextSpan;
  readonly grid: PyExpression;
  readonly arguments: readonly PyArgument[];
  /** The function that it stands in. */
  readonly enclosing: PyFunction | undefined;
}

/** Told from the text alone, so that nothing is read of the many files without a kernel. */
export function usesTriton(text: string): boolean {
  return /@(?:triton\.)?jit\b/.test(text) && /^[ \t]*(?:import|from)[ \t].*\btriton\b/m.test(text);
}

export function readTritonFile(text: string): TritonFile {
  const python = parsePython(text);
  const functions = new Map<string, PyFunction>();
  const calledBy = new Set<string>();
  const launches = new Map<string, Launch[]>();
  const benchmarks: PyExpression[] = [];
  walkPython(python.body, {
    statement: (statement) => {
      if (statement.kind === "function" && statement.decorators.some(isJit))
        functions.set(statement.name, statement);
    },
    expression: (expression, enclosing) => {
      if (expression.kind !== "call") return;
      const { callee, start, end } = expression;
      const name = dottedName(callee);
      if (name !== undefined && enclosing?.decorators.some(isJit) === true) calledBy.add(name);
      if (name !== undefined && /(?:^|\.)Benchmark$/.test(name)) benchmarks.push(expression);
      if (callee.kind !== "subscript") return;
      const target = launchedName(callee.object);
      if (target === undefined) return;
      const found = launches.get(target) ?? [];
      const given = expression.arguments;
      found.push({ span: { start, end }, grid: callee.index, arguments: given, enclosing });
      launches.set(target, found);
    },
  });
  const lookup = moduleLookup(python.body);
  const isLaunched = (name: string, target: PyFunction): boolean =>
    launches.has(name) ||
    (target.decorators.length > 1 && !calledBy.has(name) && !returnsValue(target)) ||
    (!calledBy.has(name) &&
      !returnsValue(target) &&
      /\.(?:store|atomic_\w+)\b/.test(bodyText(python, target)));
  const kernels = [...functions].flatMap(([name, target]): KernelSource[] =>
    isLaunched(name, target)
      ? [
          {
            function: target,
            ...decorated(target, lookup),
            launches: launches.get(name) ?? [],
            pins: pinsOf(python, target),
          },
        ]
      : [],
  );
  return { python, kernels, functions, lookup, benchmarked: benchmarkedSizes(benchmarks, lookup) };
}

function bodyText({ text }: PythonFile, target: PyFunction): string {
  return text.slice(target.nameSpan.end, target.end);
}

function isJit(decorator: PyExpression): boolean {
  const callee = decorator.kind === "call" ? decorator.callee : decorator;
  return /^(?:triton\.(?:runtime\.)?)?jit$/.test(dottedName(callee) ?? "");
}

/** `kernel`, `module.kernel`, `wrap_triton(kernel)`. */
function launchedName(object: PyExpression): string | undefined {
  if (object.kind === "call") {
    const [first] = object.arguments;
    return /wrap_triton$/.test(dottedName(object.callee) ?? "") && first !== undefined
      ? launchedName(first.value)
      : undefined;
  }
  return dottedName(object)?.split(".").at(-1);
}

function returnsValue(target: PyFunction): boolean {
  let found = false;
  walkPython(target.body, {
    statement: (statement) => {
      if (statement.kind === "return" && statement.value !== undefined) found = true;
    },
  });
  return found;
}

/** Names of the module, worked out when they are first asked for: most are never. */
function moduleLookup(body: readonly PyStatement[]): Lookup {
  const makers = new Map<string, PyStatement>();
  const collect = (statements: readonly PyStatement[]): void => {
    for (const statement of statements) {
      if (statement.kind === "function") makers.set(statement.name, statement);
      else if (statement.kind === "assign")
        for (const target of statement.targets)
          for (const one of target.kind === "sequence" ? target.items : [target])
            if (one.kind === "name") makers.set(one.name, statement);
      // Of two branches that define a name the first counts.
      if (statement.kind === "if") {
        collect(statement.otherwise);
        collect(statement.body);
      } else if (statement.kind === "block") statement.bodies.forEach(collect);
    }
  };
  collect(body);
  const known = new Map<string, HostValue>();
  const lookup: Lookup = (name) => {
    const found = known.get(name);
    const maker = makers.get(name);
    if (found !== undefined || maker === undefined) return found;
    // Whoever asks for itself on the way learns nothing.
    known.set(name, unknownValue);
    if (maker.kind === "function") {
      known.set(name, { kind: "function", function: maker });
      return known.get(name);
    }
    const names = new Map<string, HostValue>();
    new HostEvaluator(lookup).assign(maker, names);
    const value = names.get(name) ?? unknownValue;
    known.set(name, value);
    return value;
  };
  return lookup;
}

function decorated(
  target: PyFunction,
  lookup: Lookup,
): Pick<KernelSource, "configs" | "heuristics"> {
  const configs: TritonConfig[] = [];
  const heuristics = new Map<string, HostValue>();
  const evaluator = new HostEvaluator(lookup);
  for (const decorator of target.decorators) {
    if (decorator.kind !== "call") continue;
    const name = dottedName(decorator.callee)?.split(".").at(-1) ?? "";
    const word = (wanted: string): PyExpression | undefined =>
      (
        decorator.arguments.find((one) => one.name === wanted) ??
        decorator.arguments.find((one) => one.name === undefined)
      )?.value;
    if (/autotune$/.test(name)) {
      const given = word("configs");
      const list = given === undefined ? unknownValue : evaluator.evaluate(given);
      if (list.kind === "list")
        for (const item of list.items) if (item.kind === "config") configs.push(item.config);
    } else if (/heuristics$/.test(name)) {
      const given = word("values");
      const table = given === undefined ? unknownValue : evaluator.evaluate(given);
      if (table.kind === "dict")
        for (const [key, value] of table.entries) heuristics.set(key, value);
    }
  }
  return { configs, heuristics };
}

/** The last of `x_vals` for each of `x_names`, and the fixed `args`. */
function benchmarkedSizes(
  calls: readonly PyExpression[],
  lookup: Lookup,
): ReadonlyMap<string, HostValue> {
  const sizes = new Map<string, HostValue>();
  const evaluator = new HostEvaluator(lookup);
  for (const call of calls) {
    if (call.kind !== "call") continue;
    const word = (name: string): HostValue => {
      const given = call.arguments.find((one) => one.name === name);
      return given === undefined ? unknownValue : evaluator.evaluate(given.value);
    };
    const names = word("x_names");
    const values = word("x_vals");
    const last = values.kind === "list" ? values.items.at(-1) : undefined;
    if (names.kind === "list" && last !== undefined)
      names.items.forEach((name, index) => {
        const value = last.kind === "list" ? last.items[index] : last;
        if (name.kind === "text" && value?.kind === "number" && !sizes.has(name.value))
          sizes.set(name.value, value);
      });
    const fixed = word("args");
    if (fixed.kind === "dict")
      for (const [name, value] of fixed.entries)
        if (value.kind === "number" && !sizes.has(name)) sizes.set(name, value);
  }
  return sizes;
}

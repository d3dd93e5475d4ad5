import {
  dottedName,
  type PyFunction,
  type PyParameter,
  type PyStatement,
} from "../../../python/syntax.js";
import { walkPython } from "../../../python/walk.js";
import { assumedConstant, assumedSize } from "./assumed-sizes.js";
import { type Assume, HostEvaluator, type Lookup } from "./host-evaluator.js";
import { type HostValue, type TritonConfig, numberOf } from "./host-value.js";
import { pointerParameters } from "./pointer-parameters.js";
import type { KernelSource, Launch, TritonFile } from "./triton-file.js";

export type BindingSource =
  | "pin"
  | "configuration"
  | "heuristic"
  | "launch"
  | "default"
  | "benchmark"
  | "convention"
  | "assumed"
  | "unknown";

/** What a parameter of a kernel is taken to be, and who says so. */
export interface Binding {
  readonly name: string;
  readonly value: HostValue;
  readonly from: BindingSource;
  readonly isPointer: boolean;
  readonly isConstant: boolean;
}

export interface KernelBindings {
  readonly parameters: readonly Binding[];
  /** Programs along each axis; undefined where it is not known. */
  readonly grid: readonly (number | undefined)[] | undefined;
  /** Sizes that nobody says, with what they are taken to be. */
  readonly assumed: readonly { readonly name: string; readonly value: HostValue }[];
  /** `num_warps` and the like of the launch. */
  readonly options: ReadonlyMap<string, number>;
}

const options = ["num_warps", "num_stages", "num_ctas", "maxnreg"];

/** Values of all parameters of a kernel in one configuration. */
export function bindParameters(
  file: TritonFile,
  kernel: KernelSource,
  config: TritonConfig | undefined,
  smCount: number | undefined,
): KernelBindings {
  const pins = new Map(kernel.pins.pins.map(({ name, value }) => [name, value]));
  const [launch] = kernel.launches;
  const { parameters } = kernel.function;
  const pointers = pointerParameters(kernel.function, file.functions);
  const hasDot = usesDot(kernel.function, file.functions);
  const bound = new Map<string, Binding>();
  const assumedNames = new Map<string, HostValue>();
  const put = (parameter: PyParameter, value: HostValue, from: BindingSource): void => {
    const { name } = parameter;
    bound.set(name, {
      name,
      value: resolved(value, smCount) ?? value,
      from,
      isPointer: pointers.has(name),
      isConstant: isConstexpr(parameter),
    });
  };
  const isOpen = ({ name }: PyParameter): boolean => {
    const value = bound.get(name)?.value;
    return value === undefined || value.kind === "unknown";
  };
  /** What the file says; then once more with sizes that nobody says taken to be usual ones. */
  const say = (assume: Assume | undefined): HostEvaluator => {
    const seeds = seedsOf(parameters, bound, pins, file.benchmarked, launch);
    const locals =
      launch === undefined ? seeds : localsOf(file, launch, seeds, { smCount, assume });
    const lookup: Lookup = (name) => resolved(locals.get(name) ?? file.lookup(name), smCount);
    const host = new HostEvaluator(lookup, assume);
    const given =
      launch === undefined ? new Map<string, HostValue>() : givenTo(parameters, launch, host);
    for (const parameter of parameters) {
      const { name, initial } = parameter;
      if (!isOpen(parameter)) continue;
      const pin = pins.get(name);
      const configured = config?.values.get(name);
      const launched = given.get(name);
      const benchmark = file.benchmarked.get(name);
      if (pin !== undefined) put(parameter, pin, "pin");
      else if (configured !== undefined) put(parameter, configured, "configuration");
      else if (launched !== undefined && isUsable(launched, parameter, assume))
        put(parameter, launched, whoSays(launched, benchmark, assume));
      else if (initial !== undefined && launched === undefined)
        put(parameter, host.evaluate(initial), "default");
      else if (benchmark !== undefined && !pointers.has(name))
        put(parameter, benchmark, "benchmark");
    }
    for (const option of options) {
      const value = given.get(option);
      if (value !== undefined) optionValues.set(option, value);
    }
    bindHeuristics(kernel, bound, parameters, put);
    return host;
  };
  const optionValues = new Map<string, HostValue>();
  say(undefined);
  const unit = unitStrides(parameters);
  const assumeSize: Assume = (text) => {
    const value = assumedSize(text, hasDot);
    if (value !== undefined) assumedNames.set(text, value);
    return value;
  };
  for (const parameter of parameters) {
    const { name } = parameter;
    if (!isOpen(parameter) || pointers.has(name)) continue;
    if (/stride/i.test(name)) {
      if (unit.has(name)) put(parameter, { kind: "number", value: 1 }, "convention");
    } else if (/^NUM_SMS?$/i.test(name) && smCount !== undefined)
      put(parameter, { kind: "number", value: smCount }, "assumed");
    else if (!isConstexpr(parameter)) {
      const value = assumedSize(name, hasDot);
      if (value !== undefined) put(parameter, value, "assumed");
    }
  }
  const host = say(assumeSize);
  for (const parameter of parameters) {
    const { name } = parameter;
    if (!isOpen(parameter)) continue;
    const isNumber = !pointers.has(name) && isConstexpr(parameter);
    const value = isNumber ? assumedConstant(name, hasDot) : undefined;
    put(parameter, value ?? { kind: "unknown" }, value === undefined ? "unknown" : "assumed");
  }
  const grid = gridOf(pins.get("grid"), launch, host, bound);
  return {
    parameters: parameters.flatMap(({ name }) => bound.get(name) ?? []),
    grid,
    assumed: [
      ...[...bound.values()].flatMap(({ name, value, from }) =>
        from === "assumed" ? [{ name, value }] : [],
      ),
      ...[...assumedNames].flatMap(([name, value]) => (bound.has(name) ? [] : [{ name, value }])),
    ],
    options: new Map(
      options.flatMap((name): [string, number][] => {
        const value = numberOf(
          pins.get(name) ?? optionValues.get(name) ?? kernelOption(bound, name),
        );
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  };
}

/** Who gave a launch the value that it hands on. */
function whoSays(
  launched: HostValue,
  benchmark: HostValue | undefined,
  assume: Assume | undefined,
): BindingSource {
  if (assume !== undefined) return "assumed";
  const isBenchmarked = benchmark !== undefined && numberOf(benchmark) === numberOf(launched);
  return isBenchmarked ? "benchmark" : "launch";
}

/** A tile of no elements follows from sizes that were assumed for something else. */
function isUsable(value: HostValue, parameter: PyParameter, assume: Assume | undefined): boolean {
  if (value.kind === "unknown") return false;
  const isTile = isConstexpr(parameter) && /block|tile|^b[a-z]$/i.test(parameter.name);
  return assume === undefined || !isTile || value.kind !== "number" || value.value >= 1;
}

/** The number of multiprocessors is a device's. */
function resolved(
  value: HostValue | undefined,
  smCount: number | undefined,
): HostValue | undefined {
  if (value?.kind === "sm-count" && smCount !== undefined)
    return { kind: "number", value: smCount };
  return value;
}

function kernelOption(bound: ReadonlyMap<string, Binding>, name: string): HostValue | undefined {
  const found = bound.get(name);
  return found?.from === "assumed" ? undefined : found?.value;
}

export function isConstexpr({ annotation }: PyParameter): boolean {
  if (annotation === undefined) return false;
  if (annotation.kind === "string") return /constexpr/.test(annotation.value);
  return /(?:^|\.)constexpr$/.test(dottedName(annotation) ?? "");
}

/** Names of the launching function that stand for parameters of known size. */
function seedsOf(
  parameters: readonly PyParameter[],
  bound: ReadonlyMap<string, Binding>,
  pins: ReadonlyMap<string, HostValue>,
  benchmarked: ReadonlyMap<string, HostValue>,
  launch: Launch | undefined,
): ReadonlyMap<string, HostValue> {
  const seeds = new Map([...benchmarked, ...pins]);
  launch?.arguments.forEach(({ name, value }, index) => {
    if (value.kind !== "name") return;
    const parameter = name ?? parameters[index]?.name ?? "";
    const known = bound.get(parameter);
    const isSize = known?.from === "assumed" && known.value.kind === "number";
    const found =
      pins.get(parameter) ?? benchmarked.get(parameter) ?? (isSize ? known.value : undefined);
    if (found !== undefined) seeds.set(value.name, found);
  });
  return seeds;
}

interface HostContext {
  readonly smCount: number | undefined;
  readonly assume: Assume | undefined;
}

/** Names that the launching function has when it comes to the launch. */
function localsOf(
  file: TritonFile,
  { enclosing, span }: Launch,
  seeds: ReadonlyMap<string, HostValue>,
  { smCount, assume }: HostContext,
): ReadonlyMap<string, HostValue> {
  const names = new Map(seeds);
  if (enclosing === undefined) return names;
  for (const { name, initial } of enclosing.parameters)
    if (!names.has(name) && initial !== undefined) {
      const value = new HostEvaluator(file.lookup).evaluate(initial);
      // What may be left out is left out, once sizes are taken to be usual ones.
      if (value.kind !== "none" || assume !== undefined) names.set(name, value);
    }
  const lookup: Lookup = (name) => resolved(names.get(name) ?? file.lookup(name), smCount);
  const host = new HostEvaluator(lookup, assume);
  const run = (statement: PyStatement): void => {
    if (statement.start >= span.start) return;
    if (statement.kind === "function")
      names.set(statement.name, { kind: "function", function: statement });
    const made = new Map<string, HostValue>();
    host.assign(statement, made);
    // What is known is not lost to an assignment that says less: `M, K = a.shape`.
    for (const [name, value] of made)
      if (!seeds.has(name) && (value.kind !== "unknown" || !names.has(name)))
        names.set(name, value);
  };
  walkPython(enclosing.body, { statement: run });
  return names;
}

function givenTo(
  parameters: readonly PyParameter[],
  launch: Launch,
  host: HostEvaluator,
): Map<string, HostValue> {
  const given = new Map<string, HostValue>();
  let index = 0;
  for (const { name, stars, value } of launch.arguments) {
    if (stars > 0) {
      const spread = host.evaluate(value);
      if (stars === 2 && spread.kind === "dict")
        for (const [key, one] of spread.entries) given.set(key, one);
      // How many a list holds is not known: what follows has no place.
      if (stars === 1) {
        if (spread.kind !== "list") index = Infinity;
        else
          for (const one of spread.items) {
            given.set(parameters[index]?.name ?? "", one);
            index += 1;
          }
      }
      continue;
    }
    const target = name ?? parameters[index]?.name;
    if (name === undefined) index += 1;
    if (target === undefined) continue;
    const found = host.evaluate(value);
    given.set(target, found.kind === "unknown" ? strideOf(value, launch) : found);
  }
  return given;
}

/** `x.stride(1)` of a tensor that is asked for no later axis: rows are taken to lie without gaps. */
function strideOf(value: Launch["arguments"][number]["value"], launch: Launch): HostValue {
  const axis = strideAxis(value);
  if (axis === undefined) return { kind: "unknown" };
  const last = Math.max(
    ...launch.arguments.map((one) => {
      const other = strideAxis(one.value);
      return other !== undefined && other.tensor === axis.tensor ? other.axis : -Infinity;
    }),
  );
  const isLast = axis.axis === -1 || (axis.axis === last && last > 0);
  return isLast ? { kind: "number", value: 1 } : { kind: "unknown" };
}

function strideAxis(
  value: Launch["arguments"][number]["value"],
): { readonly tensor: string; readonly axis: number } | undefined {
  if (value.kind !== "call" || value.callee.kind !== "attribute" || value.callee.name !== "stride")
    return undefined;
  const tensor = dottedName(value.callee.object) ?? "";
  const [first] = value.arguments;
  const given = first?.value;
  if (given?.kind === "number") return { tensor, axis: given.value };
  const isNegative = given?.kind === "unary" && given.operator === "-";
  return isNegative && given.operand.kind === "number"
    ? { tensor, axis: -given.operand.value }
    : undefined;
}

/**
 * Of strides that nobody gives, those of a tensor's last axis are taken to be 1: of `stride_am, stride_ak` the last. A stride that
 * a tensor has alone is that of its rows.
 */
function unitStrides(parameters: readonly PyParameter[]): ReadonlySet<string> {
  const groups = new Map<string, string[]>();
  for (const { name } of parameters) {
    if (!/stride/i.test(name)) continue;
    const tensor = name.length > 2 ? name.slice(0, -1) : name;
    groups.set(tensor, [...(groups.get(tensor) ?? []), name]);
  }
  const last = [...groups.values()].flatMap((names) => (names.length > 1 ? names.slice(-1) : []));
  return new Set(last);
}

function bindHeuristics(
  { heuristics }: KernelSource,
  bound: Map<string, Binding>,
  parameters: readonly PyParameter[],
  put: (parameter: PyParameter, value: HostValue, from: BindingSource) => void,
): void {
  for (const [name, heuristic] of heuristics) {
    if (bound.get(name)?.from === "pin") continue;
    const entries = new Map([...bound].map(([key, { value }]) => [key, value]));
    const value: HostValue =
      heuristic.kind === "lambda" ? heuristic.call({ kind: "dict", entries }) : { kind: "unknown" };
    const parameter = parameters.find((one) => one.name === name);
    if (parameter === undefined || value.kind === "unknown") continue;
    put(parameter, value, "heuristic");
  }
}

function gridOf(
  pin: HostValue | undefined,
  launch: Launch | undefined,
  host: HostEvaluator,
  bound: ReadonlyMap<string, Binding>,
): KernelBindings["grid"] {
  if (pin !== undefined) return pin.kind === "list" ? pin.items.map(numberOf) : [numberOf(pin)];
  if (launch === undefined) return undefined;
  const entries = new Map([...bound].map(([key, { value }]) => [key, value]));
  const grid = host.evaluate(launch.grid);
  const called =
    grid.kind === "lambda"
      ? grid.call({ kind: "dict", entries })
      : grid.kind === "function"
        ? host.returned(grid.function.body, (name) =>
            name === grid.function.parameters[0]?.name ? { kind: "dict", entries } : undefined,
          )
        : grid;
  if (called?.kind === "number") return [called.value];
  return called?.kind === "list" ? called.items.map(numberOf) : undefined;
}

export function usesDot(
  target: PyFunction,
  functions: TritonFile["functions"],
  seen: ReadonlySet<string> = new Set(),
): boolean {
  let found = false;
  walkPython(target.body, {
    expression: (expression) => {
      if (found || expression.kind !== "call") return;
      const name = dottedName(expression.callee)?.split(".").at(-1) ?? "";
      if (/^dot(?:_scaled)?$/.test(name)) found = true;
      const helper = functions.get(name);
      if (helper !== undefined && helper !== target && !seen.has(name))
        found = usesDot(helper, functions, new Set([...seen, name]));
    },
  });
  return found;
}

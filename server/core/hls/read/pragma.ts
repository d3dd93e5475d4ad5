import type { TextSpan } from "../../base/text-span.js";
import type { Directive, DirectiveBody } from "../directives.js";

/** A number or undefined, from the text of a pragma's value: macros and constants of the file are known to it. */
export type EvaluateText = (text: string) => number | undefined;

/**
 * Reads what stands behind `#pragma`: Vitis (`HLS …`), Merlin (`ACCEL …`), Intel (`ii`, `unroll`, …) and Catapult
 * (`hls_…`). Answers undefined for pragmas that are not about synthesis.
 */
export function readPragma(
  text: string,
  span: TextSpan,
  evaluate: EvaluateText,
): Directive | undefined {
  const words = pragmaWords(text);
  const [first = "", ...rest] = words;
  const second = (rest[0] ?? "").toLowerCase();
  const make = (
    dialect: Directive["dialect"],
    body: DirectiveBody | undefined,
  ): Directive | undefined => {
    if (body === undefined) return undefined;
    const placeholder = /auto\s*\{\s*(\w+)\s*\}/.exec(text)?.[1];
    return { ...body, dialect, span, ...(placeholder !== undefined && { placeholder }) };
  };
  if (first.toUpperCase() === "HLS")
    return make("vitis", vitis(second, new PragmaValues(rest.slice(1), evaluate)));
  if (first.toUpperCase() === "ACCEL")
    return make("merlin", merlin(second, new PragmaValues(rest.slice(1), evaluate)));
  if (first.startsWith("hls_"))
    return make("catapult", catapult(first, new PragmaValues(rest, evaluate)));
  return make("intel", intel(first.toLowerCase(), new PragmaValues(rest, evaluate)));
}

/** `port = a` and `port=a` are one word; `max(…)` keeps its parentheses. */
function pragmaWords(text: string): readonly string[] {
  return (
    text
      .replace(/\/\/.*$|\/\*.*?\*\//g, " ")
      .replace(/\\\r?\n/g, " ")
      // The end of `_Pragma("HLS PIPELINE")`, and its beginning.
      .replace(/^[^"]*"(?=\s*(?:HLS|ACCEL)\b)|"\s*\)\s*;?\s*$/gi, "")
      .replace(/\s*=\s*/g, "=")
      // A placeholder that a value was put into says that value.
      .replace(/auto\s*\{\s*(\d+|off|flatten|NA)?\s*\}/g, (_, value?: string) => value ?? "")
      .replace(/auto\s*\{\s*\w+\s*\}/g, "auto")
      .split(/\s+/)
      .filter((word) => word !== "")
  );
}

class PragmaValues {
  readonly #values = new Map<string, string>();
  readonly flags: readonly string[];
  readonly #evaluate: EvaluateText;

  constructor(words: readonly string[], evaluate: EvaluateText) {
    this.#evaluate = evaluate;
    const flags: string[] = [];
    for (const word of words) {
      const equals = word.indexOf("=");
      if (equals > 0) this.#values.set(word.slice(0, equals).toLowerCase(), word.slice(equals + 1));
      else flags.push(word);
    }
    this.flags = flags;
  }

  has(flag: string): boolean {
    return this.flags.some((word) => word.toLowerCase() === flag);
  }

  text(key: string): string | undefined {
    return this.#values.get(key);
  }

  number(key: string): number | undefined {
    const text = this.#values.get(key);
    return text === undefined ? undefined : this.whole(text);
  }

  /** The first word without a key, as a number. */
  bare(): number | undefined {
    const [word] = this.flags;
    return word === undefined ? undefined : this.whole(word);
  }

  whole(text: string): number | undefined {
    const value = this.#evaluate(text);
    return value !== undefined && value >= 0 ? Math.floor(value) : undefined;
  }
}

/** Object with the key only where there is a value, as `exactOptionalPropertyTypes` wants it. */
function given<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<K, V>>);
}

/** As UG1399 (Vitis HLS user guide), chapter "HLS Pragmas", has them; `RESOURCE` is the older word for `BIND_*`. */
function vitis(name: string, values: PragmaValues): DirectiveBody | undefined {
  switch (name) {
    case "pipeline":
      return {
        kind: "pipeline",
        grain: "fine",
        isOff: values.has("off"),
        ...given("interval", values.number("ii")),
      };
    case "unroll":
      return {
        kind: "unroll",
        isOff: values.has("off"),
        ...given("factor", values.number("factor")),
      };
    case "dataflow":
      return { kind: "dataflow" };
    case "inline":
      return { kind: "inline", isOff: values.has("off") };
    case "loop_flatten":
      return { kind: "flatten", isOff: values.has("off") };
    case "array_partition":
    case "array_reshape":
    case "array_map":
      return partition(values, name === "array_reshape");
    case "interface":
      return {
        kind: "interface",
        mode: values.text("mode") ?? values.flags[0] ?? "",
        port: values.text("port") ?? "",
        ...given("bundle", values.text("bundle")),
        ...given("latency", values.number("latency")),
        ...given("outstanding", values.number("num_read_outstanding")),
        ...given("widest", values.number("max_widen_bitwidth")),
      };
    case "stream":
      return {
        kind: "stream",
        variable: values.text("variable") ?? "",
        ...given("depth", values.number("depth")),
      };
    case "bind_storage":
    case "resource":
      return {
        kind: "bind",
        variable: values.text("variable") ?? "",
        storage:
          `${values.text("type") ?? ""} ${values.text("impl") ?? ""} ${values.text("core") ?? ""}`
            .trim()
            .toLowerCase(),
      };
    case "loop_tripcount":
      return {
        kind: "tripcount",
        ...given("least", values.number("min")),
        ...given("most", values.number("max")),
        ...given("average", values.number("avg")),
      };
    case "dependence": {
      const isFalse = values.has("false") || values.text("dependent")?.toLowerCase() === "false";
      return { kind: "dependence", isFalse, ...given("variable", values.text("variable")) };
    }
    case "allocation":
      return {
        kind: "allocation",
        what: values.text("instances") ?? "",
        ...given("limit", values.number("limit")),
      };
    case "top":
      return { kind: "top" };
    default:
      return { kind: "other", name };
  }
}

function partition(values: PragmaValues, isReshape: boolean): DirectiveBody {
  const type = (values.text("type") ?? "").toLowerCase();
  const scheme = (["cyclic", "block"] as const).find((one) => one === type || values.has(one));
  return {
    kind: "partition",
    variable: values.text("variable") ?? "",
    scheme: scheme ?? "complete",
    dim: values.number("dim") ?? 1,
    isReshape,
    ...given("factor", values.number("factor")),
  };
}

/** As the Merlin compiler's user guide has them: `auto` leaves a value open, an empty PIPELINE is coarse-grained. */
function merlin(name: string, values: PragmaValues): DirectiveBody | undefined {
  switch (name) {
    case "kernel":
      return { kind: "top" };
    case "pipeline":
      return {
        kind: "pipeline",
        grain: values.has("flatten") ? "unrolled" : "coarse",
        isOff: values.has("off") || values.has("auto"),
      };
    case "parallel":
      return {
        kind: "parallel",
        ...given(
          "reduction",
          values.text("reduction") ?? (values.has("reduction") ? "" : undefined),
        ),
        ...given(
          "factor",
          values.number("factor") ?? (values.text("factor") === undefined ? undefined : 1),
        ),
      };
    case "tile":
      return { kind: "tile", ...given("factor", values.number("factor")) };
    case "interface":
      return {
        kind: "interface",
        mode: "m_axi",
        port: values.text("variable") ?? "",
      };
    default:
      return { kind: "other", name };
  }
}

/** As Intel's HLS compiler and oneAPI write them, before a loop. */
function intel(name: string, values: PragmaValues): DirectiveBody | undefined {
  switch (name) {
    case "ii":
      return { kind: "pipeline", grain: "fine", isOff: false, ...given("interval", values.bare()) };
    case "unroll":
      return { kind: "unroll", isOff: false, ...given("factor", values.bare()) };
    case "nounroll":
      return { kind: "unroll", isOff: true };
    case "disable_loop_pipelining":
      return { kind: "pipeline", grain: "fine", isOff: true };
    case "ivdep":
      return { kind: "dependence", isFalse: true };
    case "loop_coalesce":
      return { kind: "flatten", isOff: false };
    default:
      return /^(max_concurrency|speculated_iterations|max_interleaving|loop_fuse)$/.test(name)
        ? { kind: "other", name }
        : undefined;
  }
}

/** As Catapult writes them, before a loop or a function. */
function catapult(name: string, values: PragmaValues): DirectiveBody | undefined {
  switch (name) {
    case "hls_pipeline_init_interval":
      return { kind: "pipeline", grain: "fine", isOff: false, ...given("interval", values.bare()) };
    case "hls_unroll":
      return { kind: "unroll", isOff: values.has("no"), ...given("factor", values.bare()) };
    case "hls_design":
      return values.has("top") ? { kind: "top" } : { kind: "other", name };
    default:
      return { kind: "other", name };
  }
}

const intelAttributes: Readonly<Record<string, string>> = {
  initiation_interval: "ii",
  unroll: "unroll",
  disable_loop_pipelining: "disable_loop_pipelining",
  ivdep: "ivdep",
  loop_coalesce: "loop_coalesce",
};

/** `[[intel::initiation_interval(2)]]` says what `#pragma ii 2` says. */
export function readAttribute(
  text: string,
  span: TextSpan,
  evaluate: EvaluateText,
): readonly Directive[] {
  const found: Directive[] = [];
  for (const [, name = "", value = ""] of text.matchAll(/intel::(\w+)\s*(?:\(([^)]*)\))?/g)) {
    const pragma = readPragma(`${intelAttributes[name] ?? name} ${value}`, span, evaluate);
    if (pragma !== undefined) found.push(pragma);
  }
  return found;
}

import { Decoder } from "../../base/decode.js";
import type { Outcome } from "../../base/problem.js";
import type { Scheme } from "../formats/scheme.js";

/** What one family of runtimes does with number formats: a file of `server/data/quantization`. */
export interface RuntimeSupport {
  readonly id: string;
  /** Runtime ids; `*` stands for anything. */
  readonly runtimes: readonly string[];
  /** Schemes whose weights and activations it multiplies as they are, where the chip does; `int4-g*` any group. */
  readonly computes: readonly string[];
  /** Schemes whose weights it stores and widens before it multiplies. */
  readonly stores: readonly string[];
  /** Group sizes that it takes; empty: any. */
  readonly groupSizes: readonly number[];
  /** No float between layers: what has no integer form is an island. */
  readonly isIntegerOnly: boolean;
  /** Of the operators that elsewhere want floats, those that it has in integers, by tables as a rule. */
  readonly integerOperators: readonly string[];
  readonly accumulatorBits: number;
  /** Whether activation ranges are fixed beforehand or found at run time. */
  readonly activations: "static" | "dynamic";
  /** Formats of its own, which are measured when nobody names any; of large models those that are quickly found. */
  readonly proposes: readonly string[];
  readonly proposesForLarge: readonly string[];
  readonly source: string;
}

export function decodeSupport(value: unknown, file: string): Outcome<RuntimeSupport | undefined> {
  const decoder = new Decoder(`Quantization support \`${file}\``);
  const fields = decoder.object(value, "$");
  if (fields === undefined) return { value: undefined, problems: decoder.problems };
  const texts = (name: string): readonly string[] =>
    decoder
      .array(fields[name], name)
      ?.flatMap((item, index) => decoder.string(item, `${name}[${index}]`) ?? []) ?? [];
  const id = decoder.string(fields["id"], "id");
  const source = decoder.string(fields["source"], "source");
  const accumulatorBits = decoder.number(fields["accumulatorBits"], "accumulatorBits", {
    low: 8,
    high: 64,
  });
  const activations = decoder.oneOf(fields["activations"], "activations", ["static", "dynamic"]);
  const groupSizes =
    decoder
      .array(fields["groupSizes"], "groupSizes")
      ?.flatMap(
        (item, index) =>
          decoder.number(item, `groupSizes[${index}]`, { low: 2, high: 65536 }) ?? [],
      ) ?? [];
  const runtimes = texts("runtimes");
  const computes = texts("computes");
  const stores = texts("stores");
  const optional = (name: string): readonly string[] =>
    fields[name] === undefined ? [] : texts(name);
  return {
    value:
      id === undefined ||
      source === undefined ||
      accumulatorBits === undefined ||
      activations === undefined
        ? undefined
        : {
            id,
            runtimes,
            computes,
            stores,
            groupSizes,
            isIntegerOnly: fields["isIntegerOnly"] === true,
            integerOperators: optional("integerOperators"),
            proposes: optional("proposes"),
            proposesForLarge: optional("proposesForLarge"),
            accumulatorBits,
            activations,
            source,
          },
    problems: decoder.problems,
  };
}

export function supportOf(
  supports: readonly RuntimeSupport[],
  runtimeId: string,
): RuntimeSupport | undefined {
  return supports.find(({ runtimes }) => runtimes.some((pattern) => matches(pattern, runtimeId)));
}

/** True when one of the patterns names the scheme: its id, or its format's with any group size. */
export function namesScheme(patterns: readonly string[], { id, format }: Scheme): boolean {
  const [plain = id] = id.split("+");
  const { granularity } = format;
  const group = granularity.kind === "group" ? `${baseName(format.id)}-g${granularity.size}` : "";
  return patterns.some(
    (pattern) => matches(pattern, plain) || (group !== "" && matches(pattern, group)),
  );
}

/** `int4-g128` is `int4` in groups. */
function baseName(id: string): string {
  return id.replace(/-g\d+$/, "");
}

export function matches(pattern: string, text: string): boolean {
  if (!pattern.includes("*")) return pattern === text;
  const [head = "", tail = ""] = pattern.split("*");
  return text.length >= head.length + tail.length && text.startsWith(head) && text.endsWith(tail);
}

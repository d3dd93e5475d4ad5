import { Decoder } from "../../base/decode.js";
import type { Outcome } from "../../base/problem.js";
import { type FormatTable, parseScheme, type Scheme } from "../formats/scheme.js";

/** How one half of the cache is rounded. Scales run over tokens of one channel, or over channels of one token and head. */
export interface CacheHalf {
  readonly scheme: Scheme;
  readonly along: "token" | "channel";
}

/** One way of keeping keys and values: a file of `server/data/caches`. */
export interface CacheFormat {
  readonly id: string;
  readonly name: string;
  readonly key: CacheHalf;
  readonly value: CacheHalf;
  /** Newest tokens that stay as they are. */
  readonly fullTokens: number;
  /** Runtime ids that keep a cache so; `*` stands for anything. */
  readonly runtimes: readonly string[];
  readonly source: string;
}

export function decodeCacheFormat(
  value: unknown,
  file: string,
  formats: FormatTable,
): Outcome<CacheFormat | undefined> {
  const decoder = new Decoder(`Cache format \`${file}\``);
  const fields = decoder.object(value, "$");
  if (fields === undefined) return { value: undefined, problems: decoder.problems };
  const half = (name: "key" | "value"): CacheHalf | undefined => {
    const own = decoder.object(fields[name], name);
    const text = own && decoder.string(own["scheme"], `${name}.scheme`);
    const along = own && decoder.oneOf(own["along"], `${name}.along`, ["token", "channel"]);
    if (text === undefined || along === undefined) return undefined;
    const scheme = parseScheme(text, formats);
    return typeof scheme === "string"
      ? decoder.complain(`${name}.scheme`, scheme)
      : { scheme, along };
  };
  const id = decoder.string(fields["id"], "id");
  const name = decoder.string(fields["name"], "name");
  const source = decoder.string(fields["source"], "source");
  const fullTokens = decoder.number(fields["fullTokens"], "fullTokens", { low: 0, high: 65536 });
  const runtimes =
    decoder
      .array(fields["runtimes"], "runtimes")
      ?.flatMap((item, index) => decoder.string(item, `runtimes[${index}]`) ?? []) ?? [];
  const key = half("key");
  const whole = half("value");
  return {
    value:
      id === undefined ||
      name === undefined ||
      source === undefined ||
      fullTokens === undefined ||
      key === undefined ||
      whole === undefined
        ? undefined
        : { id, name, key, value: whole, fullTokens, runtimes, source },
    problems: decoder.problems,
  };
}

/**
 * Bits of an element of the cache on the mean of keys and values, scales and the tokens in full precision included, with
 * `tokens` in it.
 */
export function cacheBits(
  { key, value, fullTokens }: CacheFormat,
  headSize: number,
  tokens: number,
  fullBits: number,
): number {
  const bits = [key, value].reduce((sum, half) => sum + halfBits(half, headSize), 0) / 2;
  const full = tokens > 0 ? Math.min(1, fullTokens / tokens) : 0;
  return full * fullBits + (1 - full) * Math.min(bits, fullBits);
}

/** A scale for each token and head is a float16 beside `headSize` elements; those of groups are in the scheme's bits. */
function halfBits({ scheme, along }: CacheHalf, headSize: number): number {
  const isPerToken = scheme.format.granularity.kind === "channel" && along === "token";
  return scheme.bits + (isPerToken ? (16 * (scheme.format.isAffine ? 2 : 1)) / headSize : 0);
}

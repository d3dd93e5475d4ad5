import type { Decoder } from "../base/decode.js";
import { complainOfUnknown } from "../targets/decode-fields.js";
import type { AcceleratorPrecision, LayerDensity, Sparsity } from "./accelerator.js";
import { optional } from "./file-fields.js";
import { parseNumberFormat, type NumberFormat } from "./number-format.js";
import { leastShare, patternOf } from "./sparsity.js";

export const precisionFields = [
  "weights",
  "activations",
  "cache",
  "accumulatorBits",
  "throughput",
  "sparsity",
] as const;
export const sparsityFields = [
  "weights",
  "layers",
  "assumed",
  "activations",
  "indexBits",
  "balance",
] as const;

/** A list of formats, each a name (`"int8"`) or an object where weights and activations differ. */
export function decodePrecisions(
  decoder: Decoder,
  value: unknown,
): readonly AcceleratorPrecision[] | undefined {
  if (value === undefined)
    return decoder.complain(
      "precisions",
      'is missing; list the formats that it multiplies, for example `["int8"]`.',
    );
  const items = decoder.array(value, "precisions");
  if (items === undefined) return undefined;
  if (items.length === 0 || items.length > 32)
    return decoder.complain("precisions", "should list one format or more, 32 at most.");
  const found: AcceleratorPrecision[] = [];
  for (const [index, item] of items.entries()) {
    const path = `precisions[${index}]`;
    const precision =
      typeof item === "string"
        ? precisionOf(decoder, { weights: item }, path)
        : decodeOne(decoder, item, path);
    if (precision === undefined) return undefined;
    if (found.some(({ id }) => id === precision.id))
      return decoder.complain(path, `names \`${precision.id}\` a second time.`);
    found.push(precision);
  }
  return found;
}

function decodeOne(
  decoder: Decoder,
  value: unknown,
  path: string,
): AcceleratorPrecision | undefined {
  const fields = decoder.object(value, path);
  if (fields === undefined) return undefined;
  complainOfUnknown(decoder, fields, path, precisionFields);
  if (fields["weights"] === undefined)
    return decoder.complain(`${path}.weights`, "is missing; give the weights' format.");
  return precisionOf(decoder, fields, path);
}

function precisionOf(
  decoder: Decoder,
  fields: Readonly<Record<string, unknown>>,
  path: string,
): AcceleratorPrecision | undefined {
  const format = (key: string, given: unknown): NumberFormat | undefined => {
    const place =
      fields["activations"] === undefined && key === "weights" ? path : `${path}.${key}`;
    const name = decoder.string(given, place);
    const found = name === undefined ? undefined : parseNumberFormat(name);
    if (name !== undefined && found === undefined)
      decoder.complain(
        place,
        `names \`${name}\`, which is no number format; give int2 … int16, bf16, fp16, fp32, fp8-e4m3, mxfp4, log4 or the like.`,
      );
    return found;
  };
  const weights = format("weights", fields["weights"]);
  const activations =
    fields["activations"] === undefined ? weights : format("activations", fields["activations"]);
  if (weights === undefined || activations === undefined) return undefined;
  const cache = fields["cache"] === undefined ? null : format("cache", fields["cache"]);
  if (cache === undefined) return undefined;
  // What a sum of a few thousand products needs: twice the operands for integers, never less than 16.
  const widest = Math.max(weights.bits, activations.bits);
  const own =
    weights.kind === "integer" && activations.kind === "integer" ? Math.max(16, 4 * widest) : 32;
  const accumulatorBits = optional(
    decoder,
    fields,
    "accumulatorBits",
    { unit: "", low: 1, high: 64, isWhole: true },
    Math.ceil(Math.min(own, 32)),
    path,
  );
  const throughput = optional(
    decoder,
    fields,
    "throughput",
    { unit: "", low: 1 / 64, high: 64 },
    1,
    path,
  );
  const sparsity =
    fields["sparsity"] === undefined
      ? null
      : decodeSparsity(decoder, fields["sparsity"], `${path}.sparsity`);
  if (accumulatorBits === undefined || throughput === undefined || sparsity === undefined)
    return undefined;
  const operands = weights.id === activations.id ? weights.id : `${weights.id}x${activations.id}`;
  const formats = cache === null ? operands : `${operands}-kv-${cache.id}`;
  return {
    id: sparsity === null ? formats : `${formats}-${sparsity.id}`,
    weights: weights.id,
    activations: activations.id,
    weightBits: weights.bits,
    activationBits: activations.bits,
    ...(cache !== null && { cacheBits: cache.bits }),
    accumulatorBits,
    throughput,
    ...(sparsity !== null && { sparsity }),
  };
}

/** `"2:4"`, or the shares of operands that are no zeros; that of weights may be `"model"`, each layer's own. */
function decodeSparsity(decoder: Decoder, value: unknown, path: string): Sparsity | undefined {
  if (typeof value === "string") {
    const pattern = patternOf(value);
    return pattern === undefined
      ? decoder.complain(path, 'should name a pattern such as `"2:4"`, two of four weights.')
      : { ...pattern, activations: 1 };
  }
  const fields = decoder.object(value, path);
  if (fields === undefined) return undefined;
  complainOfUnknown(decoder, fields, path, sparsityFields);
  const share = { unit: "", low: leastShare, high: 1 } as const;
  if (fields["layers"] !== undefined) return decodePatterns(decoder, fields, path);
  const isCounted = fields["weights"] === "model";
  if (!isCounted && fields["assumed"] !== undefined)
    return decoder.complain(`${path}.assumed`, 'goes with `"weights": "model"`.');
  const weights = optional(decoder, fields, isCounted ? "assumed" : "weights", share, 1, path);
  const activations = optional(decoder, fields, "activations", share, 1, path);
  const balance = optional(decoder, fields, "balance", share, 1, path);
  const bits = { unit: "", low: 0, high: 32 } as const;
  const indexBits = optional(decoder, fields, "indexBits", bits, 4, path);
  if (
    weights === undefined ||
    activations === undefined ||
    balance === undefined ||
    indexBits === undefined
  )
    return undefined;
  const shares = { weights, activations, indexBits, balance };
  return isCounted ? { id: "counted", isCounted, ...shares } : { id: "sparse", ...shares };
}

/**
 * `{"mlp": "4:16", "self_attn": "8:16"}`: a chain of multipliers picks N of M operands for any N, so that M is one for all (FlightLLM,
 * Zeng et al., FPGA 2024). The first text that a layer's name holds decides.
 */
function decodePatterns(
  decoder: Decoder,
  fields: Readonly<Record<string, unknown>>,
  path: string,
): Sparsity | undefined {
  const layers = decoder.object(fields["layers"], `${path}.layers`);
  if (layers === undefined) return undefined;
  if (fields["weights"] !== undefined || fields["assumed"] !== undefined)
    return decoder.complain(`${path}.layers`, "says the weights' patterns; leave out `weights`.");
  const byLayer: LayerDensity[] = [];
  let indexBits: number | undefined;
  for (const [text, value] of Object.entries(layers)) {
    const place = `${path}.layers.${text}`;
    const pattern = typeof value === "string" ? patternOf(value) : undefined;
    if (pattern === undefined)
      return decoder.complain(place, 'should name a pattern such as `"4:16"`, four of 16 weights.');
    if (indexBits !== undefined && indexBits !== pattern.indexBits)
      return decoder.complain(place, "should pick among as many weights as the other patterns.");
    ({ indexBits } = pattern);
    byLayer.push({ text: text.toLowerCase(), share: pattern.weights });
  }
  if (indexBits === undefined || byLayer.length > 32)
    return decoder.complain(`${path}.layers`, "should hold one pattern or more, 32 at most.");
  const unit = { unit: "", low: leastShare, high: 1 } as const;
  const activations = optional(decoder, fields, "activations", unit, 1, path);
  const balance = optional(decoder, fields, "balance", unit, 1, path);
  if (activations === undefined || balance === undefined) return undefined;
  return { id: "by-layer", isCounted: true, weights: 1, activations, indexBits, balance, byLayer };
}

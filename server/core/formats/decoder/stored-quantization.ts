import type { Problem } from "../../base/problem.js";
import type { ConfigFields } from "./config-fields.js";

/**
 * What a checkpoint's `quantization_config` says of its weights. Numbers are those of each target's precision, whatever the
 * file has; whoever serves a quantized checkpoint is told which precision counts it as it is stored.
 */
export function quantizationNote(whole: ConfigFields): readonly Problem[] {
  const { fields, method } = methodOf(whole);
  if (fields === undefined || method === undefined) return [];
  const stored = storedAs(method, fields);
  const advice =
    stored === undefined
      ? "no target's precision counts them as they are stored"
      : `a target that ends in \`/${stored.precision}\` counts them as they are stored`;
  return [
    {
      code: "RP1049",
      severity: "information",
      message: `The weights are quantized (${stored?.words ?? method}). Times and memory are those of each target's own precision; ${advice}.`,
      place: { kind: "path", path: "quantization_config" },
    },
  ];
}

/** The precision of a target that counts the weights as they are stored; undefined where they are not quantized, or no target does. */
export function storedPrecision(whole: ConfigFields): string | undefined {
  const { fields, method } = methodOf(whole);
  return fields && method && storedAs(method, fields)?.precision;
}

/** What a checkpoint says of its scheme; older ones of compressed-tensors have another name for it. */
export function quantizationOf(whole: ConfigFields): ConfigFields | undefined {
  return whole.below("quantization_config") ?? whole.below("compression_config");
}

function methodOf(whole: ConfigFields): {
  readonly fields: ConfigFields | undefined;
  readonly method: string | undefined;
} {
  const fields = quantizationOf(whole);
  return { fields, method: fields?.text("quant_method") };
}

interface Stored {
  readonly words: string;
  readonly precision: string;
}

function storedAs(method: string, fields: ConfigFields): Stored | undefined {
  switch (method) {
    case "awq":
    case "gptq":
    case "auto-round":
      return integers(method, fields.count("bits"), fields.count("group_size"));
    case "bitsandbytes":
      return integers(
        "bitsandbytes",
        fields.flag("load_in_4bit") === true || fields.flag("_load_in_4bit") === true ? 4 : 8,
        undefined,
      );
    case "fp8":
    case "fbgemm_fp8":
      return floats(method, fields.list("weight_block_size") !== undefined);
    case "mxfp4":
      return { words: "mxfp4", precision: "w4a16-mxfp4" };
    case "modelopt":
      return ofModelOpt(fields.text("quant_algo") ?? "");
    case "compressed-tensors":
      return ofGroups(fields);
    default:
      return undefined;
  }
}

function integers(
  method: string,
  bits: number | undefined,
  group: number | undefined,
): Stored | undefined {
  if (bits !== 4 && bits !== 8) return undefined;
  const groups = group === undefined ? "" : ` in groups of ${group}`;
  return { words: `${method}, ${bits} bits${groups}`, precision: `int${bits}-wo` };
}

function floats(method: string, isBlocked: boolean): Stored {
  return isBlocked
    ? { words: `${method} by blocks`, precision: "fp8-block" }
    : { words: method, precision: "fp8" };
}

function ofModelOpt(algorithm: string): Stored | undefined {
  if (/^FP8/.test(algorithm)) return floats("modelopt FP8", algorithm.includes("PB"));
  if (/NVFP4/.test(algorithm)) return { words: `modelopt ${algorithm}`, precision: "nvfp4" };
  if (/^(W4A16|INT4)/.test(algorithm)) return integers("modelopt", 4, undefined);
  return /SQ/.test(algorithm) ? { words: `modelopt ${algorithm}`, precision: "sq" } : undefined;
}

/** The first group stands for all: others are exceptions for a few layers. */
function ofGroups(fields: ConfigFields): Stored | undefined {
  const [first = ""] = Object.keys(fields.object("config_groups") ?? {});
  const group = fields.below("config_groups")?.below(first);
  const weights = group?.below("weights");
  const bits = weights?.count("num_bits");
  if (weights === undefined || bits === undefined) return undefined;
  const size = weights.count("group_size");
  const words = `compressed-tensors, ${weights.text("type") ?? "int"}${bits}`;
  if (weights.text("type") === "float") {
    if (bits === 8) return floats(words, weights.text("strategy") === "block");
    if (bits !== 4) return undefined;
    return { words, precision: size === 32 ? "w4a16-mxfp4" : "nvfp4" };
  }
  const hasActivations = group?.below("input_activations") !== undefined;
  if (bits === 8 && hasActivations) return { words: `${words} with activations`, precision: "sq" };
  return integers("compressed-tensors", bits, size);
}

import { type Imported, nothingImported } from "./imported.js";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Statistics of AIMET (encodings, layer-wise errors), ONNX Runtime (its quantization debugger's errors) and ModelOpt (states
 * and `hf_quant_config.json`) as JSON; a sentence when it is none of them.
 */
export function readJsonStatistics(text: string, name: string): Imported | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `\`${name}\` is no JSON: ${error instanceof Error ? error.message : String(error)}.`;
  }
  return readStatisticsData(value, name);
}

/** The same of what such a file holds, however it was written. */
export function readStatisticsData(value: unknown, name: string): Imported | string {
  const fields = fieldsOf(value);
  const found =
    fields && (aimet(fields) ?? modelOpt(fields) ?? onnxRuntime(fields) ?? flat(fields, name));
  if (found === undefined)
    return `\`${name}\` is in no form that is known: AIMET encodings or layer-wise errors, ONNX Runtime's quantization errors, ModelOpt states.`;
  return found;
}

/**
 * Encodings of AIMET (documentation, "Encoding format"): 0.6.1 has lists by name, 1.0.0 a list with names, 2.0.0 one list for
 * parameters and activations in the terms of ONNX.
 */
function aimet(fields: Fields): Imported | undefined {
  const parameters = fields["param_encodings"] ?? fields["encodings"];
  if (parameters === undefined) return undefined;
  const formats = new Map<string, string>();
  const keep = (name: unknown, format: string | undefined): void => {
    if (typeof name === "string" && format !== undefined) formats.set(name, format);
  };
  if (Array.isArray(parameters))
    for (const item of parameters as readonly unknown[]) {
      const entry = fieldsOf(item) ?? {};
      keep(entry["name"], "output_dtype" in entry ? onnxEncoding(entry) : listedEncoding(entry));
    }
  else
    for (const [name, list] of Object.entries(fieldsOf(parameters) ?? {}))
      if (Array.isArray(list)) keep(name, channelEncoding(list as readonly unknown[]));
  // What nobody quantizes stands as it is.
  for (const name of textsOf(fields["excluded_layers"])) keep(name, "");
  return { ...nothingImported, tool: "AIMET", formats };
}

/** 0.6.1: an entry for each channel; truths are words. */
function channelEncoding(list: readonly unknown[]): string | undefined {
  const { bitwidth, dtype, is_symmetric } = fieldsOf(list[0]) ?? {};
  const isAffine = is_symmetric === false || is_symmetric === "False";
  return aimetFormat(bitwidth, dtype, isAffine, list.length > 1 ? "" : "@tensor");
}

/** 1.0.0. In LPBQ (blocks with scales of scales) `bw` is what blocks are widened to, `compressed_bw` what is stored. */
function listedEncoding(entry: Fields): string | undefined {
  const { scale, enc_type: kind, block_size: size, is_sym } = entry;
  const isBlocks = typeof size === "number" && size > 1 && kind !== "PER_TENSOR";
  const hasChannels =
    kind === "PER_CHANNEL" || (kind === undefined && Array.isArray(scale) && scale.length > 1);
  return aimetFormat(
    entry["compressed_bw"] ?? entry["bw"],
    entry["dtype"],
    is_sym === false || is_sym === "False",
    isBlocks ? `@g${size}` : hasChannels ? "" : "@tensor",
  );
}

/** 2.0.0: `output_dtype` is `int4`, `uint8`, `float16`; scales are numbers, lists, or lists of lists. */
function onnxEncoding(entry: Fields): string | undefined {
  const match = /^(u?int|float)(\d{1,2})/.exec(String(entry["output_dtype"]));
  if (match === null) return undefined;
  const [, kind = "", bits = ""] = match;
  const { block_size: size, y_scale: scale, y_zero_point: zeros } = entry;
  const isBlocks = typeof size === "number" && size > 1;
  const hasChannels = Array.isArray(scale) && scale.length > 1;
  const isAffine =
    kind === "uint" || [zeros].flat(3).some((zero) => typeof zero === "number" && zero !== 0);
  return aimetFormat(
    Number(bits),
    kind === "float" ? "float" : "int",
    isAffine,
    isBlocks ? `@g${size}` : hasChannels ? "" : "@tensor",
  );
}

function aimetFormat(
  bits: unknown,
  type: unknown,
  isAffine: boolean,
  granularity: string,
): string | undefined {
  if (typeof bits !== "number" || typeof type !== "string") return undefined;
  if (type.toLowerCase() === "float") return bits === 16 ? "fp16" : "";
  return `${isAffine ? "uint" : "int"}${bits}${granularity}`;
}

/** ModelOpt's algorithms by our formats (modelopt.torch.export, `hf_quant_config.json`). */
const algorithms: Readonly<Record<string, string>> = {
  FP8: "fp8-e4m3@tensor",
  FP8_PER_CHANNEL_PER_TOKEN: "fp8-e4m3",
  FP8_PB_WO: "fp8-e4m3@g128",
  FP8_PB_REAL: "fp8-e4m3@g128",
  W8A8_SQ_PER_CHANNEL: "int8+equalize",
  INT8_SQ: "int8+equalize",
  W8A16: "int8",
  W4A16: "int4",
  INT4_AWQ: "int4-g128",
  W4A16_AWQ: "int4-g128",
  W4A8_AWQ: "int4-g128",
  NVFP4: "nvfp4",
  NVFP4_AWQ: "nvfp4",
  NVFP4_SVD: "nvfp4",
  W4A16_NVFP4: "nvfp4",
  W4A8_NVFP4_FP8: "nvfp4",
  W4A8_MXFP4_FP8: "mxfp4",
  MXFP4: "mxfp4",
  MXFP8: "mxfp8-e4m3",
};

/** `hf_quant_config.json` has them under `quantization`, a `config.json` of the same tool under `quantization_config`. */
function modelOpt(fields: Fields): Imported | undefined {
  const inConfig = fieldsOf(fields["quantization_config"]);
  const quantization =
    fieldsOf(fields["quantization"]) ??
    (inConfig?.["quant_method"] === "modelopt" ? inConfig : undefined);
  const states = quantizerStates(fields);
  if (states === undefined && quantization?.["quant_algo"] === undefined) return undefined;
  const formats = new Map<string, string>();
  // What is left out goes before what holds for all.
  const excluded = quantization?.["exclude_modules"] ?? quantization?.["ignore"];
  for (const name of textsOf(excluded)) formats.set(name, "");
  for (const [name, layer] of Object.entries(fieldsOf(quantization?.["quantized_layers"]) ?? {})) {
    const format = algorithmOf(fieldsOf(layer));
    if (format !== undefined) formats.set(name, format);
  }
  const all = quantization && algorithmOf(quantization);
  if (all !== undefined) formats.set("*", all);
  for (const [name, state] of Object.entries(states ?? {})) {
    if (!name.endsWith("weight_quantizer")) continue;
    const format = quantizerFormat(fieldsOf(state));
    if (format !== undefined) formats.set(name, format);
  }
  return { ...nothingImported, tool: "ModelOpt", formats };
}

function algorithmOf(fields: Fields | undefined): string | undefined {
  const name = fields?.["quant_algo"];
  const format = typeof name === "string" ? algorithms[name.toUpperCase()] : undefined;
  const size = fields?.["group_size"];
  return format === "int4-g128" && typeof size === "number" && size !== 128 && size > 1
    ? `int4@g${size}`
    : format;
}

/**
 * `modelopt_state_dict` is a list of modes with their metadata; `quantizer_state` is in that of `quantize`. What
 * `modelopt.torch.opt.save` writes has all of it under `modelopt_state`, beside the weights.
 */
function quantizerStates(fields: Fields): Fields | undefined {
  const inner = fieldsOf(fields["modelopt_state"]);
  if (inner !== undefined) return quantizerStates(inner);
  const direct = fieldsOf(fields["quantizer_state"]);
  if (direct !== undefined) return direct;
  const modes = fields["modelopt_state_dict"];
  if (!Array.isArray(modes)) return undefined;
  for (const mode of modes as readonly unknown[]) {
    const metadata = Array.isArray(mode) ? fieldsOf(fieldsOf(mode[1])?.["metadata"]) : undefined;
    const states = fieldsOf(metadata?.["quantizer_state"]);
    if (states !== undefined) return states;
  }
  return undefined;
}

function quantizerFormat(state: Fields | undefined): string | undefined {
  if (state === undefined) return undefined;
  if (state["_disabled"] === true) return "";
  const bits = state["_num_bits"];
  const blocks = fieldsOf(state["_block_sizes"]);
  const size = blocks?.["-1"];
  if (Array.isArray(bits) && bits.length === 2) {
    const [exponent, mantissa] = bits as readonly unknown[];
    if (exponent === 2 && mantissa === 1) return size === 32 ? "mxfp4" : "nvfp4";
    if (exponent === 4 && mantissa === 3)
      return size === 32 ? "mxfp8-e4m3" : state["_axis"] === null ? "fp8-e4m3@tensor" : "fp8-e4m3";
    return `e${String(exponent)}m${String(mantissa)}`;
  }
  if (typeof bits !== "number") return undefined;
  if (typeof size === "number" && size > 1) return `int${bits}@g${size}`;
  return state["_axis"] === null || state["_axis"] === undefined
    ? `int${bits}@tensor`
    : `int${bits}`;
}

/** `compute_activation_error` (onnxruntime.quantization.qdq_loss_debug): decibels of signal to noise by tensor. */
function onnxRuntime(fields: Fields): Imported | undefined {
  const errors = new Map<string, number>();
  for (const [name, value] of Object.entries(fields)) {
    const entry = fieldsOf(value);
    const db = entry?.["qdq_err"] ?? entry?.["xmodel_err"];
    if (typeof db === "number" && Number.isFinite(db)) errors.set(name, 10 ** (-db / 10));
  }
  return errors.size === 0 ? undefined : { ...nothingImported, tool: "ONNX Runtime", errors };
}

/** Numbers by name: AIMET's errors, or the weights' decibels of ONNX Runtime, by what the file is called. */
function flat(fields: Fields, file: string): Imported | undefined {
  const entries = Object.entries(fields).filter(
    (entry): entry is [string, number] => typeof entry[1] === "number" && Number.isFinite(entry[1]),
  );
  if (entries.length === 0 || entries.length < Object.keys(fields).length) return undefined;
  const lower = file.toLowerCase();
  if (/sqnr|snr|weight_err|_db/.test(lower))
    return {
      ...nothingImported,
      tool: "ONNX Runtime",
      errors: new Map(entries.map(([name, db]) => [name, 10 ** (-db / 10)])),
    };
  if (/mse|loss|err/.test(lower) && entries.every(([, error]) => error >= 0))
    return { ...nothingImported, tool: "AIMET", errors: new Map(entries) };
  return undefined;
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : undefined;
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value)
    ? value.filter((item): item is string => typeof item === "string")
    : [];
}

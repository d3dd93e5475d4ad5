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
  const fields = fieldsOf(value);
  const found =
    fields && (aimet(fields) ?? modelOpt(fields) ?? onnxRuntime(fields) ?? flat(fields, name));
  if (found === undefined)
    return `\`${name}\` is in no form that is known: AIMET encodings or layer-wise errors, ONNX Runtime's quantization errors, ModelOpt states.`;
  return found;
}

/** Encodings of AIMET 0.6 (lists by name) and 1.0 (a list with names): AIMET documentation, "Encoding format". */
function aimet(fields: Fields): Imported | undefined {
  const parameters = fields["param_encodings"];
  if (parameters === undefined) return undefined;
  const entries: [string, Fields | undefined, number][] = [];
  if (Array.isArray(parameters))
    for (const item of parameters as readonly unknown[]) {
      const entry = fieldsOf(item);
      const { name, scale } = entry ?? {};
      const count = Array.isArray(scale) ? scale.length : 1;
      if (typeof name === "string") entries.push([name, entry, count]);
    }
  else
    for (const [name, list] of Object.entries(fieldsOf(parameters) ?? {}))
      if (Array.isArray(list)) entries.push([name, fieldsOf(list[0]), list.length]);
  const formats = new Map<string, string>();
  for (const [name, entry, count] of entries) {
    const bits = entry?.["bitwidth"] ?? entry?.["bw"];
    const type = entry?.["dtype"];
    if (typeof bits !== "number" || typeof type !== "string") continue;
    const isSymmetric = entry?.["is_symmetric"] ?? entry?.["is_sym"];
    const isAffine = isSymmetric === false || isSymmetric === "False";
    formats.set(
      name,
      type.toLowerCase() === "float"
        ? bits === 16
          ? "fp16"
          : ""
        : `${isAffine ? "uint" : "int"}${bits}${count > 1 ? "" : "@tensor"}`,
    );
  }
  return { ...nothingImported, tool: "AIMET", formats };
}

/** ModelOpt's algorithms by our formats (modelopt.torch.export, `hf_quant_config.json`). */
const algorithms: Readonly<Record<string, string>> = {
  FP8: "fp8-e4m3@tensor",
  FP8_PER_CHANNEL_PER_TOKEN: "fp8-e4m3",
  W8A8_SQ_PER_CHANNEL: "int8+equalize",
  INT8_SQ: "int8+equalize",
  W8A16: "int8",
  W4A16: "int4",
  INT4_AWQ: "int4-g128",
  W4A16_AWQ: "int4-g128",
  W4A8_AWQ: "int4-g128",
  NVFP4: "nvfp4",
  NVFP4_AWQ: "nvfp4",
  MXFP4: "mxfp4",
  MXFP8: "mxfp8-e4m3",
};

function modelOpt(fields: Fields): Imported | undefined {
  const quantization = fieldsOf(fields["quantization"]);
  const states = quantizerStates(fields);
  if (states === undefined && quantization?.["quant_algo"] === undefined) return undefined;
  const formats = new Map<string, string>();
  // What is left out goes before what holds for all.
  for (const excluded of textsOf(quantization?.["exclude_modules"])) formats.set(excluded, "");
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

/** `modelopt_state_dict` is a list of modes with their metadata; `quantizer_state` is in that of `quantize`. */
function quantizerStates(fields: Fields): Fields | undefined {
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
    (entry): entry is [string, number] =>
      typeof entry[1] === "number" && Number.isFinite(entry[1]) && entry[1] >= 0,
  );
  if (entries.length === 0 || entries.length < Object.keys(fields).length) return undefined;
  const lower = file.toLowerCase();
  if (/sqnr|snr|weight_err|_db/.test(lower))
    return {
      ...nothingImported,
      tool: "ONNX Runtime",
      errors: new Map(entries.map(([name, db]) => [name, 10 ** (-db / 10)])),
    };
  if (/mse|loss|err/.test(lower))
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

import { plannedLayers, type Recipe, schemeParts } from "./recipe.js";

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** The plan as Ridgepoint reads it again (`--compare`). */
const own: Recipe = {
  id: "json",
  summary: "Ridgepoint's own plan, read again by --compare",
  write: (input) =>
    json({
      ridgepointPlan: 1,
      target: input.choices.target.id,
      layers: plannedLayers(input).map(({ name, op, weights, schemeId }) => ({
        name,
        op,
        weights,
        format: schemeId === "" ? null : schemeId,
      })),
    }),
};

/** ONNX Runtime, quantize_static: `nodes_to_exclude`, and `TensorQuantOverrides` under `extra_options`. */
const onnxRuntime: Recipe = {
  id: "onnxruntime",
  summary: "arguments of onnxruntime.quantization.quantize_static",
  write: (input) => {
    const layers = plannedLayers(input);
    const typeOf = (schemeId: string): string | undefined => {
      const parts = schemeParts(input, schemeId);
      if (parts === undefined) return undefined;
      if (parts.isFloat) return parts.bits === 8 ? "QFLOAT8E4M3FN" : undefined;
      return `${parts.isSymmetric ? "QInt" : "QUInt"}${parts.bits}`;
    };
    const overrides = layers.flatMap(({ weights, schemeId }): [string, unknown][] => {
      const parts = schemeParts(input, schemeId);
      const type = typeOf(schemeId);
      return parts === undefined || type === undefined
        ? []
        : weights.map((weight) => [
            weight,
            [
              {
                quant_type: type,
                symmetric: parts.isSymmetric,
                ...(parts.isPerChannel && { axis: 0 }),
              },
            ],
          ]);
    });
    return json({
      nodes_to_exclude: layers
        .filter(({ schemeId }) => typeOf(schemeId) === undefined)
        .map(({ name }) => name),
      extra_options: { TensorQuantOverrides: Object.fromEntries(overrides) },
    });
  },
};

/** TensorRT up to 10, later networks say types themselves: `trtexec --precisionConstraints=obey --layerPrecisions=…`. */
const tensorRt: Recipe = {
  id: "tensorrt",
  summary: "--layerPrecisions of trtexec, a layer a line",
  write: (input) => {
    const precision = (schemeId: string): string => {
      const parts = schemeParts(input, schemeId);
      if (parts === undefined)
        return input.choices.target.precision.weightBits > 16 ? "fp32" : "fp16";
      return `${parts.isFloat ? "fp" : "int"}${parts.bits}`;
    };
    return `${plannedLayers(input)
      .map(({ name, schemeId }) => `${name}:${precision(schemeId)}`)
      .join("\n")}\n`;
  },
};

/** NVIDIA ModelOpt (guide "Quantization Configuration"): a list of rules by wildcards; the last that matches holds. */
const modelOpt: Recipe = {
  id: "modelopt",
  summary: "quant_cfg of modelopt.torch.quantization",
  write: (input) => {
    const quantizer = (schemeId: string): Readonly<Record<string, unknown>> => {
      const parts = schemeParts(input, schemeId);
      if (parts === undefined) return { enable: false };
      const bits: number | readonly number[] = parts.isFloat
        ? parts.bits === 8
          ? parts.formatId.includes("e5m2")
            ? [5, 2]
            : [4, 3]
          : [2, 1]
        : parts.bits;
      const scales =
        parts.groupSize === undefined
          ? { axis: parts.isPerChannel ? 0 : null }
          : { block_sizes: { "-1": parts.groupSize } };
      return { cfg: { num_bits: bits, ...scales }, enable: true };
    };
    return json({
      quant_cfg: [
        { quantizer_name: "*", enable: false },
        ...plannedLayers(input).map(({ name, schemeId }) => ({
          quantizer_name: `*${moduleName(name)}.weight_quantizer`,
          ...quantizer(schemeId),
        })),
      ],
      algorithm: "max",
    });
  },
};

/** `/layer1/conv/Conv` was made by the module `layer1.conv`. */
function moduleName(name: string): string {
  const parts = name.split("/").filter((part) => part !== "");
  return (parts.length > 1 ? parts.slice(0, -1) : parts).join(".");
}

/** Qualcomm AIMET encodings, version 0.6.1, which reads "True" and "False": parameters alone; ranges are AIMET's to compute. */
const aimet: Recipe = {
  id: "aimet",
  summary: "per-parameter bit widths for AIMET (encodings file)",
  write: (input) =>
    json({
      version: "0.6.1",
      activation_encodings: {},
      param_encodings: Object.fromEntries(
        plannedLayers(input).flatMap(({ weights, schemeId }) => {
          const parts = schemeParts(input, schemeId);
          return weights.map((weight) => [
            weight,
            [
              parts === undefined || parts.isFloat
                ? { bitwidth: parts?.bits ?? 16, dtype: "float" }
                : {
                    bitwidth: parts.bits,
                    dtype: "int",
                    is_symmetric: parts.isSymmetric ? "True" : "False",
                  },
            ],
          ]);
        }),
      ),
    }),
};

/** Qualcomm QNN converter: `--quantization_overrides`. */
const qnn: Recipe = {
  id: "qnn",
  summary: "--quantization_overrides of the QNN converter",
  write: (input) =>
    json({
      activation_encodings: {},
      param_encodings: Object.fromEntries(
        plannedLayers(input).flatMap(({ weights, schemeId }) => {
          const parts = schemeParts(input, schemeId);
          const bitwidth = parts?.bits ?? 16;
          const isFloat = parts === undefined || parts.isFloat;
          return weights.map((weight) => [
            weight,
            [
              isFloat
                ? { bitwidth, dtype: "float" }
                : { bitwidth, dtype: "int", is_symmetric: "True" },
            ],
          ]);
        }),
      ),
    }),
};

/** llama.cpp: `llama-quantize --tensor-type NAME=TYPE`, names as in the GGUF file. */
const llamaCpp: Recipe = {
  id: "llama-cpp",
  summary: "--tensor-type rules of llama-quantize",
  write: (input) => {
    const typeOf = (schemeId: string): string => {
      const parts = schemeParts(input, schemeId);
      if (parts === undefined) return "f16";
      if (parts.isBlocks) return parts.formatId;
      if (parts.formatId.startsWith("mxfp4")) return "mxfp4";
      if (parts.isFloat) return parts.bits <= 8 ? "q8_0" : "bf16";
      if (parts.bits >= 8) return "q8_0";
      return parts.bits >= 6
        ? "q6_k"
        : parts.bits === 5
          ? "q5_0"
          : parts.isSymmetric
            ? "q4_0"
            : "q4_1";
    };
    return `${plannedLayers(input)
      .flatMap(({ weights, schemeId }) =>
        weights.map((weight) => `--tensor-type "${escapeRule(weight)}=${typeOf(schemeId)}"`),
      )
      .join("\n")}\n`;
  },
};

function escapeRule(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

export const recipes: readonly Recipe[] = [
  own,
  onnxRuntime,
  tensorRt,
  modelOpt,
  aimet,
  qnn,
  llamaCpp,
];

export function findRecipe(id: string): Recipe | undefined {
  return recipes.find((recipe) => recipe.id === id);
}

import { productOf } from "../../server/core/base/product.js";
import { parseCsv } from "./csv.js";
import type { CalibrationContext, Sample } from "./set.js";
import { tracedSubject } from "./traced.js";

type Row = Readonly<Record<string, string>>;

/** As `targets.csv` of the data has them. */
const targets: Readonly<Record<string, string>> = {
  "Tesla T4": "nvidia-t4",
  "Tesla P100-PCIE-16GB": "nvidia-p100-pcie",
  "Tesla V100-PCIE-32GB": "nvidia-v100-pcie",
  "Tesla P4": "nvidia-p4",
  "NVIDIA A100-PCIE-40GB": "nvidia-a100-pcie-40gb",
  "NVIDIA A100 80GB PCIe": "nvidia-a100-pcie-80gb",
  "AMD Instinct MI210": "amd-mi210",
  "AMD Instinct MI100": "amd-mi100",
  "AMD Instinct MI250": "amd-mi250",
  "NVIDIA L4": "nvidia-l4",
  "NVIDIA H100 80GB HBM3": "nvidia-h100-sxm",
};

export function neusightSamples(ctx: CalibrationContext): readonly Sample[] {
  return [...operators(ctx), ...layers(ctx), ...networks(ctx)];
}

function targetOf(device: string): string | undefined {
  const chip = targets[device];
  return chip === undefined ? undefined : `${chip}/pytorch-eager/fp32`;
}

function operators(ctx: CalibrationContext): readonly Sample[] {
  const table = ctx.text("neusight_ops.calib.csv");
  if (table === undefined) return [];
  return parseCsv(table).flatMap((row) => {
    const op = operatorText(row);
    if (op === undefined) return [];
    const target = targetOf(row["device"] ?? "");
    if (target === undefined) return [];
    return [
      {
        target,
        kind: op.kind,
        key: op.text,
        seconds: Number(row["latency_ms"]) * 1e-3,
        subject: { kind: "op", text: op.text },
      },
    ];
  });
}

interface Operator {
  readonly kind: string;
  readonly text: string;
}

/** `torch.nn.Linear`: weights are [out, in], and a bias is added. */
function linearLayer(m: number, n: number, k: number): string {
  return `Gemm(fp32[${m},${k}], fp32[${n},${k}], fp32[${n}], transB=1)`;
}

const unary: Readonly<Record<string, string>> = { gelu: "Gelu", relu: "Relu", tanh: "Tanh" };
const binary: Readonly<Record<string, string>> = { add: "Add", mul: "Mul", div: "Div", pow: "Pow" };

function operatorText(row: Row): Operator | undefined {
  const { op = "", B, M, N, K, H, Cin, Cout, Kk, HW, stride, pad } = row;
  if (op === "linear")
    return { kind: "MatMul", text: linearLayer(Number(M), Number(N), Number(K)) };
  if (op === "bmm")
    return { kind: "batched MatMul", text: `MatMul(fp32[${B},${M},${K}], fp32[${B},${K},${N}])` };
  if (op === "softmax") return { kind: "Softmax", text: `Softmax(fp32[${B},${H}])` };
  if (op === "ln")
    return {
      kind: "LayerNormalization",
      text: `LayerNormalization(fp32[${B},${H}], fp32[${H}], fp32[${H}])`,
    };
  if (op === "conv") {
    const image = `fp32[${B},${Cin},${HW},${HW}]`;
    const weight = `fp32[${Cout},${Cin},${Kk},${Kk}]`;
    return {
      kind: "Conv",
      text: `Conv(${image}, ${weight}, strides=[${stride},${stride}], pads=[${pad},${pad},${pad},${pad}])`,
    };
  }
  const alone = unary[op];
  if (alone !== undefined) return { kind: "element-wise", text: `${alone}(fp32[${B},${H}])` };
  const isScalar = op.endsWith("u");
  const name = binary[isScalar ? op.slice(0, -1) : op];
  if (name === undefined) return undefined;
  const other = isScalar ? "fp32[]" : `fp32[${B},${H}]`;
  return { kind: "element-wise", text: `${name}(fp32[${B},${H}], ${other})` };
}

/** Traces whose operators took half again as long as the whole: the set's own description says to leave them out. */
function isOdd(row: Row): boolean {
  return (
    row["device"] === "NVIDIA A100-PCIE-40GB" &&
    row["model"] === "gpt2_large" &&
    row["mode"] === "infer" &&
    row["batch"] === "4"
  );
}

function layers(ctx: CalibrationContext): readonly Sample[] {
  const table = ctx.text("neusight_layers.calib.csv");
  if (table === undefined) return [];
  return parseCsv(table).flatMap((row): readonly Sample[] => {
    const target = targetOf(row["device"] ?? "");
    const op = isOdd(row) ? undefined : layerText(row);
    const seconds = Number(row["fw_ms"]) * 1e-3;
    if (target === undefined || op === undefined || !(seconds > 0)) return [];
    return [
      {
        target,
        kind: `${op.kind} in a network`,
        key: keyOf(row),
        seconds,
        subject: { kind: "op", text: op.text },
      },
    ];
  });
}

function keyOf(row: Row): string {
  return (row["model"] ?? "").toLowerCase().replace(/[^a-z0-9]/g, "");
}

const layerNames: Readonly<Record<string, string>> = {
  add: "Add",
  mul: "Mul",
  sub: "Sub",
  truediv: "Div",
  pow: "Pow",
  max: "Max",
};

function layerText({
  target = "",
  input_shapes = "[]",
  output_shape = "",
}: Row): Operator | undefined {
  const inputs = JSON.parse(input_shapes) as readonly (readonly number[])[];
  const output = output_shape
    .replace(/[()\s]/g, "")
    .split(",")
    .map(Number);
  const [first = [], second = []] = inputs;
  const isTensor = (shape: readonly number[]): boolean => shape.length > 1;
  const text = (shape: readonly number[]): string => `fp32[${shape.join(",")}]`;
  const rows = productOf(first.slice(0, -1));
  if (!isTensor(second) && !isTensor(first) && target !== "addmm") return undefined;
  if (target === "addmm") {
    const [bias = [], left = [], right = []] = inputs;
    return { kind: "MatMul", text: `Gemm(${text(left)}, ${text(right)}, ${text(bias)})` };
  }
  if (target === "matmul" || target === "bmm")
    return { kind: "batched MatMul", text: `MatMul(${text(first)}, ${text(second)})` };
  const width = first.at(-1) ?? 0;
  // The head alone has no bias.
  if (target === "lm_head")
    return {
      kind: "MatMul",
      text: `MatMul(fp32[${rows},${width}], fp32[${width},${output.at(-1)}])`,
    };
  if (/(?:_proj|\.fc[12])$/.test(target))
    return { kind: "MatMul", text: linearLayer(rows, output.at(-1) ?? 0, width) };
  if (target.includes("softmax")) return { kind: "Softmax", text: `Softmax(${text(first)})` };
  if (/(?:\.ln_[12f]|layer_norm)$/.test(target))
    return {
      kind: "LayerNormalization",
      text: `LayerNormalization(${text(first)}, fp32[${width}], fp32[${width}])`,
    };
  const kind = "element-wise";
  if (target.endsWith("activation_fn")) return { kind, text: `Relu(${text(first)})` };
  if (target === "tanh") return { kind, text: `Tanh(${text(first)})` };
  if (target === "where")
    return { kind, text: `Where(bool[${first.join(",")}], ${text(second)}, fp32[])` };
  const name = layerNames[target];
  if (name === undefined || !isTensor(first)) return undefined;
  return { kind, text: `${name}(${text(first)}, ${isTensor(second) ? text(second) : "fp32[]"})` };
}

const entries: Readonly<Record<string, string>> = {
  gpt2_large: "Gpt2(1280, 20, 36, positions=1024)",
  gpt3_27: "Gpt2(2560, 32, 32)",
  opt_13: "Opt(2048, 32, 24, 8192)",
};

function networks(ctx: CalibrationContext): readonly Sample[] {
  const table = ctx.text("neusight_models.calib.csv");
  if (table === undefined) return [];
  return parseCsv(table).flatMap((row): readonly Sample[] => {
    const target = targetOf(row["device"] ?? "");
    const entry = entries[row["model"] ?? ""];
    const isPlain = row["mode"] === "infer" && row["variant"] === "";
    if (target === undefined || entry === undefined || !isPlain) return [];
    return [
      {
        target,
        kind: "language model",
        key: keyOf(row),
        seconds: Number(row["e2e_ms"]) * 1e-3,
        subject: tracedSubject({
          file: "transformers.py",
          entry,
          inputs: [`int64[${row["batch"]},${row["seq"]}]`],
        }),
      },
    ];
  });
}

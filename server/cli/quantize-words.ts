import type { Limits, Measure } from "../core/quant/plan/problem.js";
import { readArguments } from "./arguments.js";
import { UsageError } from "./usage-error.js";

export interface QuantizeRequest {
  readonly file: string | undefined;
  readonly target: string | undefined;
  readonly formats: readonly string[];
  readonly limits: Limits;
  readonly objective: Measure;
  readonly exportId: string | undefined;
  readonly compare: string | undefined;
  /** Where samples lie that the model is run on, or `generated`. */
  readonly samples: string | undefined;
  /** A file of another tool's statistics. */
  readonly statistics: string | undefined;
  /** Plans are run, and the one that errs least is kept. */
  readonly isChecked: boolean;
  readonly isJson: boolean;
  readonly isList: boolean;
  /** Layers that read the same activation may differ. */
  readonly isUngrouped: boolean;
  /** The rest is what `analyze` takes: bindings of inputs and dimensions. */
  readonly rest: readonly string[];
}

export const quantizeUsage = `ridgepoint quantize MODEL [options]

Chooses a number format for every layer: the least expected error of the outputs within the limits, solved exactly.

  --target ID           chip/runtime/precision (default: the workspace's first, else a default one)
  --format FORMAT       repeatable; FORMAT[@tensor|@channel|@gN][+mse|+entropy|+p99.9][+equalize][+sort][+hadamard][+bias]
                        (default: those that the target takes, of a usual set)
  --limit MEASURE=X     latency=2ms, size=4MiB, energy=3mJ or risk=0.001, repeatable
                        (default: the latency of the fastest plan with one format for all layers)
  --objective MEASURE   what is made least: risk (default), latency, size or energy
  --ungrouped           layers that read the same activation may take different formats
  --compare PLAN.json   also the totals of a plan: one saved with --export json, AIMET encodings, ModelOpt's states
                        (.pth or JSON) or hf_quant_config.json
  --samples PLACE       measures instead of propagating: runs the model in ONNX Runtime on the samples in PLACE
                        (.npz, .npy, .bin; a file or a folder), or on made-up ones: generated or generated:N
  --check               runs the plan in ONNX Runtime beside those of one format and those that differ from it in one place,
                        and keeps one that errs clearly less; on the samples of --samples, or on 16 made-up ones
  --import FILE         sensitivities from another tool: AIMET's layer-wise errors, ONNX Runtime's quantization errors
  --export RECIPE       json, onnxruntime, tensorrt, modelopt, aimet, qnn or llama-cpp
  --json                everything as JSON
  --list                names all number formats
  --batch, --input, --dim  as for \`ridgepoint analyze\``;

export function parseQuantizeWords(words: readonly string[]): QuantizeRequest {
  const given = readArguments(
    words,
    {
      flags: ["check", "json", "list", "ungrouped"],
      once: ["target", "objective", "export", "compare", "samples", "import"],
      many: ["format", "limit"],
    },
    { once: ["batch"], many: ["input", "dim"] },
  );
  const { files } = given;
  if (files.length > 1) throw new UsageError("One model at a time.");
  const objective = given.one("objective") ?? "risk";
  if (!isMeasure(objective))
    throw new UsageError(`Objective \`${objective}\` should be one of ${measures.join(", ")}.`);
  if (files.length === 0 && !given.has("list")) throw new UsageError("A model file is needed.");
  return {
    file: files[0],
    target: given.one("target"),
    formats: given.all("format"),
    limits: Object.assign({}, ...given.all("limit").map(parseLimit)) as Limits,
    objective,
    exportId: given.one("export"),
    compare: given.one("compare"),
    samples: given.one("samples"),
    statistics: given.one("import"),
    isChecked: given.has("check"),
    isJson: given.has("json"),
    isList: given.has("list"),
    isUngrouped: given.has("ungrouped"),
    rest: given.passed,
  };
}

const measures: readonly Measure[] = ["risk", "latency", "size", "energy"];

function isMeasure(text: string): text is Measure {
  return (measures as readonly string[]).includes(text);
}

const units: Readonly<Record<Measure, Readonly<Record<string, number>>>> = {
  latency: { s: 1, ms: 1e-3, us: 1e-6, µs: 1e-6, ns: 1e-9 },
  size: {
    "": 1,
    B: 1,
    kB: 1e3,
    KB: 1e3,
    MB: 1e6,
    GB: 1e9,
    KiB: 1024,
    MiB: 1024 ** 2,
    GiB: 1024 ** 3,
  },
  energy: { J: 1, mJ: 1e-3, uJ: 1e-6, µJ: 1e-6, nJ: 1e-9 },
  risk: { "": 1, "%": 0.01 },
};

function parseLimit(word: string): Limits {
  const match = /^(\w+)=([\d.]+(?:e-?\d+)?)\s*([a-zA-Zµ%]*)$/.exec(word);
  const [, name = "", digits = "", unit = ""] = match ?? [];
  const value = Number(digits);
  if (match === null || !isMeasure(name) || !Number.isFinite(value))
    throw new UsageError(
      `\`--limit ${word}\` should read MEASURE=VALUE, for example latency=2ms, size=4MiB, energy=3mJ or risk=0.001.`,
    );
  const factor = units[name][unit];
  if (factor === undefined)
    throw new UsageError(
      `\`${unit}\` is no unit of ${name}; use ${Object.keys(units[name])
        .filter((known) => known !== "")
        .join(", ")}.`,
    );
  return { [name]: value * factor };
}

import type { Limits, Measure } from "../core/quant/plan/problem.js";
import { UsageError } from "./words.js";

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
  --compare PLAN.json   also the totals of a plan: one saved with --export json, AIMET encodings, ModelOpt's states or
                        hf_quant_config.json
  --samples PLACE       measures instead of propagating: runs the model in ONNX Runtime on the samples in PLACE
                        (.npz, .npy, .bin; a file or a folder), or on made-up ones: generated or generated:N
  --import FILE         sensitivities from another tool: AIMET's layer-wise errors, ONNX Runtime's quantization errors
  --export RECIPE       json, onnxruntime, tensorrt, modelopt, aimet, qnn or llama-cpp
  --json                everything as JSON
  --list                names all number formats
  --batch, --input, --dim  as for \`ridgepoint analyze\``;

export function parseQuantizeWords(words: readonly string[]): QuantizeRequest {
  const files: string[] = [];
  const formats: string[] = [];
  const limits: Partial<Record<Measure, number>> = {};
  const single = new Map<string, string>();
  const flags = new Set<string>();
  const rest: string[] = [];
  const queue = [...words];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (!word.startsWith("-") || word === "-") {
      files.push(word);
      continue;
    }
    const equals = word.indexOf("=");
    const name = equals < 0 ? word : word.slice(0, equals);
    const given = equals < 0 ? undefined : word.slice(equals + 1);
    const value = (): string => {
      const next = given ?? queue.shift();
      if (next === undefined) throw new UsageError(`Option \`${name}\` needs a value.`);
      return next;
    };
    switch (name) {
      case "--format":
        formats.push(value());
        break;
      case "--limit":
        Object.assign(limits, parseLimit(value()));
        break;
      case "--target":
      case "--objective":
      case "--export":
      case "--compare":
      case "--samples":
      case "--import":
        if (single.has(name)) throw new UsageError(`Option \`${name}\` is given twice.`);
        single.set(name, value());
        break;
      case "--json":
      case "--list":
      case "--ungrouped":
        flags.add(name);
        break;
      case "--batch":
      case "--input":
      case "--dim":
        rest.push(name, value());
        break;
      default:
        throw new UsageError(`Option \`${name}\` is not known.`);
    }
  }
  if (files.length > 1) throw new UsageError("One model at a time.");
  const objective = single.get("--objective") ?? "risk";
  if (!isMeasure(objective))
    throw new UsageError(`Objective \`${objective}\` should be one of ${measures.join(", ")}.`);
  if (files.length === 0 && !flags.has("--list")) throw new UsageError("A model file is needed.");
  return {
    file: files[0],
    target: single.get("--target"),
    formats,
    limits,
    objective,
    exportId: single.get("--export"),
    compare: single.get("--compare"),
    samples: single.get("--samples"),
    statistics: single.get("--import"),
    isJson: flags.has("--json"),
    isList: flags.has("--list"),
    isUngrouped: flags.has("--ungrouped"),
    rest,
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

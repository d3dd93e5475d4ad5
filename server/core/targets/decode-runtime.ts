import { Decoder } from "../base/decode.js";
import type { Outcome } from "../base/problem.js";
import type { PassId } from "../lower/lowered.js";
import {
  complainOfUnknown,
  decodeId,
  decodeSourced,
  decodeSourcedTable,
  decodeTexts,
  subjectOf,
  type NumberRule,
} from "./decode-fields.js";
import type { Runtime } from "./runtime.js";

/** Reads one runtime file. */
export function decodeRuntime(value: unknown, file = ""): Outcome<Runtime | undefined> {
  const decoder = new Decoder(subjectOf("Runtime", value, file));
  const fields = decoder.object(value, "$");
  return {
    value: fields === undefined ? undefined : runtimeOf(decoder, fields),
    problems: decoder.problems,
  };
}

function runtimeOf(
  decoder: Decoder,
  fields: Readonly<Record<string, unknown>>,
): Runtime | undefined {
  complainOfUnknown(decoder, fields, "", fieldNames);
  const sourced = (key: string, rule: NumberRule) => decodeSourced(decoder, fields[key], key, rule);
  const id = decodeId(decoder, fields["id"], "id");
  const name = decoder.string(fields["name"], "name");
  const engine = decoder.string(fields["engine"], "engine");
  const fallback =
    fields["fallback"] === undefined ? undefined : decoder.string(fields["fallback"], "fallback");
  const bandwidthEfficiency = sourced("bandwidthEfficiency", shareRule);
  const computeEfficiency = decodeComputeEfficiency(decoder, fields["computeEfficiency"]);
  const kernelOverhead = sourced("kernelOverhead", secondsRule);
  const inferenceOverhead = sourced("inferenceOverhead", secondsRule);
  const passes = decodePasses(decoder, fields["passes"]);
  const unsupported = decodeTexts(decoder, fields["unsupported"], "unsupported");
  const unsupportedSource =
    fields["unsupportedSource"] === undefined
      ? undefined
      : decoder.string(fields["unsupportedSource"], "unsupportedSource");
  const imagesAtOnce =
    fields["imagesAtOnce"] === undefined ? undefined : sourced("imagesAtOnce", countRule);
  const memoryOverhead = sourced("memoryOverhead", bytesRule);
  const rooflineInterval = decodeInterval(decoder, fields["rooflineInterval"]);
  const unsupportedIn = decodeNamed(decoder, fields["unsupportedIn"], "unsupportedIn");
  const unsupportedOn = decodeNamed(decoder, fields["unsupportedOn"], "unsupportedOn");
  const arena =
    fields["arena"] === undefined
      ? undefined
      : decoder.oneOf(fields["arena"], "arena", ["line-buffered"] as const);
  if (
    id === undefined ||
    name === undefined ||
    engine === undefined ||
    bandwidthEfficiency === undefined ||
    computeEfficiency === undefined ||
    kernelOverhead === undefined ||
    inferenceOverhead === undefined ||
    passes === undefined ||
    unsupported === undefined ||
    memoryOverhead === undefined ||
    rooflineInterval === undefined
  )
    return undefined;
  return {
    id,
    name,
    engine,
    ...(fallback === undefined ? {} : { fallback }),
    bandwidthEfficiency,
    computeEfficiency,
    kernelOverhead,
    inferenceOverhead,
    passes,
    unsupported,
    ...(unsupportedSource === undefined ? {} : { unsupportedSource }),
    ...(unsupportedIn === undefined ? {} : { unsupportedIn }),
    ...(unsupportedOn === undefined ? {} : { unsupportedOn }),
    ...(arena === undefined ? {} : { arena }),
    ...(imagesAtOnce === undefined ? {} : { imagesAtOnce }),
    memoryOverhead,
    rooflineInterval,
  };
}

/** Lists of operators by the precision or chip that lacks them. */
function decodeNamed(
  decoder: Decoder,
  value: unknown,
  field: "unsupportedIn" | "unsupportedOn",
): Runtime["unsupportedIn"] {
  if (value === undefined) return undefined;
  const fields = decoder.object(value, field);
  if (fields === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(fields).map(([precision, names]) => [
      precision,
      decodeTexts(decoder, names, `${field}.${precision}`) ?? [],
    ]),
  );
}

function decodeComputeEfficiency(
  decoder: Decoder,
  value: unknown,
): Runtime["computeEfficiency"] | undefined {
  const table = decodeSourcedTable(decoder, value, "computeEfficiency", shareRule);
  if (table === undefined) return undefined;
  if (Object.hasOwn(table, "default")) return table;
  return decoder.complain(
    "computeEfficiency.default",
    "is missing; it serves the kernel kinds that are not listed.",
  );
}

export function decodePasses(
  decoder: Decoder,
  value: unknown,
  path = "passes",
): readonly PassId[] | undefined {
  if (value === undefined)
    return decoder.complain(path, "is missing; give a list, which may be empty.");
  return decoder
    .array(value, path)
    ?.flatMap((item, index) => decoder.oneOf(item, `${path}[${index}]`, passIds) ?? []);
}

function decodeInterval(decoder: Decoder, value: unknown): Runtime["rooflineInterval"] | undefined {
  if (value === undefined)
    return decoder.complain("rooflineInterval", "is missing; give `low` and `high`.");
  const fields = decoder.object(value, "rooflineInterval");
  if (fields === undefined) return undefined;
  complainOfUnknown(decoder, fields, "rooflineInterval", ["low", "high"]);
  const low = decodeSourced(decoder, fields["low"], "rooflineInterval.low", {
    unit: "1",
    low: 1e-3,
    high: 1,
  });
  const high = decodeSourced(decoder, fields["high"], "rooflineInterval.high", {
    unit: "1",
    low: 1,
    high: 1e3,
  });
  return low === undefined || high === undefined ? undefined : { low, high };
}

const fieldNames = [
  "id",
  "name",
  "engine",
  "fallback",
  "bandwidthEfficiency",
  "computeEfficiency",
  "kernelOverhead",
  "inferenceOverhead",
  "passes",
  "unsupported",
  "unsupportedSource",
  "unsupportedIn",
  "unsupportedOn",
  "arena",
  "imagesAtOnce",
  "memoryOverhead",
  "rooflineInterval",
];
const passIds: readonly PassId[] = [
  "fold-constants",
  "fold-batch-norm",
  "fold-zeros",
  "fuse-activation",
  "fuse-elementwise",
  "fuse-pointwise",
  "merge-bias",
  "merge-products",
  "keep-wide",
  "fuse-quantization",
  "fuse-attention",
  "drop-views",
  "strided-views",
];

const shareRule = { unit: "1", low: 1e-4, high: 1 };
const secondsRule = { unit: "s", low: 0, high: 10 };
const countRule = { unit: "1", low: 1, high: 1e4 };
const bytesRule = { unit: "B", low: 0, high: 1e13 };

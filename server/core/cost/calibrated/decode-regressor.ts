import type { Decoder } from "../../base/decode.js";
import { mlpWidthLimit, scaledInputs, type MlpLayer } from "./mlp.js";
import { unpackOblivious } from "./oblivious.js";
import type { Regressor } from "./regressor.js";
import { unpackTrees, type PackedTrees } from "./trees.js";

type Fields = Readonly<Record<string, unknown>>;

/** Reads a fitted function of `count` features. */
export function decodeRegressor(
  decoder: Decoder,
  value: unknown,
  path: string,
  count: number,
): Regressor | undefined {
  const fields = decoder.object(value, path);
  if (fields === undefined) return undefined;
  const kind = decoder.oneOf(fields["kind"], `${path}.kind`, regressorKinds);
  switch (kind) {
    case undefined:
      return undefined;
    case "linear": {
      const intercept = decoder.number(fields["intercept"], `${path}.intercept`, finite);
      const weights = decodeNumbers(decoder, fields["weights"], `${path}.weights`, count);
      return intercept === undefined || weights === undefined
        ? undefined
        : { kind, intercept, weights };
    }
    case "trees":
    case "oblivious": {
      const packed = decodePacked(decoder, fields, path, count);
      if (packed === undefined) return undefined;
      return (
        (kind === "trees" ? unpackTrees(packed) : unpackOblivious(packed)) ??
        decoder.complain(`${path}.trees`, "has a tree that does not end where its text does.")
      );
    }
    case "mlp":
      return decodeMlp(decoder, fields, path, count);
    case "table":
      return decodeTable(decoder, fields, path, count);
    case "sum": {
      const scale = decoder.number(fields["scale"], `${path}.scale`, finite);
      const items = decoder.array(fields["parts"], `${path}.parts`);
      const parts = (items ?? []).flatMap(
        (item, index) => decodeRegressor(decoder, item, `${path}.parts[${index}]`, count) ?? [],
      );
      return scale === undefined || items === undefined || parts.length !== items.length
        ? undefined
        : { kind, scale, parts };
    }
  }
}

const regressorKinds = ["linear", "trees", "oblivious", "mlp", "table", "sum"] as const;

/** What both kinds of trees are packed in. */
function decodePacked(
  decoder: Decoder,
  fields: Fields,
  path: string,
  count: number,
): PackedTrees | undefined {
  const base = decoder.number(fields["base"], `${path}.base`, finite);
  const step = decoder.number(fields["step"], `${path}.step`, finite);
  const cuts = decodeLists(decoder, fields["cuts"], `${path}.cuts`);
  const trees = decodeWords(decoder, fields["trees"], `${path}.trees`);
  if (base === undefined || step === undefined || cuts === undefined || trees === undefined)
    return undefined;
  const width = fields["width"] === 2 ? 2 : fields["width"] === 3 ? 3 : undefined;
  if (width === undefined) return decoder.complain(`${path}.width`, "should be 2 or 3.");
  if (cuts.length !== count || !cuts.every(isAscending))
    return decoder.complain(`${path}.cuts`, "should ascend, one list for each feature.");
  return { base, step, width, cuts, trees };
}

function decodeMlp(
  decoder: Decoder,
  fields: Fields,
  path: string,
  count: number,
): Regressor | undefined {
  const mean = decodeNumbers(decoder, fields["mean"], `${path}.mean`, count);
  const scale = decodeNumbers(decoder, fields["scale"], `${path}.scale`, count);
  const items = decoder.array(fields["layers"], `${path}.layers`);
  if (mean === undefined || scale === undefined || items === undefined) return undefined;
  const layers: MlpLayer[] = [];
  let inputs = count;
  for (const [index, item] of items.entries()) {
    const place = `${path}.layers[${index}]`;
    const layer = decoder.object(item, place);
    if (layer === undefined) return undefined;
    const bias = decodeNumbers(decoder, layer["bias"], `${place}.bias`);
    if (bias === undefined || bias.length > mlpWidthLimit) return undefined;
    const weights = decodeNumbers(
      decoder,
      layer["weights"],
      `${place}.weights`,
      inputs * bias.length,
    );
    if (weights === undefined) return undefined;
    const file = { inputs, outputs: bias.length, weights: byInput(weights, inputs), bias };
    layers.push(index === 0 ? scaledInputs(file, { mean, scale }) : file);
    inputs = bias.length;
  }
  return inputs === 1 && count <= mlpWidthLimit
    ? { kind: "mlp", layers }
    : decoder.complain(`${path}.layers`, "should end in one output.");
}

/** Files have weights by output. */
function byInput(weights: Float64Array, inputs: number): Float64Array {
  const outputs = weights.length / inputs;
  return Float64Array.from(
    weights,
    (_, at) => weights[(at % outputs) * inputs + Math.floor(at / outputs)] ?? 0,
  );
}

function decodeTable(
  decoder: Decoder,
  fields: Fields,
  path: string,
  count: number,
): Regressor | undefined {
  const axes = decodeLists(decoder, fields["axes"], `${path}.axes`);
  if (axes === undefined) return undefined;
  const points = axes.reduce((product, axis) => product * axis.length, 1);
  const values = decodeNumbers(decoder, fields["values"], `${path}.values`, points);
  if (values === undefined) return undefined;
  return axes.length <= count && points > 0 && axes.every(isAscending)
    ? { kind: "table", axes: axes.map((axis) => Float64Array.from(axis)), values }
    : decoder.complain(`${path}.axes`, "should ascend, one list for each feature.");
}

function isAscending(list: readonly number[]): boolean {
  return list.every((value, index) => index === 0 || (list[index - 1] as number) < value);
}

/** `length`: how many there must be. */
export function decodeNumbers(
  decoder: Decoder,
  value: unknown,
  path: string,
  length?: number,
): Float64Array | undefined {
  const items = decoder.array(value, path);
  if (items === undefined) return undefined;
  if (!items.every((item) => typeof item === "number" && Number.isFinite(item)))
    return decoder.complain(path, "should be a list of numbers.");
  return length === undefined || items.length === length
    ? Float64Array.from(items as readonly number[])
    : decoder.complain(path, `should have ${length} numbers; it has ${items.length}.`);
}

export function decodeWords(
  decoder: Decoder,
  value: unknown,
  path: string,
): readonly string[] | undefined {
  const items = decoder.array(value, path);
  if (items === undefined) return undefined;
  return items.every((item) => typeof item === "string")
    ? items
    : decoder.complain(path, "should be a list of texts.");
}

function decodeLists(
  decoder: Decoder,
  value: unknown,
  path: string,
): readonly (readonly number[])[] | undefined {
  const items = decoder.array(value, path);
  if (items === undefined) return undefined;
  const lists: (readonly number[])[] = [];
  for (const [index, item] of items.entries()) {
    const numbers = decodeNumbers(decoder, item, `${path}[${index}]`);
    if (numbers === undefined) return undefined;
    lists.push(Array.from(numbers));
  }
  return lists;
}

const finite = { low: -1e30, high: 1e30 };

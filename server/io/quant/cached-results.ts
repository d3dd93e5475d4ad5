import { statSync } from "node:fs";
import path from "node:path";
import type { Model } from "../../core/graph/graph.js";
import type { Scheme } from "../../core/quant/formats/scheme.js";
import type { SchemeError, WeightErrors } from "../../core/quant/measure/statistics.js";
import type { LayerSensitivity, Sensitivities } from "../../core/quant/sensitivity/sensitivity.js";
import type { MeasuredBefore } from "./measured-task.js";
import { hashOf, openShelf, type Shelf } from "./result-cache.js";
import type { WeightTask } from "./weight-task.js";

/** What is kept of a model between sessions. Answers of another build, and of files that have changed, are not found. */
export interface KnownResults {
  weight(task: WeightTask, schemes: readonly Scheme[]): WeightErrors | undefined;
  keepWeight(task: WeightTask, schemes: readonly Scheme[], errors: WeightErrors): void;
  /** Without data: `question` is what they depend on beside the files. */
  sensitivities(model: Model, question: string): Sensitivities | undefined;
  keepSensitivities(model: Model, question: string, found: Sensitivities): void;
  /** On samples: the last that was measured of the file as it is and with these extents. */
  measured(bindings: string): MeasuredBefore | undefined;
  keepMeasured(bindings: string, measured: MeasuredBefore): void;
}

/** Undefined in a checkout, where the arithmetic may be another at any moment. */
export function knownResults(modelPath: string, build = buildId()): KnownResults | undefined {
  return build === undefined ? undefined : resultsOn(openShelf(modelPath), modelPath, build);
}

export function resultsOn(shelf: Shelf, modelPath: string, build: string): KnownResults {
  const folder = path.dirname(modelPath);
  const identities = new Map<string, string>();
  const identityOf = (file: string | undefined): string => {
    const found = file === undefined ? modelPath : path.join(folder, file);
    const known = identities.get(found) ?? fileIdentity(found);
    identities.set(found, known);
    return known;
  };
  const keyOf = (...parts: readonly unknown[]): string => hashOf(JSON.stringify([build, ...parts]));
  const texts = new WeakMap<readonly Scheme[], string>();
  const weightKey = (task: WeightTask, schemes: readonly Scheme[]): string => {
    const { importance } = task;
    const rest = { ...task, key: undefined, importance: undefined };
    const schemeText = texts.get(schemes) ?? hashOf(JSON.stringify(schemes));
    texts.set(schemes, schemeText);
    const own = importance === undefined ? "" : hashOf(new Uint8Array(importance.buffer));
    return keyOf("weight", identityOf(task.file), rest, own, schemeText);
  };
  const sensitivityKey = (model: Model, question: string): string => {
    const files = new Set(model.graph.values.map(({ weight }) => weight?.location?.file));
    const graph = JSON.stringify(model.graph, withoutPlaces);
    return keyOf("sensitivity", [...files].map(identityOf), hashOf(graph), question);
  };
  const measuredKey = (bindings: string): string =>
    keyOf("measured", fileIdentity(modelPath), bindings);
  return {
    weight: (task, schemes) =>
      decodeWeightErrors(shelf.get(weightKey(task, schemes)), schemes.length),
    keepWeight: (task, schemes, errors) => shelf.put(weightKey(task, schemes), errors),
    sensitivities: (model, question) => {
      const [source, layers] = listOf(shelf.get(sensitivityKey(model, question))) ?? [];
      const byNode = layers === null ? undefined : decodeLayers(layers);
      return typeof source === "string" && (layers === null || byNode !== undefined)
        ? { source, byNode: byNode && new Map(byNode) }
        : undefined;
    },
    keepSensitivities: (model, question, { source, byNode }) =>
      shelf.put(sensitivityKey(model, question), [
        source,
        byNode === undefined ? null : [...byNode],
      ]),
    measured: (bindings) => {
      const [source, schemeIds, activationSchemeIds, layers] =
        listOf(shelf.get(measuredKey(bindings))) ?? [];
      const found = decodeLayers(layers);
      const [ids, activationIds] = [textsOf(schemeIds), textsOf(activationSchemeIds)];
      return typeof source === "string" && ids && activationIds && found
        ? { source, schemeIds: ids, activationSchemeIds: activationIds, layers: found }
        : undefined;
    },
    keepMeasured: (bindings, { source, schemeIds, activationSchemeIds, layers }) =>
      shelf.put(measuredKey(bindings), [source, schemeIds, activationSchemeIds, layers]),
  };
}

/** The same bytes, as far as a file system tells; empty where it tells nothing: no file, a link to itself, a shut folder. */
function fileIdentity(file: string): string {
  try {
    const { size, mtimeNs } = statSync(file, { bigint: true });
    return `${path.resolve(file)}:${size}:${mtimeNs}`;
  } catch {
    return "";
  }
}

/** Of the bundle that reckons: the same for the editor and the command line of one installation. */
function buildId(): string | undefined {
  if (typeof __filename !== "string" || !__filename.endsWith(".cjs")) return undefined;
  const status = ["quant-worker.cjs", path.basename(__filename)]
    .map((name) => statSync(path.join(__dirname, name), { throwIfNoEntry: false }))
    .find(Boolean);
  return status && `${status.size}:${status.mtimeMs}`;
}

/** Where a node stands in a text changes with every line above it, and changes nothing. */
function withoutPlaces(key: string, value: unknown): unknown {
  if (key === "place" || key === "metadata") return undefined;
  return value instanceof Map ? [...(value as ReadonlyMap<unknown, unknown>)] : value;
}

function decodeWeightErrors(value: unknown, schemeCount: number): WeightErrors | undefined {
  const fields = fieldsOf(value);
  const schemes = listOf(fields?.["schemes"])?.map(decodeSchemeError);
  if (fields === undefined || schemes?.length !== schemeCount) return undefined;
  const whole = schemes.filter((one): one is SchemeError => one !== undefined);
  const numbers = numbersOf(fields, weightFields);
  return numbers && whole.length === schemeCount ? { ...numbers, schemes: whole } : undefined;
}

const weightFields = [
  "elementCount",
  "excludedCount",
  "low",
  "high",
  "energy",
  "weightedEnergy",
  "outlierRowCount",
] as const satisfies readonly (keyof WeightErrors)[];

const schemeFields = [
  "squareSum",
  "productSum",
  "weightedSquareSum",
  "largest",
  "clippedCount",
  "bytes",
] as const satisfies readonly (keyof SchemeError)[];

function decodeSchemeError(value: unknown): SchemeError | undefined {
  const fields = fieldsOf(value);
  const schemeId = fields?.["schemeId"];
  const numbers = fields && numbersOf(fields, schemeFields);
  return numbers && typeof schemeId === "string" ? { ...numbers, schemeId } : undefined;
}

function decodeLayers(
  value: unknown,
): readonly (readonly [number, LayerSensitivity])[] | undefined {
  const found = listOf(value)?.map((item): readonly [number, LayerSensitivity] | undefined => {
    const [nodeId, effect] = listOf(item) ?? [];
    const fields = fieldsOf(effect);
    const weights = listOf(fields?.["weights"])?.map(numberOf);
    const activations = listOf(fields?.["activations"])?.map(numberOf);
    if (typeof nodeId !== "number" || !areNumbers(weights) || !areNumbers(activations))
      return undefined;
    const drifts = vectorsOf(fields?.["drifts"]);
    const given = fieldsOf(fields?.["floors"]);
    const own = listOf(given?.["weights"])?.map(numberOf);
    const inputs = listOf(given?.["activations"])?.map(numberOf);
    const floors =
      areNumbers(own) && areNumbers(inputs) ? { weights: own, activations: inputs } : undefined;
    if (fields?.["drifts"] !== undefined && drifts === undefined) return undefined;
    return [nodeId, { weights, activations, ...(drifts && { drifts }), ...(floors && { floors }) }];
  });
  const whole = found?.filter((one) => one !== undefined);
  return whole?.length === found?.length ? whole : undefined;
}

function numbersOf<K extends string>(
  fields: Readonly<Record<string, unknown>>,
  names: readonly K[],
): Record<K, number> | undefined {
  const values = names.map((name) => [name, numberOf(fields[name])] as const);
  return values.every(([, value]) => value !== undefined)
    ? (Object.fromEntries(values) as Record<K, number>)
    : undefined;
}

/** JSON keeps NaN and the infinities as their names. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return value === "NaN" || value === "Infinity" || value === "-Infinity"
    ? Number(value)
    : undefined;
}

function vectorsOf(value: unknown): readonly (readonly number[])[] | undefined {
  const vectors = listOf(value)?.map((one) => listOf(one)?.map(numberOf));
  const whole = vectors?.filter((vector): vector is readonly number[] & typeof vector =>
    areNumbers(vector),
  );
  return whole?.length === vectors?.length ? whole : undefined;
}

function areNumbers(
  values: readonly (number | undefined)[] | undefined,
): values is readonly number[] {
  return values?.every((value) => value !== undefined) === true;
}

function textsOf(value: unknown): readonly string[] | undefined {
  const list = listOf(value);
  return list?.every((item): item is string => typeof item === "string") === true
    ? list
    : undefined;
}

function listOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

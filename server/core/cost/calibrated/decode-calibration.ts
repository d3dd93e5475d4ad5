import { Decoder } from "../../base/decode.js";
import type { Outcome, Problem, Report } from "../../base/problem.js";
import type {
  Calibration,
  CalibrationSource,
  ChipPart,
  Dispatch,
  EnergyModel,
  ErrorRow,
  Interval,
  KindModel,
  Launches,
  NetworkModel,
  SpaceModel,
  Transfer,
  WeighedKinds,
} from "./calibration.js";
import { isAggregate } from "./aggregates.js";
import { decodeHosts } from "./decode-hosts.js";
import { decodeNumbers, decodeRegressor, decodeWords } from "./decode-regressor.js";

/** Reads a target's calibration. What is wrong costs the kind of kernel that it belongs to, no other. */
export function decodeCalibration(
  value: unknown,
  targetId: string,
): Outcome<Calibration | undefined> {
  const problems: Problem[] = [];
  const lazy = openCalibration(value, targetId, (problem) => problems.push(problem));
  if (lazy === undefined) return { value: undefined, problems };
  const kinds = Object.entries(lazy.kinds).filter(([, kind]) => kind !== undefined);
  return { value: { ...lazy, kinds: Object.fromEntries(kinds) }, problems };
}

/**
 * The same, with each kind's numbers unpacked when they are first asked for: a file speaks of a dozen kinds, a model
 * has three of them. A kind that is broken is reported then, and is undefined.
 */
export function openCalibration(
  value: unknown,
  targetId: string,
  report: Report,
): Calibration | undefined {
  const decoder = new Decoder(`Calibration \`${targetId}\``);
  const fields = decoder.object(value, "$");
  const flush = (): void => decoder.problems.splice(0).forEach(report);
  const calibration = fields && calibrationOf(decoder, fields, targetId, flush);
  flush();
  return calibration;
}

type Fields = Readonly<Record<string, unknown>>;

function calibrationOf(
  decoder: Decoder,
  fields: Fields,
  targetId: string,
  flush: () => void,
): Calibration {
  const kinds: Record<string, KindModel | undefined> = {};
  for (const [id, entry] of Object.entries(decoder.object(fields["kinds"], "kinds") ?? {})) {
    let read: { readonly kind: KindModel | undefined } | undefined;
    Object.defineProperty(kinds, id, {
      enumerable: true,
      get: () => {
        if (read === undefined) {
          read = { kind: decodeKind(decoder, entry, `kinds.${id}`) };
          flush();
        }
        return read.kind;
      },
    });
  }
  const network =
    fields["network"] === undefined
      ? undefined
      : decodeNetwork(decoder, fields["network"], "network");
  const energy =
    fields["energy"] === undefined ? undefined : decodeEnergy(decoder, fields["energy"], "energy");
  const part =
    fields["part"] === undefined ? undefined : decodePart(decoder, fields["part"], "part");
  return {
    target: targetId,
    date: decoder.string(fields["date"], "date") ?? "",
    sources: (decoder.array(fields["sources"], "sources") ?? []).flatMap(
      (item, index) => decodeSource(decoder, item, `sources[${index}]`) ?? [],
    ),
    kinds,
    ...(network === undefined ? {} : { network }),
    ...(energy === undefined ? {} : { energy }),
    ...(part === undefined ? {} : { part }),
    error: (decoder.array(fields["error"] ?? [], "error") ?? []).flatMap(
      (item, index) => decodeError(decoder, item, `error[${index}]`) ?? [],
    ),
  };
}

function decodeKind(decoder: Decoder, value: unknown, path: string): KindModel | undefined {
  const fields = decoder.object(value, path);
  if (fields === undefined) return undefined;
  const form = decoder.oneOf(fields["form"], `${path}.form`, ["correction", "seconds"] as const);
  const overhead = decoder.number(fields["overhead"], `${path}.overhead`, { low: 0, high: 10 });
  const terms = fields["terms"] === undefined ? [] : decodeTerms(decoder, fields["terms"], path);
  const fitted = decodeFitted(decoder, fields, path);
  const interval = decodeInterval(decoder, fields["interval"], `${path}.interval`);
  const transfer =
    fields["transfer"] === undefined
      ? undefined
      : decodeTransfer(decoder, fields["transfer"], `${path}.transfer`);
  if (
    form === undefined ||
    overhead === undefined ||
    terms === undefined ||
    fitted === undefined ||
    interval === undefined
  )
    return undefined;
  return {
    form,
    overhead,
    terms,
    ...fitted,
    interval,
    ...(transfer === undefined ? {} : { transfer }),
  };
}

function decodeTerms(
  decoder: Decoder,
  value: unknown,
  path: string,
): KindModel["terms"] | undefined {
  const items = decoder.array(value, `${path}.terms`);
  const terms = (items ?? []).flatMap((item, index) => {
    const place = `${path}.terms[${index}]`;
    const fields = decoder.object(item, place);
    const feature = decoder.string(fields?.["feature"], `${place}.feature`);
    const seconds = decoder.number(fields?.["seconds"], `${place}.seconds`, { low: 0, high: 10 });
    return feature === undefined || seconds === undefined ? [] : [{ feature, seconds }];
  });
  return items === undefined || terms.length !== items.length ? undefined : terms;
}

function decodeTransfer(decoder: Decoder, value: unknown, path: string): Transfer | undefined {
  const fields = decoder.object(value, path);
  if (fields === undefined) return undefined;
  const near = decodeInterval(decoder, fields["near"], `${path}.near`);
  const far = decodeInterval(decoder, fields["far"], `${path}.far`);
  const scale =
    fields["scale"] === undefined
      ? 1
      : decoder.number(fields["scale"], `${path}.scale`, { low: 0.01, high: 100 });
  return near === undefined || far === undefined || scale === undefined
    ? undefined
    : { scale, near, far };
}

/** Names, their range, and the function over them: what kinds of kernels and networks share. */
function decodeFitted(
  decoder: Decoder,
  fields: Fields,
  path: string,
): Pick<KindModel, "features" | "low" | "high" | "regressor"> | undefined {
  const features = decodeWords(decoder, fields["features"], `${path}.features`);
  const low = decodeNumbers(decoder, fields["low"], `${path}.low`);
  const high = decodeNumbers(decoder, fields["high"], `${path}.high`);
  if (features === undefined || low === undefined || high === undefined) return undefined;
  if (low.length !== features.length || high.length !== features.length)
    return decoder.complain(path, "should give `low` and `high` for each of `features`.");
  const regressor = decodeRegressor(
    decoder,
    fields["regressor"],
    `${path}.regressor`,
    features.length,
  );
  return regressor === undefined
    ? undefined
    : { features, low: [...low], high: [...high], regressor };
}

function decodeNetwork(decoder: Decoder, value: unknown, path: string): NetworkModel | undefined {
  const fields = decoder.object(value, path);
  if (fields === undefined) return undefined;
  const inferenceSeconds = decoder.number(fields["inferenceSeconds"], `${path}.inferenceSeconds`, {
    low: 0,
    high: 10,
  });
  const interval = decodeInterval(decoder, fields["interval"], `${path}.interval`);
  if (inferenceSeconds === undefined || interval === undefined) return undefined;
  const dispatch =
    fields["dispatch"] === undefined
      ? undefined
      : decodeDispatch(decoder, fields["dispatch"], `${path}.dispatch`);
  const model = { inferenceSeconds, interval, ...(dispatch === undefined ? {} : { dispatch }) };
  if (fields["correction"] === undefined) return model;
  const inner = decoder.object(fields["correction"], `${path}.correction`);
  const correction =
    inner === undefined ? undefined : decodeFitted(decoder, inner, `${path}.correction`);
  if (correction === undefined) return undefined;
  const unknown = correction.features.find((name) => !isAggregate(name));
  return unknown === undefined
    ? { ...model, correction }
    : decoder.complain(`${path}.correction.features`, `names \`${unknown}\`, which is unknown.`);
}

function decodeDispatch(decoder: Decoder, value: unknown, path: string): Dispatch | undefined {
  const fields = decoder.object(value, path);
  const launches = fields && decodeLaunches(decoder, fields, path);
  if (launches === undefined) return undefined;
  const spaces: [string, SpaceModel][] = [];
  for (const [name, entry] of Object.entries(
    decoder.object(fields?.["spaces"] ?? {}, `${path}.spaces`) ?? {},
  )) {
    const space = decodeSpace(decoder, entry, `${path}.spaces.${name}`);
    if (space === undefined) return undefined;
    spaces.push([name, space]);
  }
  const dispatch = {
    ...launches,
    ...(spaces.length > 0 && { spaces: Object.fromEntries(spaces) }),
  };
  if (fields?.["hosts"] === undefined) return dispatch;
  const hosts = decodeHosts(decoder, fields["hosts"], `${path}.hosts`);
  return hosts === undefined ? undefined : { ...dispatch, hosts };
}

const launchRange = { low: 0, high: 10 };

function decodeLaunches(decoder: Decoder, fields: Fields, path: string): Launches | undefined {
  const power = decoder.number(fields["power"], `${path}.power`, { low: 1, high: 100 });
  const other = decoder.number(fields["other"], `${path}.other`, launchRange);
  const seconds: Record<string, number> = {};
  const classes = decoder.object(fields["seconds"], `${path}.seconds`) ?? {};
  for (const [name, entry] of Object.entries(classes))
    seconds[name] = decoder.number(entry, `${path}.seconds.${name}`, launchRange) ?? 0;
  return power === undefined || other === undefined ? undefined : { power, seconds, other };
}

function decodeSpace(decoder: Decoder, value: unknown, path: string): SpaceModel | undefined {
  const fields = decoder.object(value, path);
  if (fields === undefined) return undefined;
  const launches = decodeLaunches(decoder, fields, path);
  const once = fields["inferenceSeconds"];
  const inferenceSeconds = decoder.number(once, `${path}.inferenceSeconds`, launchRange);
  if (launches === undefined || inferenceSeconds === undefined) return undefined;
  const kinds = decodeWeighed(decoder, fields["kinds"], `${path}.kinds`);
  return { ...launches, inferenceSeconds, kinds };
}

/** Without those that make no sense. */
function decodeWeighed(decoder: Decoder, value: unknown, path: string): WeighedKinds {
  const kinds: [string, WeighedKinds[string]][] = [];
  for (const [id, entry] of Object.entries(decoder.object(value ?? {}, path) ?? {})) {
    const inner = decoder.object(entry, `${path}.${id}`) ?? {};
    const features = decodeWords(decoder, inner["features"], `${path}.${id}.features`);
    const weights = decodeNumbers(decoder, inner["weights"], `${path}.${id}.weights`);
    if (features === undefined || weights?.length !== features.length) continue;
    kinds.push([id, { features, weights: Float64Array.from(weights) }]);
  }
  return Object.fromEntries(kinds);
}

function decodeEnergy(decoder: Decoder, value: unknown, path: string): EnergyModel | undefined {
  const fields = decoder.object(value, path);
  if (fields === undefined) return undefined;
  const scope = decoder.string(fields["scope"], `${path}.scope`);
  const range = { low: 0, high: 1e6 };
  const watts = decoder.number(fields["watts"], `${path}.watts`, range);
  const inferenceJoules = decoder.number(
    fields["inferenceJoules"],
    `${path}.inferenceJoules`,
    range,
  );
  const interval = decodeInterval(decoder, fields["interval"], `${path}.interval`);
  const kinds = decodeWeighed(decoder, fields["kinds"], `${path}.kinds`);
  if (
    scope === undefined ||
    watts === undefined ||
    inferenceJoules === undefined ||
    interval === undefined
  )
    return undefined;
  return { scope, watts, kinds, inferenceJoules, interval };
}

function decodeInterval(decoder: Decoder, value: unknown, path: string): Interval | undefined {
  const fields = decoder.object(value, path);
  if (fields === undefined) return undefined;
  const edges = decodeNumbers(decoder, fields["edges"], `${path}.edges`);
  const low = decodeNumbers(decoder, fields["low"], `${path}.low`);
  const high = decodeNumbers(decoder, fields["high"], `${path}.high`);
  if (edges === undefined || low === undefined || high === undefined) return undefined;
  const isRight =
    low.length === edges.length + 1 &&
    high.length === edges.length + 1 &&
    low.every((factor) => 0 < factor && factor <= 1) &&
    high.every((factor) => 1 <= factor);
  return isRight
    ? { edges: [...edges], low: [...low], high: [...high] }
    : decoder.complain(path, "should give factors low ≤ 1 ≤ high, one more than `edges`.");
}

function decodePart(decoder: Decoder, value: unknown, path: string): ChipPart | undefined {
  const fields = decoder.object(value, path);
  if (fields === undefined) return undefined;
  const words = decoder.string(fields["words"], `${path}.words`);
  const share = decoder.number(fields["share"], `${path}.share`, { low: 1e-3, high: 1 });
  return words === undefined || share === undefined ? undefined : { words, share };
}

function decodeSource(
  decoder: Decoder,
  value: unknown,
  path: string,
): CalibrationSource | undefined {
  const fields = decoder.object(value, path);
  if (fields === undefined) return undefined;
  const set = decoder.string(fields["set"], `${path}.set`);
  const licence = decoder.string(fields["licence"], `${path}.licence`);
  const rows = decoder.number(fields["rows"], `${path}.rows`, { low: 0, high: 1e9 });
  if (set === undefined || licence === undefined || rows === undefined) return undefined;
  const note =
    fields["note"] === undefined ? undefined : decoder.string(fields["note"], `${path}.note`);
  return { set, licence, rows, ...(note === undefined ? {} : { note }) };
}

function decodeError(decoder: Decoder, value: unknown, path: string): ErrorRow | undefined {
  const fields = decoder.object(value, path);
  if (fields === undefined) return undefined;
  const share = (key: string): number | undefined =>
    decoder.number(fields[key], `${path}.${key}`, { low: 0, high: 1e6 });
  const kind = decoder.string(fields["kind"], `${path}.kind`);
  const median = share("median");
  const mean = share("mean");
  const p90 = share("p90");
  const coverage = share("coverage");
  const rows = decoder.number(fields["rows"], `${path}.rows`, { low: 0, high: 1e9 });
  if (
    kind === undefined ||
    median === undefined ||
    mean === undefined ||
    p90 === undefined ||
    coverage === undefined ||
    rows === undefined
  )
    return undefined;
  const rank =
    fields["rank"] === undefined
      ? undefined
      : decoder.number(fields["rank"], `${path}.rank`, { low: -1, high: 1 });
  const of = fields["of"] === undefined ? undefined : decoder.string(fields["of"], `${path}.of`);
  return {
    kind,
    median,
    mean,
    p90,
    coverage,
    rows,
    ...(rank !== undefined && { rank }),
    ...(of !== undefined && { of }),
  };
}

import type { Report } from "../../base/problem.js";
import { once } from "../../base/once.js";
import type { Catalogue, Target } from "../../targets/target.js";
import type { Calibration } from "./calibration.js";
import { openCalibration } from "./decode-calibration.js";
import { isSameArchitecture, siblingsOf } from "./sibling.js";
import { sustainedBeside } from "./sustained.js";
import type { TargetCalibration } from "./target-calibration.js";

/** Where calibrations are kept: which targets have one, and its JSON when somebody needs it. */
export interface CalibrationStore {
  readonly targetIds: ReadonlySet<string>;
  /** Undefined when it cannot be read, having reported why. */
  readonly read: (targetId: string) => unknown;
  /** The lines about a target of the page of published errors, as a `file:` address. */
  readonly errorPage?: (targetId: string) => string | undefined;
}

/** The same targets, each with a way to its calibration, which is read when it is first asked for. */
export function withCalibrations(
  catalogue: Catalogue,
  store: CalibrationStore,
  report: Report,
): Catalogue {
  const measured = catalogue.targets.filter((target) => store.targetIds.has(target.id));
  const loaded = new Map<string, Calibration | undefined>();
  const load = (id: string): Calibration | undefined => {
    if (loaded.has(id)) return loaded.get(id);
    const json = withSharedKinds(store.read(id), store);
    const calibration = json === undefined ? undefined : openCalibration(json, id, report);
    loaded.set(id, calibration);
    return calibration;
  };
  const targets = catalogue.targets.map((target) => ({
    ...target,
    isMeasured: store.targetIds.has(target.id),
    calibration: once(() => calibrationOf(target, store, measured, load)),
    wide: () => wideOf(target),
  }));
  const wideOf = ({ chip, runtime, precision }: Target): Target | undefined =>
    precision.weightBits < 16 ? byId.get(`${chip.id}/${runtime.id}/bf16`) : undefined;
  const byId = new Map<string, Target>(targets.map((target) => [target.id, target]));
  return { targets, find: (id) => byId.get(id) };
}

/**
 * What targets of one chip and runtime share stands in one of their files; the others say `{"sameAs": <its target>}`
 * under the kind's name.
 */
export function withSharedKinds(json: unknown, store: CalibrationStore): unknown {
  const kinds = fieldOf(json, "kinds");
  const read = new Map<string, unknown>();
  const kindsOf = (lender: string): unknown => {
    if (!read.has(lender)) read.set(lender, fieldOf(store.read(lender), "kinds"));
    return read.get(lender);
  };
  if (typeof json !== "object" || typeof kinds !== "object" || kinds === null) return json;
  const entries = Object.entries(kinds).map(([kind, value]: [string, unknown]) => {
    const lender = fieldOf(value, "sameAs");
    if (typeof lender !== "string") return [kind, value];
    // An interval of its own goes before the lender's.
    const interval = fieldOf(value, "interval");
    const shared = fieldOf(kindsOf(lender), kind);
    return [
      kind,
      interval === undefined || typeof shared !== "object" ? shared : { ...shared, interval },
    ];
  });
  return { ...json, kinds: Object.fromEntries(entries) as unknown };
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function calibrationOf(
  target: Target,
  store: CalibrationStore,
  measured: readonly Target[],
  load: (id: string) => Calibration | undefined,
): TargetCalibration | undefined {
  const own = store.targetIds.has(target.id) ? load(target.id) : undefined;
  const loans = (): TargetCalibration | undefined =>
    loanFrom(target, siblingsOf(target, measured).slice(0, lenderLimit), load, store);
  if (own === undefined) return loans();
  const known = {
    calibration: own,
    lender: target.label,
    loan: undefined,
    errorPage: () => store.errorPage?.(target.id),
  } as const;
  // Whole inferences were fitted with what their file says: a stranger's kernels would not fit in.
  return own.network === undefined
    ? { ...known, method: "calibrated", next: once(loans) }
    : { ...known, method: "calibrated" };
}

/** The first sibling that can be read, and behind it the others. */
function loanFrom(
  target: Target,
  [sibling, ...others]: readonly Target[],
  load: (id: string) => Calibration | undefined,
  store: CalibrationStore,
): TargetCalibration | undefined {
  if (sibling === undefined) return undefined;
  const calibration = load(sibling.id);
  const next = once(() => loanFrom(target, others, load, store));
  if (calibration === undefined) return next();
  const sustained = sustainedBeside(target, sibling);
  return {
    calibration,
    method: "borrowed",
    lender: sibling.label,
    errorPage: () => store.errorPage?.(sibling.id),
    loan: isSameArchitecture(target.chip, sibling.chip) ? "near" : "far",
    ...(sustained !== undefined && { sustained }),
    ...(calibration.network === undefined && { next }),
  };
}

const lenderLimit = 3;

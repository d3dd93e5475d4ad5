import type { Target } from "../../targets/target.js";
import type { Method } from "../cost.js";
import type { ErrorRow } from "./calibration.js";

/** How far a target's predictions were from measurements that their fit has not seen, as docs/accuracy.md has it. */
export interface PublishedError {
  /** Label of the target that was measured, where it is another one. */
  readonly lender: string | undefined;
  /** Day of the fit, as its file says. */
  readonly date: string;
  readonly rows: readonly ErrorRow[];
  /** Where all rows of the measured target stand, as a `file:` address; undefined where the page is not at hand. */
  readonly page: string | undefined;
}

/** Undefined for a plain roofline, which no measurement stands behind. */
export function publishedError({ calibration }: Target): PublishedError | undefined {
  const known = calibration?.();
  if (known === undefined || known.calibration.error.length === 0) return undefined;
  const { method, lender, errorPage } = known;
  return {
    lender: method === "borrowed" ? lender : undefined,
    date: known.calibration.date,
    rows: known.calibration.error,
    page: errorPage?.(),
  };
}

/** The same for a number of that method: a kernel may be a roofline on a measured target. */
export function errorBehind(target: Target, method: Method): PublishedError | undefined {
  return method === "roofline" ? undefined : publishedError(target);
}

/**
 * `MatMul 3.8 %, attention decode 8.4 %, 9 more 0.9 % – 21.1 %`: medians, those of the most measurements by name. Where
 * others were held out than the target's own, the end says whose: `LLM decode 9.1 % (of 12 targets with llama.cpp CUDA)`.
 */
export function errorSummary(rows: readonly ErrorRow[]): string {
  const byCount = [...rows].sort((a, b) => b.rows - a.rows);
  const named = byCount.length <= namedLimit + 1 ? byCount : byCount.slice(0, namedLimit);
  const others = byCount.slice(named.length).map(({ median }) => median);
  const [first] = byCount;
  const list = [
    ...named.map(({ kind, median }) => `${kind} ${errorText(median)}`),
    ...(others.length > 0
      ? [
          `${others.length} more ${errorText(Math.min(...others))} – ${errorText(Math.max(...others))}`,
        ]
      : []),
  ].join(", ");
  return first?.of === undefined ? list : `${list} (of ${first.of})`;
}

/** Those of predicted times: energy was metered and is judged by itself. */
export function latencyErrors(rows: readonly ErrorRow[]): readonly ErrorRow[] {
  return rows.filter(({ kind }) => !kind.endsWith(" energy"));
}

const namedLimit = 2;

/** 0.061 is `6.1 %`. */
export function errorText(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

import type { Analysis } from "../analysis.js";
import type { ErrorRow } from "../cost/calibrated/calibration.js";

/** How far a target's predictions were from measurements that its fit has not seen. */
export interface TargetErrors {
  readonly label: string;
  /** The target that was measured, where it is another one. */
  readonly lender: string | undefined;
  /** Days of the fit, as its file says. */
  readonly date: string;
  readonly rows: readonly ErrorRow[];
}

/** Of every target that rests on measurements, in their order. */
export function publishedErrors({ targets }: Analysis): readonly TargetErrors[] {
  return targets.flatMap(({ target }): TargetErrors[] => {
    const known = target.calibration?.();
    if (known === undefined || known.calibration.error.length === 0) return [];
    const { calibration, method, lender } = known;
    return [
      {
        label: target.label,
        lender: method === "borrowed" ? lender : undefined,
        date: calibration.date,
        rows: calibration.error,
      },
    ];
  });
}

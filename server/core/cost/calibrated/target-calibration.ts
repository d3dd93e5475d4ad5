import type { Target } from "../../targets/target.js";
import type { Calibration } from "./calibration.js";

/** What a target knows of measurements: its own, or those of the sibling that lends them. */
export interface TargetCalibration {
  readonly calibration: Calibration;
  readonly method: "calibrated" | "borrowed";
  /** Label of the target that was measured. */
  readonly lender: string;
  /** How far away a lender is: the same architecture, or another; undefined for a target's own calibration. */
  readonly loan: "near" | "far" | undefined;
  /** Where the errors of the measured target stand for people to read, as a `file:` address. */
  readonly errorPage?: () => string | undefined;
  /** The borrower at the peaks that its power sustains beside the lender's, where those are lower. */
  readonly sustained?: Target;
  /** The next nearest, for kernels of which this one says nothing. */
  readonly next?: () => TargetCalibration | undefined;
}

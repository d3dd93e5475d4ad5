import type { Analysis } from "../analysis.js";
import { type PublishedError, publishedError } from "../cost/calibrated/published-error.js";

/** A target's published errors, with its name for people. */
export interface TargetErrors extends PublishedError {
  readonly label: string;
}

/** Of every target that rests on measurements, in their order. */
export function publishedErrors({ targets }: Analysis): readonly TargetErrors[] {
  return targets.flatMap(({ target }): TargetErrors[] => {
    const error = publishedError(target);
    return error === undefined ? [] : [{ label: target.label, ...error }];
  });
}

import type { Precision } from "../../targets/precision.js";
import type { Catalogue, Target } from "../../targets/target.js";

/**
 * What layers run in when no format is chosen for them: the chip and runtime of the target in a floating-point precision
 * of at least 16 bits, the narrowest that the catalogue has. Undefined where there is none, as on an int8-only NPU:
 * there every layer has to take a format, and "as it is" would be a risk of 0 that nobody can have.
 */
export function unquantizedTarget(target: Target, catalogue: Catalogue): Target | undefined {
  if (isUnquantized(target.precision)) return target;
  const siblings = catalogue.targets.filter(
    ({ chip, runtime, precision }) =>
      chip.id === target.chip.id && runtime.id === target.runtime.id && isUnquantized(precision),
  );
  return siblings.sort(
    (left, right) =>
      left.precision.activationBits - right.precision.activationBits ||
      left.precision.weightBits - right.precision.weightBits ||
      Number(isHalf(right.precision)) - Number(isHalf(left.precision)) ||
      left.id.localeCompare(right.id),
  )[0];
}

/** Of two of the same width, runtimes run models in float16 rather than in bfloat16. */
function isHalf({ arithmetic }: Precision): boolean {
  return arithmetic[0] === "float16";
}

function isUnquantized({ arithmetic, weightBits, activationBits }: Precision): boolean {
  return (
    weightBits >= 16 && activationBits >= 16 && /^(float|bfloat|tfloat)/.test(arithmetic[0] ?? "")
  );
}

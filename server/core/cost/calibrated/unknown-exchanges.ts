import type { Lowered } from "../../lower/lowered.js";
import { leftUncosted } from "../../lower/left-uncosted.js";
import type { Target } from "../../targets/target.js";
import type { TargetCalibration } from "./target-calibration.js";

/**
 * How fast devices exchange data is no property of a chip: without a measurement of the target or a sibling's nothing is
 * known of it, and a bound by the memory would be far too fast.
 */
export function withoutUnknownExchanges(lowered: Lowered, target: Target): Lowered {
  const isExchange = lowered.kernels.map(({ shape }) => shape.kind === "collective");
  if (!isExchange.includes(true) || knowsExchanges(target)) return lowered;
  return leftUncosted(lowered, isExchange, exchangeReason(target));
}

export function exchangeReason({ label }: Target): string {
  return `Exchanges between devices were measured neither on ${label} nor on a chip like it.`;
}

function knowsExchanges(target: Target): boolean {
  for (
    let known: TargetCalibration | undefined = target.calibration?.();
    known !== undefined;
    known = known.next?.()
  )
    if (known.calibration.kinds["gpu-collective"] !== undefined) return true;
  return false;
}

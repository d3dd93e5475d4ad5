import type { TargetAnalysis } from "../analysis.js";
import { formatNumber, formatRate, formatShare } from "../base/units.js";
import type { NodeId } from "../graph/graph.js";
import { usedPeak } from "../targets/used-peak.js";

/** How far a kernel that multiplies is from its target's peak: operations a second, and operations per byte. */
export function achievedText(
  target: TargetAnalysis | undefined,
  nodeId: NodeId,
): readonly string[] {
  const index = target?.lowered.kernelOfNode[nodeId] ?? -1;
  const kernel = target?.lowered.kernels[index];
  const seconds = target?.kernelCosts[index]?.seconds.value ?? 0;
  if (target === undefined || kernel === undefined || kernel.macs === 0 || seconds <= 0) return [];
  const operations = 2 * kernel.macs + kernel.otherFlops;
  const bytes = kernel.readBytes + kernel.writeBytes;
  const { chip, precision } = target.target;
  const name = usedPeak(chip.peaks, precision.arithmetic);
  const peak = name === undefined ? undefined : chip.peaks[name]?.value;
  const ofPeak =
    peak === undefined || peak <= 0
      ? ""
      : `, ${formatShare(operations / seconds / peak)} of the ${name} peak`;
  const intensity = bytes > 0 ? ` at ${formatNumber(operations / bytes, 2)} FLOP/byte` : "";
  return [`Achieves ${formatRate(operations / seconds, "FLOP/s")}${ofPeak}${intensity}.`];
}

import type { Lowered } from "./lowered.js";

/** The same without some kernels, whose nodes are uncosted for a reason. */
export function leftUncosted(
  lowered: Lowered,
  isLeft: readonly boolean[],
  reason: string,
): Lowered {
  if (!isLeft.includes(true)) return lowered;
  let next = 0;
  const place = isLeft.map((left) => (left ? -1 : next++));
  return {
    ...lowered,
    kernels: lowered.kernels.filter((_, index) => isLeft[index] !== true),
    kernelOfNode: lowered.kernelOfNode.map((index) => (index < 0 ? -1 : (place[index] ?? -1))),
    uncosted: [
      ...lowered.uncosted,
      ...lowered.kernels.flatMap(({ nodeIds }, index) =>
        isLeft[index] === true ? nodeIds.map((nodeId) => ({ nodeId, reason })) : [],
      ),
    ],
  };
}

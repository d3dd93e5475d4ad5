import { formatBytes } from "../../base/units.js";
import type { FusedStack } from "./choose-stacks.js";
import type { Overlap, StackPlan } from "./plan.js";

/** What a member of a stack says of it, one sentence each. */
export function stackNote({ stack, plan, places }: FusedStack): string {
  const { tileBytes, keptBytes } = plan;
  const kept = keptBytes > 0 ? ` and ${formatBytes(keptBytes)} of overlap` : "";
  const others = stack.members.length - 1;
  return `Runs tile by tile with ${others} ${others === 1 ? "neighbour" : "neighbours"}, ${planText(plan)}: ${formatBytes(tileBytes)} of tiles${kept} lie in \`${places.activations}\`.`;
}

/** `14 tiles of 4 × 56 results, overlap is kept, 254 KiB of weights stay`. */
export function planText(plan: StackPlan): string {
  const overlap = plan.tileCount === 1 ? [] : [overlapWords[plan.overlap]];
  return [tilesText(plan), ...overlap, weightsText(plan)].join(", ");
}

/** Results of the last layer. */
function tilesText({ tileCount, rows, columns }: StackPlan): string {
  return tileCount === 1
    ? "all of it as one tile"
    : `${tileCount} tiles of ${rows.size} × ${columns.size} results`;
}

const overlapWords: Readonly<Record<Overlap, string>> = {
  kept: "overlap is kept",
  "columns-kept": "overlap of rows is made again",
  "made-again": "overlap is made again",
};

function weightsText({ keepsWeights, weightBytes, tileCount }: StackPlan): string {
  const weights = `${formatBytes(weightBytes)} of weights`;
  if (keepsWeights) return `${weights} stay`;
  return `${weights} come ${tileCount === 1 ? "once" : `${tileCount} times`}`;
}

/** What is computed ÷ what is needed, of all multiply-accumulates. */
export function repeatOf({ stack, plan }: FusedStack): number {
  let [made, needed] = [0, 0];
  for (const [index, { kernel }] of stack.members.entries()) {
    made += kernel.macs * (plan.repeats[index] ?? 1);
    needed += kernel.macs;
  }
  return needed === 0 ? 1 : made / needed;
}

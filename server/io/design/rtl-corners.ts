import {
  costOfResources,
  sizesToSynthesise,
  type RtlCorners,
  type RtlCost,
  type RtlSize,
} from "../../core/accelerator/rtl-price.js";
import { withoutText } from "../../core/views/design/resource-text.js";
import type { RtlOrigin } from "../../core/accelerator/accelerator.js";
import type { Problem } from "../../core/base/problem.js";
import type { Design } from "../../core/design/design.js";

/** What is read of a synthesis. */
export interface SizeAnswer {
  readonly design:
    Pick<Design, "total" | "without" | "capacity" | "family" | "part" | "tool"> | undefined;
  readonly problems: readonly Pick<Problem, "severity" | "message">[];
}

/** Synthesises the smallest sizes of an array, one after the other; a sentence where one of them cannot be. */
export async function synthesiseCorners(
  rtl: RtlOrigin,
  synthesise: (size: RtlSize) => Promise<SizeAnswer>,
): Promise<RtlCorners | string> {
  const corners: RtlCost[] = [];
  let last: SizeAnswer["design"];
  for (const size of sizesToSynthesise(rtl)) {
    const { design, problems } = await synthesise(size);
    if (design?.total === undefined) {
      const problem = problems.find(({ severity }) => severity === "error");
      return `\`${rtl.top}\` was not synthesised at ${size.label}: ${problem?.message ?? "the tool gave no netlist."}`;
    }
    if (design.without !== undefined)
      return `\`${rtl.top}\` has no price: the estimate is ${withoutText(design)}, of which there is no source.`;
    corners.push(costOfResources(design.total));
    last = design;
  }
  if (last === undefined)
    return "The pin in the RTL names no parameter for rows, columns or lanes, so that no other size can be synthesised.";
  const capacity = Object.fromEntries(
    Object.entries(last.capacity).map(([kind, count]) => [kind, count]),
  );
  return { corners, capacity, family: last.family, part: last.part ?? null, tool: last.tool };
}

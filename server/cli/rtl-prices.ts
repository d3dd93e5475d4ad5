import type { Accelerator } from "../core/accelerator/accelerator.js";
import {
  costOfResources,
  pricesOf,
  sizesToSynthesise,
  type RtlCost,
  type RtlPrices,
} from "../core/accelerator/rtl-price.js";
import type { SweepPoint } from "../core/accelerator/sweep.js";
import { disposeDesignAnalysts } from "../io/design/analyse-design.js";
import { runDesignJob } from "./design-job.js";
import type { Progress } from "./job.js";
import { UsageError } from "./usage-error.js";
import type { AnalyzeRequest } from "./words.js";

/**
 * What the RTL that describes the accelerator takes at the sizes of a sweep: the smallest arrays are synthesised for the part, the
 * others follow. A sentence where that cannot be.
 */
export async function rtlPrices(
  accelerator: Accelerator,
  request: AnalyzeRequest,
  points: readonly SweepPoint[],
  progress: Progress,
): Promise<RtlPrices | string> {
  const { rtl } = accelerator;
  if (rtl === undefined)
    throw new UsageError(
      "`--part` goes with an accelerator whose RTL says `// ridgepoint: accelerator …` (docs/accelerators.md).",
    );
  const sizes = sizesToSynthesise(rtl);
  if (sizes.length === 0)
    return "The pin in the RTL names no parameter for rows, columns or lanes, so that no other size can be synthesised.";
  const corners: RtlCost[] = [];
  let last: Awaited<ReturnType<typeof runDesignJob>>["document"]["design"];
  try {
    for (const { label, parameters } of sizes) {
      progress(`synthesising ${rtl.top} at ${label}`);
      const design = { ...request.design, top: request.design.top ?? rtl.top, isRouted: false };
      const { document } = await runDesignJob(
        {
          ...request,
          file: rtl.file,
          op: undefined,
          design: { ...design, parameters: { ...design.parameters, ...parameters } },
        },
        () => undefined,
      );
      const total = document.design?.total;
      if (total === undefined) {
        const problem = document.problems.find(({ severity }) => severity === "error");
        return `\`${rtl.top}\` was not synthesised at ${label}: ${problem?.message ?? "the tool gave no netlist."}`;
      }
      corners.push(costOfResources(total));
      last = document.design;
    }
  } finally {
    disposeDesignAnalysts();
  }
  const prices = pricesOf(
    accelerator,
    {
      corners,
      capacity: last?.capacity ?? {},
      family: last?.family ?? "",
      part: last?.part ?? null,
      tool: last?.tool ?? "",
    },
    points,
  );
  return prices ?? "Only arrays grow by rows and columns.";
}

import type { Accelerator } from "../core/accelerator/accelerator.js";
import { pricesOf, rtlSubjectOf, type RtlPrices } from "../core/accelerator/rtl-price.js";
import type { SweepPoint } from "../core/accelerator/sweep.js";
import { disposeDesignAnalysts } from "../io/design/analyse-design.js";
import { synthesiseCorners } from "../io/design/rtl-corners.js";
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
  const subject = rtlSubjectOf(accelerator);
  if (subject === null)
    throw new UsageError(
      "`--part` goes with an accelerator whose RTL says `// ridgepoint: accelerator …` (docs/accelerators.md).",
    );
  const { rtl } = subject;
  try {
    const corners = await synthesiseCorners(rtl, async ({ label, parameters }) => {
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
      return { design: document.design, problems: document.problems };
    });
    return typeof corners === "string" ? corners : pricesOf(subject, corners, points);
  } finally {
    disposeDesignAnalysts();
  }
}

import { pricesOf, type RtlCorners } from "../core/accelerator/rtl-price.js";
import type { MappingParams, MappingView } from "../core/views/mapping.js";
import { synthesiseCorners } from "../io/design/rtl-corners.js";
import type { ServerContext } from "./feature.js";

/** What was synthesised last, by the text, the part and the sizes: a sweep is changed more often than its RTL. */
const remembered = new Map<string, RtlCorners>();
const mostRemembered = 16;

/** The view with what the accelerator's own RTL takes on the part that was asked for, in a thread of its own. */
export async function withRtlPrices(
  server: ServerContext,
  view: MappingView,
  { part }: MappingParams,
  signal: AbortSignal,
): Promise<MappingView> {
  const { rtl: subject } = view;
  if (part === undefined || subject === null || view.sweep.length === 0) return view;
  const complain = (text: string): MappingView => ({
    ...view,
    complaints: [text, ...view.complaints],
  });
  const { rtl } = subject;
  const request = await server.design.partRequest(rtl.file, part);
  if (request === undefined) return complain("The RTL of the accelerator cannot be read.");
  const key = JSON.stringify([part, rtl, request.text, request.parameters, request.defines]);
  const known = remembered.get(key);
  if (known !== undefined) return { ...view, prices: pricesOf(subject, known, view.sweep) };
  const engine = server.startDesignEngine(() => undefined);
  try {
    const corners = await synthesiseCorners(rtl, async ({ parameters }) => {
      const design = await engine.analyse(
        { ...request, top: rtl.top, parameters: { ...request.parameters, ...parameters } },
        signal,
      );
      return { design, problems: design.problems };
    });
    if (typeof corners === "string") return complain(corners);
    if (remembered.size >= mostRemembered) remembered.clear();
    remembered.set(key, corners);
    return { ...view, prices: pricesOf(subject, corners, view.sweep) };
  } finally {
    engine.dispose();
  }
}

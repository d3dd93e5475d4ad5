import { touchedBy, type Spread } from "./addresses.js";
import type { Machine } from "./machine.js";
import type { Site } from "./recorder.js";

/**
 * Reads of shared memory that unrolling puts side by side become one of up to 16 bytes where all of them are aligned, as nvcc makes
 * `ld.shared.v4` of static arrays; pointers to global memory may be aligned to an element only, and stay.
 */
export function vectorized(
  m: Machine,
  frame: Map<string, Site>,
  loop: {
    /** The first turn: whether what is put together is aligned. */
    readonly first: Map<string, Site>;
    readonly spreadsOf: (site: Site) => readonly Spread[] | undefined;
    readonly count: number;
  },
): Map<string, Site> {
  const { first, spreadsOf, count } = loop;
  const result = new Map(frame);
  if ([...frame.values()].some(({ what }) => what.kind === "barrier")) return result;
  for (const [key, site] of frame) {
    const { what } = site;
    const { places, lanes, laneMask } = first.get(key) ?? site;
    if (what.kind !== "access" || what.array.space !== "shared" || what.direction !== "read")
      continue;
    if (places === undefined || site.executions === 0 || lanes === undefined) continue;
    const own = spreadsOf(site)?.[site.spreads?.length ?? 0];
    if (own === undefined || own.step !== what.width) continue;
    let group = Math.min(16 / what.width, count);
    while (
      group > 1 &&
      (count % group !== 0 || places.some((place) => place % (what.width * group) !== 0))
    )
      group /= 2;
    if (group <= 1 || !Number.isInteger(group)) continue;
    const touched = touchedBy(lanes, what.width * group, laneMask, m.threads);
    const executions = site.executions / group;
    result.set(key, {
      ...site,
      executions,
      waits: site.waits / group,
      sectors: touched.sectors * executions,
      lines: touched.lines * executions,
      bytes: touched.bytes * executions,
      wavefronts: touched.wavefronts * executions,
      ideal: touched.ideal * executions,
      addresses: touched.addresses * executions,
    });
  }
  return result;
}

import type { Design, MeasuredDesign, MeasuredLoop } from "../design.js";
import { measuredOf } from "../measured-loop.js";

/** What was found of one state of the sources, by us or by another tool: the same words for both, so that they can be compared. */
export type Counted = Pick<
  MeasuredDesign,
  "counts" | "fmaxHertz" | "latencyCycles" | "modules" | "loops"
>;

/** What we have found, before any report sets it right. */
export function countedOf(design: Design): Counted {
  return {
    counts: valuesOf(design.total?.counts ?? {}),
    fmaxHertz: design.fmaxHertz?.value,
    latencyCycles: design.latencyCycles?.value,
    modules: design.modules.map(({ name, whole }) => ({ name, counts: valuesOf(whole.counts) })),
    loops: loopNames(design).map(({ name, loop }) => ({
      label: name,
      tripCount: loop.tripCount?.value,
      initiationInterval: loop.initiationInterval,
      depthCycles: loop.depthCycles,
      latencyCycles: loop.latencyCycles?.value,
    })),
  };
}

/** What a report says, its loops by the names that they have with us: a report names some by lines, which move. */
export function countedIn(report: MeasuredDesign, design: Design): Counted {
  const { counts, fmaxHertz, latencyCycles, modules } = report;
  const loops = loopNames(design).flatMap(({ name, loop }): MeasuredLoop[] => {
    const found = measuredOf({ measured: [report] }, loop)[0]?.loop;
    return found === undefined ? [] : [{ ...found, label: name }];
  });
  return { counts, fmaxHertz, latencyCycles, modules, loops };
}

/** A loop's label; where several have the same, as `i` is called everywhere, which of how many: `i 2/3`. */
export function loopNames({ loops }: Pick<Design, "loops">): readonly {
  readonly name: string;
  readonly loop: Design["loops"][number];
}[] {
  return loops.map((loop) => {
    const alike = loops.filter(({ label }) => label === loop.label);
    const which = alike.length === 1 ? "" : ` ${alike.indexOf(loop) + 1}/${alike.length}`;
    return { name: `${loop.label}${which}`, loop };
  });
}

function valuesOf(counts: NonNullable<Design["total"]>["counts"]): Counted["counts"] {
  return Object.fromEntries(Object.entries(counts).map(([kind, { value }]) => [kind, value]));
}

import { affineKey } from "../affine.js";
import type { Access, HlsFunction, Loop, Variable } from "../ir.js";
import { eachAccess } from "./region.js";

/** Accesses to an array in one innermost loop that are a constant apart: they share a burst. */
export interface Neighbours {
  readonly access: Access;
  readonly isRead: boolean;
  readonly around: readonly Loop[];
  /** By dimension, how far the outermost of them are apart. */
  readonly spread: readonly number[];
}

export function neighboursIn(steps: HlsFunction["body"]): Iterable<Neighbours> {
  const groups = new Map<string, Neighbours & { ranges: (readonly [number, number])[] }>();
  eachAccess(steps, (access, isRead, around) => {
    const key = `${directionKey(access)}:${isRead}:${around.at(-1)?.id ?? -1}`;
    const known = groups.get(key);
    const ranges = access.indices.map((index, dim): readonly [number, number] => {
      const constant = index?.constant ?? 0;
      const [least, most] = known?.ranges[dim] ?? [constant, constant];
      return [Math.min(least, constant), Math.max(most, constant)];
    });
    const spread = ranges.map(([least, most]) => most - least);
    groups.set(key, { access: known?.access ?? access, isRead, around, spread, ranges });
  });
  return groups.values();
}

/** The same for accesses that only constants tell apart. */
function directionKey({ name, indices }: Access): string {
  const parts = indices.map((index) =>
    index === undefined ? "?" : affineKey({ terms: index.terms, constant: 0 }),
  );
  return `${name}[${parts.join("][")}]`;
}

/** Elements from the first to the last that the loops reach, in memory order. */
export function spanOf(
  access: Access,
  dims: Variable["dims"],
  loops: readonly Loop[],
  {
    split,
    spread,
  }: { readonly split?: readonly [Loop, number]; readonly spread?: readonly number[] } = {},
): number {
  let span = 1;
  let stride = 1;
  for (let dim = access.indices.length - 1; dim >= 0; dim -= 1) {
    const index = access.indices[dim];
    const extent = dims[dim] ?? 1;
    let reach = spread?.[dim] ?? 0;
    if (index === undefined) reach = extent - 1;
    else {
      for (const loop of loops)
        reach +=
          Math.abs(index.terms.get(loop.iterator) ?? 0) * Math.max(0, (loop.trip.most ?? 1) - 1);
      if (split !== undefined)
        reach += Math.abs(index.terms.get(split[0].iterator) ?? 0) * (split[1] - 1);
    }
    span += Math.min(reach, extent - 1) * stride;
    stride *= extent;
  }
  return span;
}

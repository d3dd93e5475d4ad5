import { commonName } from "../views/common-name.js";
import type { LayerRow } from "./rows.js";
import { layerName } from "./rows.js";
import type { ReportTargetLayer } from "../views/report-document.js";

/** Layers that a reader need not tell apart: the same operator on the same shapes, costing the same on every target. */
export interface AlikeRow extends LayerRow {
  /** One name for all: what differs between them is `*`. */
  readonly name: string;
  readonly count: number;
  /** Of all of them. */
  readonly parameterCount: number | null;
  readonly macs: number | null;
}

/**
 * Layers that are alike in one row, with what they take together, heaviest first: a decoder's thirty-two blocks say once
 * what they say thirty-two times. Alike kernels err alike, so that ends of intervals add up like times.
 */
export function alikeRows(rows: readonly LayerRow[]): readonly AlikeRow[] {
  const groups = new Map<string, LayerRow[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  const alike = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return {
      layer: first.layer,
      name: commonName(group.map(({ layer }) => layerName(layer))),
      count: group.length,
      parameterCount: times(first.layer.parameterCount, group.length),
      macs: times(first.layer.macs, group.length),
      perTarget: first.perTarget.map((_, index) =>
        together(group.map(({ perTarget }) => perTarget[index])),
      ),
    };
  });
  const weight = ({ macs, perTarget }: AlikeRow): number => perTarget[0]?.seconds ?? macs ?? 0;
  return alike.sort((a, b) => weight(b) - weight(a));
}

function times(value: number | null, count: number): number | null {
  return value === null ? null : value * count;
}

/** Times alike to three digits are one kernel's. */
function keyOf({ layer, perTarget }: LayerRow): string {
  return JSON.stringify([
    layer.op,
    layer.inputs.map(({ type, shape }) => [type, shape]),
    layer.outputs.map(({ type, shape }) => [type, shape]),
    layer.parameterCount,
    layer.macs,
    perTarget.map((measure) => [measure?.seconds?.toPrecision(3), measure?.bound, measure?.engine]),
  ]);
}

function together(
  measures: readonly (ReportTargetLayer | undefined)[],
): ReportTargetLayer | undefined {
  const [first] = measures;
  if (first === undefined) return undefined;
  const sum = (of: (measure: ReportTargetLayer) => number | null): number | null => {
    let total = 0;
    for (const measure of measures) {
      const value = measure === undefined ? null : of(measure);
      if (value === null) return null;
      total += value;
    }
    return total;
  };
  return {
    ...first,
    seconds: sum(({ seconds }) => seconds),
    low: sum(({ low }) => low),
    high: sum(({ high }) => high),
    share: sum(({ share }) => share),
  };
}

import type { ErrorRow } from "../../server/core/cost/calibrated/calibration.js";
import { groupBy } from "./group.js";
import { pooledError } from "./pooled-error.js";
import { readTargetFile, replaceErrors, targetIdsIn } from "./target-files.js";

/**
 * A target of which no measurement was held out has no error of its own, but was fitted together with others: it states
 * theirs, the nearest there are, and says whose they are.
 */
export function lendErrors(folder: string): void {
  const targets = targetIdsIn(folder).map((id) => {
    const { error, sources } = readTargetFile(folder, id);
    return {
      id,
      own: error.filter(({ of }) => of === undefined),
      sets: sources.map(({ set }) => set),
    };
  });
  const judged = targets.filter(({ own }) => own.length > 0);
  for (const { id, own, sets } of targets) {
    if (own.length > 0) continue;
    const [chip, runtime, precision] = id.split("/");
    const circles: readonly (readonly [string, (other: (typeof judged)[number]) => boolean])[] = [
      [`${chip}/${runtime}/*`, (other) => other.id.startsWith(`${chip}/${runtime}/`)],
      [`*/${runtime}/${precision}`, (other) => other.id.endsWith(`/${runtime}/${precision}`)],
      [`*/${runtime}/*`, (other) => other.id.split("/")[1] === runtime],
      [sets.join(", "), (other) => other.sets.some((set) => sets.includes(set))],
    ];
    for (const [of, isNear] of circles) {
      const near = judged.filter(isNear);
      const rows = near.flatMap((other) => other.own);
      if (rows.reduce((sum, row) => sum + row.rows, 0) < fewestRows) continue;
      replaceErrors(folder, id, pooledByKind(rows, of));
      break;
    }
  }
}

/** One measurement tells nothing of others. */
const fewestRows = 5;

function pooledByKind(rows: readonly ErrorRow[], of: string): readonly ErrorRow[] {
  return [...groupBy(rows, ({ kind }) => kind)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, items]) => ({ ...pooledError(kind, items), of }));
}

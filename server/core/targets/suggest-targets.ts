import type { Catalogue } from "./target.js";

/**
 * The targets whose ids are nearest to a wrong one, best first: `nvidia-rtx4090/tensorrt/fp16` → `nvidia-rtx-4090/…`.
 * Distance is counted per part, since a wrong precision on the right chip is nearer than the reverse.
 */
export function suggestTargets(
  catalogue: Catalogue,
  wrongId: string,
  limit = 3,
): readonly string[] {
  const wanted = partsOf(wrongId.toLowerCase().slice(0, 120));
  const distanceTo = (text: string, index: number): number =>
    editDistance(wanted[index] ?? "", text);
  const known = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()];
  const distances = catalogue.targets.map(({ id, chip, runtime, precision }) => {
    let distance = 0;
    for (const [index, part] of [chip.id, runtime.id, precision.id].entries()) {
      let partDistance = known[index]?.get(part);
      if (partDistance === undefined) {
        partDistance = distanceTo(part, index);
        known[index]?.set(part, partDistance);
      }
      distance += partDistance * (index === 0 ? 4 : 1);
    }
    return { id, distance };
  });
  return distances
    .sort((left, right) => left.distance - right.distance || left.id.localeCompare(right.id, "en"))
    .slice(0, limit)
    .map(({ id }) => id);
}

/** "Target `x` is not known; did you mean `y`?" for the command line and the settings. */
export function unknownTargetMessage(catalogue: Catalogue, wrongId: string): string {
  const nearest = suggestTargets(catalogue, wrongId).map((id) => `\`${id}\``);
  const shown = wrongId.length > 120 ? `${wrongId.slice(0, 120)}…` : wrongId;
  return nearest.length === 0
    ? `Target \`${shown}\` is not known, and the catalogue is empty.`
    : `Target \`${shown}\` is not known; did you mean ${nearest.join(" or ")}?`;
}

/** Levenshtein's distance with one row (Wagner and Fischer 1974). */
export function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 0; i < left.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < right.length; j += 1) {
      const substituted = (row[j] ?? 0) + (left[i] === right[j] ? 0 : 1);
      next.push(Math.min(substituted, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}

function partsOf(id: string): readonly string[] {
  const [chip = "", runtime = "", ...rest] = id.split("/");
  return [chip, runtime, rest.join("/")];
}

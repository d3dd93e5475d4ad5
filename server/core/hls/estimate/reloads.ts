import { directiveOf } from "../directives.js";
import type { Access, Loop } from "../ir.js";
import type { HlsProfile } from "./profile.js";
import { readsOf, sitesOf } from "./region.js";
import { tileOf } from "./split.js";

/** Whether every subscript is affine, as far as the tool minds, and updates read the elements that they write. */
export function hasPlainSubscripts(loop: Loop, { needsEvenRows }: HlsProfile): boolean {
  const sites = sitesOf(loop.body, () => ({ factor: 1, isFull: true }));
  const written = new Set(
    sites.flatMap(({ target }) => (target === undefined ? [] : [target.name])),
  );
  return sites.every(({ target, value }) => {
    const reads = readsOf(value);
    // For SDx, what is only read may be reached by a computed subscript: it lies on the chip whole.
    const minded = needsEvenRows ? reads : reads.filter(({ name }) => written.has(name));
    const areAffine = [...minded, ...(target === undefined ? [] : [target])].every(
      ({ indices }) => !indices.includes(undefined),
    );
    return (
      areAffine &&
      (target === undefined ||
        !sites.some((other) =>
          readsOf(other.value).some((read) => read.name === target.name && !areAlike(target, read)),
        ))
    );
  });
}

/**
 * How often an array is moved whole because a loop updates one part of it and reads another (`b[i][j] += a[k][i] * b[k][j]`):
 * once for each tile of the outermost loop whose rows do not fill memory words, and for each block of copies inside of it,
 * which also writes back what it has.
 */
export function reloadsOf(
  access: Access,
  isRead: boolean,
  around: readonly Loop[],
  { memoryBits }: HlsProfile,
): number {
  const [outermost, ...rest] = around;
  if (outermost === undefined || access.indices.includes(undefined)) return 0;
  const tile = tileOf(outermost);
  if (tile <= 1 || (tile * access.type.bits) % memoryBits === 0) return 0;
  const targets = sitesOf(outermost.body, () => ({ factor: 1, isFull: true })).flatMap(
    ({ target }) => (target?.name === access.name ? [target] : []),
  );
  // Parts that the outermost loop itself tells apart are no others' business.
  const isOwn = (a: Access, b: Access): boolean =>
    a.indices.some((index, dim) => {
      const step = index?.terms.get(outermost.iterator);
      return step !== undefined && step === b.indices[dim]?.terms.get(outermost.iterator);
    });
  const isUnlike = (one: Access): boolean =>
    targets.some((target) => !areAlike(target, one) && !isOwn(target, one));
  const reads = sitesOf(outermost.body, () => ({ factor: 1, isFull: true })).flatMap(({ value }) =>
    readsOf(value).filter(({ name }) => name === access.name),
  );
  if (isRead ? !isUnlike(access) : !reads.some(isUnlike)) return 0;
  const blocks = rest.reduce((product, loop) => {
    const factor = directiveOf(loop.directives, "parallel")?.factor ?? 1;
    const trip = loop.trip.most ?? 1;
    const hasLoops = loop.body.some(({ kind }) => kind === "loop");
    return hasLoops && factor > 1 && trip % factor === 0 ? (product * trip) / factor : product;
  }, 1);
  if (!isRead && blocks === 1) return 0;
  return Math.ceil((outermost.trip.average ?? 1) / tile) * blocks;
}

function areAlike(a: Access, b: Access): boolean {
  return a.indices.every((index, dim) => {
    const other = b.indices[dim];
    return (
      index?.terms.size === other?.terms.size &&
      [...(index?.terms ?? [])].every(([name, factor]) => other?.terms.get(name) === factor)
    );
  });
}

import { directiveOf } from "../directives.js";
import type { Loop } from "../ir.js";
import type { HlsProfile } from "./profile.js";
import { readsOf, sitesOf } from "./region.js";
import { tileOf } from "./split.js";

/**
 * Whether an inner loop whose own loops are all unrolled runs its iterations one after another for all that. Merlin pipelines
 * the innermost loop as it is written, and the one around it only where `PARALLEL` says that its iterations are independent,
 * or where `flatten` asks for it and nothing that it reads is written by a loop beside it (published designs of doitgen; those
 * of covariance show the same).
 */
export function waitsForLast(
  loop: Loop,
  parent: Loop | undefined,
  { mostFilled }: HlsProfile,
): boolean {
  if (parent === undefined || !loop.body.some(({ kind }) => kind === "loop")) return false;
  if (directiveOf(loop.directives, "parallel") !== undefined) return false;
  if (tileOf(loop) > 1 || isFilledByTile(loop, parent, mostFilled)) return false;
  const pipeline = directiveOf(loop.directives, "pipeline");
  if (pipeline === undefined) return false;
  const isFlatten = !pipeline.isOff && pipeline.grain === "unrolled";
  return !isFlatten || isWrittenBeside(loop, parent);
}

function isFilledByTile(loop: Loop, parent: Loop, mostFilled: number): boolean {
  const tile = tileOf(parent);
  const isEven = (parent.trip.most ?? 0) % tile === 0;
  return tile > 1 && isEven && tile * (loop.trip.most ?? Infinity) <= mostFilled;
}

function isWrittenBeside(loop: Loop, parent: Loop): boolean {
  const all = (): { factor: number; isFull: boolean } => ({ factor: 1, isFull: true });
  const read = new Set(
    sitesOf(loop.body, all).flatMap(({ value }) =>
      readsOf(value).flatMap(({ name, indices }) => (indices.length > 0 ? [name] : [])),
    ),
  );
  const beside = parent.body.filter((step) => step !== loop && step.kind === "loop");
  return sitesOf(beside, all).some(({ target }) => target !== undefined && read.has(target.name));
}

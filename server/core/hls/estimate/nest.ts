import type { Loop } from "../ir.js";
import { readsOf } from "./region.js";

/** Whether a loop's body reads what stays the same over the loop: moved before it, that makes the nest imperfect. */
export function hasInvariant(loop: Loop): boolean {
  return loop.body.some(
    (step) =>
      step.kind === "assign" &&
      readsOf(step.value).some(
        (access) =>
          access.name !== step.target.name &&
          access.indices.length > 0 &&
          access.indices.every((index) => index !== undefined && !index.terms.has(loop.iterator)),
      ),
  );
}

/** The only thing in a loop, when that is a loop. */
export function perfectInner(loop: Loop): Loop | undefined {
  const [only] = loop.body;
  return loop.body.length === 1 && only?.kind === "loop" ? only : undefined;
}

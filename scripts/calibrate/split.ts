import { createHash } from "node:crypto";

/** About 18 % of keys are held out: no fit sees their samples, `npm run accuracy` judges by them. */
export function isHeldOut(
  { id, heldOut }: { readonly id: string; readonly heldOut?: readonly string[] },
  key: string,
): boolean {
  return heldOut?.includes(key) ?? firstByte(`${id}|validation|${key}`) < 46;
}

/** Part of a cross-validation that a key belongs to. */
export function foldOf(key: string, count: number): number {
  return firstByte(`fold|${key}`) % count;
}

/** Half of the keys, whatever part of a cross-validation they belong to. */
export function isInHalf(key: string): boolean {
  return firstByte(`half|${key}`) < 128;
}

export function firstByte(text: string): number {
  return createHash("sha256").update(text).digest()[0] ?? 0;
}

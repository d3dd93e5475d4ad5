import type { ServingRefusal } from "../views/serving.js";

/** Numbers of devices of one target that share a reason, in one: `2, 4 and 8 × RTX 4090`. */
export function groupedRefusals(
  refused: readonly ServingRefusal[],
): readonly { readonly name: string; readonly reason: string }[] {
  const groups = new Map<string, ServingRefusal & { readonly all: number[] }>();
  for (const refusal of refused) {
    const key = JSON.stringify([refusal.target, refusal.reason]);
    const group = groups.get(key) ?? { ...refusal, all: [] };
    groups.set(key, group);
    group.all.push(refusal.devices);
  }
  return [...groups.values()].map(({ label, reason, all }) => {
    const last = all.at(-1);
    const counts = all.length === 1 ? `${last}` : `${all.slice(0, -1).join(", ")} and ${last}`;
    return { name: `${counts} × ${label}`, reason: reason.replace(/\.$/, "") };
  });
}

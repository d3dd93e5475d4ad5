/** A group of devices that there is no plan for. */
export interface Refusal {
  readonly target: string;
  readonly label: string;
  readonly devices: number;
  readonly reason: string;
}

/** All numbers of devices of one target that share a reason. */
export interface GroupedRefusal {
  readonly target: string;
  readonly devices: readonly number[];
  /** `2, 4 and 8 × RTX 4090`. */
  readonly name: string;
  readonly reason: string;
}

export function groupedRefusals(refused: readonly Refusal[]): readonly GroupedRefusal[] {
  const groups = new Map<string, Refusal[]>();
  for (const refusal of refused) {
    const key = JSON.stringify([refusal.target, refusal.reason]);
    groups.set(key, [...(groups.get(key) ?? []), refusal]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const devices = group.map((refusal) => refusal.devices);
    const counts =
      devices.length === 1
        ? String(first.devices)
        : `${devices.slice(0, -1).join(", ")} and ${devices.at(-1) ?? ""}`;
    return {
      target: first.target,
      devices,
      name: `${counts} × ${first.label}`,
      reason: first.reason.replace(/\.$/, ""),
    };
  });
}

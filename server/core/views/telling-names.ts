/** Names up to this length are shown as they are. */
const shortEnough = 40;

/**
 * Short forms of names that stay apart. Converters leave paths of hundreds of letters whose beginnings are alike and whose ends are
 * too (`…;model/depthwise_conv2d_3/BiasAdd/ReadVariableOp/resource1`): of the last of several merged names, the steps stay that the
 * fewest others have, as many as it takes.
 */
export function tellingNames(names: readonly string[]): readonly string[] {
  const steps = names.map((name) =>
    name.length <= shortEnough ? [name] : (name.split(";").at(-1) ?? name).split("/"),
  );
  const bearers = new Map<string, number>();
  for (const own of steps)
    for (const step of new Set(own)) bearers.set(step, (bearers.get(step) ?? 0) + 1);
  const rarest = steps.map((own) =>
    [...own.keys()].sort(
      (a, b) => (bearers.get(own[a] ?? "") ?? 0) - (bearers.get(own[b] ?? "") ?? 0) || b - a,
    ),
  );
  const counts = names.map(() => 1);
  for (;;) {
    const labels = steps.map((own, index) => labelOf(own, rarest[index]?.slice(0, counts[index])));
    const seen = new Map<string, number>();
    for (const label of labels) seen.set(label, (seen.get(label) ?? 0) + 1);
    let isDone = true;
    for (const [index, label] of labels.entries()) {
      if (seen.get(label) === 1 || (counts[index] ?? 0) >= (steps[index]?.length ?? 0)) continue;
      counts[index] = (counts[index] ?? 0) + 1;
      isDone = false;
    }
    if (isDone)
      return labels.map((label, index) =>
        seen.get(label) === 1 ? label : (names[index] ?? label),
      );
  }
}

/** Steps in their order; what is left out between two of them is an ellipsis. */
function labelOf(steps: readonly string[], chosen: readonly number[] = []): string {
  let label = "";
  let before = -1;
  for (const index of [...chosen].sort((a, b) => a - b)) {
    if (label !== "") label += index === before + 1 ? "/" : "/…/";
    label += steps[index] ?? "";
    before = index;
  }
  return label;
}

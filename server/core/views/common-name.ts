/** `layers.0.mlp` and `layers.1.mlp` are `layers.*.mlp`; where more than numbers differ, the first's and an ellipsis. */
export function commonName(names: readonly string[]): string {
  const [first = "", ...others] = names;
  const parts = first.split(separators);
  const common = [...parts];
  let isOne = parts.length > 1;
  for (const other of others) {
    const theirs = other.split(separators);
    if (theirs.length !== parts.length) return `${first} …`;
    for (const [index, part] of parts.entries()) {
      if (part === theirs[index]) continue;
      if (isNumbered(part, theirs[index])) common[index] = part.replace(/\d+/g, "*");
      else isOne = false;
    }
  }
  if (others.length === 0) return first;
  return parts.length === 1 ? `${first} …` : `${common.join("")}${isOne ? "" : " …"}`;
}

const separators = /([/.:])/;

/** `layer1` and `layer2`, `0` and `11`. */
function isNumbered(one: string, other = ""): boolean {
  return /\d/.test(one) && one.replace(/\d+/g, "") === other.replace(/\d+/g, "");
}

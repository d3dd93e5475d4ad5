/** Labels of each axis. An ellipsis is replaced by labels `0`, `1`… counted from the last axis it stands for. */
export interface EinsumEquation {
  readonly operands: readonly (readonly string[])[];
  readonly output: readonly string[];
}

/**
 * Parses an Einsum equation (numpy.einsum; ONNX Einsum-12) for operands of the given ranks. Answers a sentence when it
 * is wrong. Without `->` the output has the labels that appear once, in alphabetical order, after the ellipsis.
 */
export function parseEinsum(
  text: string,
  ranks: readonly (number | undefined)[],
): EinsumEquation | string {
  const compact = text.replace(/\s+/g, "");
  if (compact.length > lengthLimit) return "`equation` is too long.";
  const arrow = compact.indexOf("->");
  const left = arrow < 0 ? compact : compact.slice(0, arrow);
  const right = arrow < 0 ? undefined : compact.slice(arrow + 2);
  const terms = left.split(",");
  if (terms.length !== ranks.length)
    return `\`equation\` names ${terms.length} operands; there are ${ranks.length}.`;
  const operands: (readonly string[])[] = [];
  let longest = 0;
  for (const [index, term] of terms.entries()) {
    const labels = readTerm(term);
    if (labels === undefined)
      return `\`${term}\` in \`equation\` should hold letters and at most one "...".`;
    const rank = ranks[index];
    const named = labels.filter((label) => label !== "...").length;
    const hasEllipsis = named < labels.length;
    if (rank !== undefined && (hasEllipsis ? rank < named : rank !== named))
      return `\`${term}\` in \`equation\` names ${named} axes; operand ${index + 1} has rank ${rank}.`;
    const spread = hasEllipsis ? ellipsisLabels((rank ?? named) - named) : [];
    longest = Math.max(longest, spread.length);
    operands.push(labels.flatMap((label) => (label === "..." ? spread : [label])));
  }
  const ellipsis = ellipsisLabels(longest);
  if (right === undefined)
    return { operands, output: [...ellipsis, ...labelsThatAppearOnce(terms)] };
  const labels = readTerm(right);
  if (labels === undefined)
    return `\`${right}\` in \`equation\` should hold letters and at most one "...".`;
  const missing = labels.find((label) => label !== "..." && !left.includes(label));
  if (missing !== undefined)
    return `\`${missing}\` is in the output of \`equation\` but in no operand.`;
  if (new Set(labels).size < labels.length)
    return "A label appears twice in the output of `equation`.";
  return { operands, output: labels.flatMap((label) => (label === "..." ? ellipsis : [label])) };
}

const lengthLimit = 10_000;

function readTerm(term: string): readonly string[] | undefined {
  const dots = term.indexOf("...");
  const letters = dots < 0 ? term : term.slice(0, dots) + term.slice(dots + 3);
  if (!/^[A-Za-z]*$/.test(letters)) return undefined;
  if (dots < 0) return Array.from(term);
  return [...Array.from(term.slice(0, dots)), "...", ...Array.from(term.slice(dots + 3))];
}

/** The last axis is `0`, so that ellipses of different length align as broadcasting does. */
function ellipsisLabels(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => String(count - 1 - index));
}

function labelsThatAppearOnce(terms: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const label of terms.join("").replaceAll(".", ""))
    counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count === 1)
    .map(([label]) => label)
    .sort();
}

/** The share of truths that intervals promise to contain. */
const promised = 0.9;

/** What a target may miss of it and still hold (issue 4): 85 to 95 %. */
const tolerance = 0.05;

/** Rows below which a share of them says too little to be counted. */
const leastRows = 60;

interface Covered {
  readonly rows: number;
  readonly coverage: number;
}

/**
 * Whether so many rows inside differ from the promise by more than chance: it lies outside of the 95 % interval of Wilson
 * (1927, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22). Rows of one shape or network err
 * alike, so that chance does more than this says.
 */
export function coverageVerdict({ rows, coverage }: Covered): "too narrow" | "too wide" | "" {
  const center = (coverage + z ** 2 / (2 * rows)) / (1 + z ** 2 / rows);
  const variance = (coverage * (1 - coverage)) / rows + z ** 2 / (4 * rows ** 2);
  const half = (z * Math.sqrt(variance)) / (1 + z ** 2 / rows);
  if (center + half < promised) return "too narrow";
  return promised < center - half ? "too wide" : "";
}

/** Of a normal distribution, 95 % lie within so many deviations. */
const z = 1.96;

/** How many of some rows of a table are outside of the tolerance, and how many would be by chance were all intervals right. */
export function countOutside(all: readonly Covered[]): {
  readonly judged: number;
  readonly leastRows: number;
  readonly below: number;
  readonly above: number;
  readonly tooNarrow: number;
  readonly tooWide: number;
  readonly byChance: number;
} {
  const judged = all.filter(({ rows }) => rows >= leastRows);
  const count = (isMeant: (row: Covered) => boolean): number => judged.filter(isMeant).length;
  return {
    judged: judged.length,
    leastRows,
    below: count(({ coverage }) => coverage < promised - tolerance),
    above: count(({ coverage }) => coverage > promised + tolerance),
    tooNarrow: count((row) => coverageVerdict(row) === "too narrow"),
    tooWide: count((row) => coverageVerdict(row) === "too wide"),
    byChance: judged.reduce((sum, { rows }) => sum + chanceOutside(rows), 0),
  };
}

/** That of so many independent rows, each inside with 90 %, a share outside of the tolerance is inside. */
export function chanceOutside(rows: number): number {
  // Binomial: each count's probability from the one before, as a logarithm.
  let logarithm = rows * Math.log(1 - promised);
  let outside = 0;
  for (let inside = 0; inside <= rows; inside++) {
    if (Math.abs(inside / rows - promised) > tolerance + 1e-9) outside += Math.exp(logarithm);
    logarithm +=
      Math.log((rows - inside) / (inside + 1)) + Math.log(promised) - Math.log(1 - promised);
  }
  return outside;
}

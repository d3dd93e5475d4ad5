import type { AttentionPasses } from "./accelerator.js";

/**
 * A cascade of Einsums (Nayak et al., "FuseMax: Leveraging Extended Einsums to Optimize Attention Accelerator Design",
 * MICRO 2024): each makes one tensor from others. Only ranks matter here, as lists of their names.
 */
export interface Einsum {
  readonly makes: string;
  readonly ranks: readonly string[];
  /** What it makes itself from is that of the block of keys before. */
  readonly from: readonly string[];
  readonly operation: CascadeOperation;
}

/** `product` is one of the two matrix products; `multiply` scales. */
export type CascadeOperation =
  "product" | "maximum" | "exponential" | "add" | "multiply" | "divide";

export interface Cascade {
  readonly inputs: Readonly<Record<string, readonly string[]>>;
  readonly einsums: readonly Einsum[];
}

/**
 * The least number of times that fibres of a rank are gone through. What an Einsum makes without the rank from what has
 * it is complete only after a pass; who needs that together with a fibre of the rank starts another pass over it.
 */
export function passesOver(cascade: Cascade, rank: string): number {
  const ranksOf = new Map<string, readonly string[]>(Object.entries(cascade.inputs));
  /** Pass in which a fibre's elements are at hand, or after which a reduced tensor is. */
  const passOf = new Map<string, number>();
  for (const name of ranksOf.keys())
    passOf.set(name, ranksOf.get(name)?.includes(rank) === true ? 1 : 0);
  let most = 0;
  for (const { makes, ranks, from } of cascade.einsums) {
    const goesThrough = [...from, makes].some((name) =>
      (name === makes ? ranks : (ranksOf.get(name) ?? [])).includes(rank),
    );
    let pass = 0;
    for (const name of from) {
      const own = passOf.get(name) ?? 0;
      const isFibre = (ranksOf.get(name) ?? []).includes(rank);
      pass = Math.max(pass, goesThrough && !isFibre && own > 0 ? own + 1 : own);
    }
    if (goesThrough) pass = Math.max(1, pass);
    ranksOf.set(makes, ranks);
    passOf.set(makes, pass);
    if (goesThrough) most = Math.max(most, pass);
  }
  return most;
}

const inputs = { Q: ["e", "p"], K: ["e", "m"], V: ["f", "m"] } as const;
const blocks = { Q: ["e", "p"], K: ["e", "m1", "m0"], V: ["f", "m1", "m0"] } as const;

/**
 * Attention by the passes over the keys that its cascade needs, as FuseMax tells the kinds apart (its section IV): softmax
 * as written; the division put off until after the product with V; and maximum, sum and product corrected block by block
 * (Milakov & Gimelshein 2018; FlashAttention, Dao et al. 2022), whose running values are fibres over the blocks m1.
 */
export const attentionCascades: Readonly<
  Record<AttentionPasses, { readonly cascade: Cascade; readonly keys: string }>
> = {
  3: {
    keys: "m",
    cascade: {
      inputs,
      einsums: [
        { makes: "QK", ranks: ["m", "p"], from: ["Q", "K"], operation: "product" },
        { makes: "GM", ranks: ["p"], from: ["QK"], operation: "maximum" },
        { makes: "SN", ranks: ["m", "p"], from: ["QK", "GM"], operation: "exponential" },
        { makes: "SD", ranks: ["p"], from: ["SN"], operation: "add" },
        { makes: "A", ranks: ["m", "p"], from: ["SN", "SD"], operation: "divide" },
        { makes: "AV", ranks: ["f", "p"], from: ["A", "V"], operation: "product" },
      ],
    },
  },
  2: {
    keys: "m",
    cascade: {
      inputs,
      einsums: [
        { makes: "QK", ranks: ["m", "p"], from: ["Q", "K"], operation: "product" },
        { makes: "GM", ranks: ["p"], from: ["QK"], operation: "maximum" },
        { makes: "SN", ranks: ["m", "p"], from: ["QK", "GM"], operation: "exponential" },
        { makes: "SD", ranks: ["p"], from: ["SN"], operation: "add" },
        { makes: "SNV", ranks: ["f", "p"], from: ["SN", "V"], operation: "product" },
        { makes: "AV", ranks: ["f", "p"], from: ["SNV", "SD"], operation: "divide" },
      ],
    },
  },
  1: {
    keys: "m1",
    cascade: {
      inputs: blocks,
      einsums: [
        { makes: "BQK", ranks: ["m1", "m0", "p"], from: ["Q", "K"], operation: "product" },
        { makes: "LM", ranks: ["m1", "p"], from: ["BQK"], operation: "maximum" },
        { makes: "RM", ranks: ["m1", "p"], from: ["LM"], operation: "maximum" },
        { makes: "SLN", ranks: ["m1", "m0", "p"], from: ["BQK", "RM"], operation: "exponential" },
        { makes: "SLD", ranks: ["m1", "p"], from: ["SLN"], operation: "add" },
        { makes: "SLNV", ranks: ["f", "m1", "p"], from: ["SLN", "V"], operation: "product" },
        { makes: "PRM", ranks: ["m1", "p"], from: ["RM"], operation: "exponential" },
        { makes: "SPD", ranks: ["m1", "p"], from: ["RD", "PRM"], operation: "multiply" },
        { makes: "SPNV", ranks: ["f", "m1", "p"], from: ["RNV", "PRM"], operation: "multiply" },
        { makes: "RD", ranks: ["m1", "p"], from: ["SLD", "SPD"], operation: "add" },
        { makes: "RNV", ranks: ["f", "m1", "p"], from: ["SLNV", "SPNV"], operation: "add" },
        { makes: "AV", ranks: ["f", "p"], from: ["RNV", "RD"], operation: "divide" },
      ],
    },
  },
};

/**
 * Bytes of scores that move where the buffer cannot hold a query's fibre of keys: between passes the fibre is written and
 * read again, after the last nothing is kept. One pass keeps blocks only, whatever the length.
 */
export function scoreTraffic(
  kind: AttentionPasses,
  scores: ScoreBytes,
  bufferBytes: number,
): number {
  const { cascade, keys } = attentionCascades[kind];
  const passes = passesOver(cascade, keys);
  return passes <= 1 || scores.fibreBytes <= bufferBytes ? 0 : 2 * (passes - 1) * scores.allBytes;
}

/** Of one query block's scores over all keys, and of all scores. */
export interface ScoreBytes {
  readonly fibreBytes: number;
  readonly allBytes: number;
}

/**
 * Bytes of a softmax that is a kernel of its own: scores come, probabilities go. Where the buffer does not hold a fibre it comes once
 * for each pass, and numerators go and come where a division waits for their sum.
 */
export function softmaxTraffic(
  kind: AttentionPasses,
  scores: ScoreBytes,
  bufferBytes: number,
): number {
  if (scores.fibreBytes <= bufferBytes) return 2 * scores.allBytes;
  return (kind === 3 ? 5 : 3) * scores.allBytes;
}

import type { Complaints } from "./complaints.js";

/**
 * What one file may cost us. A few bytes can declare a billion things; each thing that takes memory or time is spent
 * here first, and reading stops with a problem when the purse is empty. Every limit is far above any real model.
 */
export class Budget {
  readonly #left: Record<Spending, number> = { ...limits };
  readonly #complaints: Complaints;
  isExhausted = false;

  constructor(complaints: Complaints) {
    this.#complaints = complaints;
  }

  /** False once the file has asked for too much. */
  spend(what: Spending, amount: number): boolean {
    if (this.isExhausted) return false;
    const left = this.#left[what] - amount;
    this.#left[what] = left;
    if (left >= 0) return true;
    this.isExhausted = true;
    this.#complaints.add(
      "RP1006",
      "error",
      `The file holds more than ${limits[what]} ${what}; reading stopped here. Split the model or check that the file is what it claims to be.`,
    );
    return false;
  }
}

export type Spending = keyof typeof limits;

const limits = {
  nodes: 5_000_000,
  values: 20_000_000,
  /** Protobuf fields looked at: bounds the time. */
  fields: 200_000_000,
  /** Elements of attribute lists, and inputs and outputs of nodes. */
  "list elements": 16_000_000,
  "characters of text": 512 * 1024 * 1024,
} as const;

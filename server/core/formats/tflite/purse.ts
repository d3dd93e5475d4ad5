import type { Complaints } from "../onnx/complaints.js";

/**
 * What one file may cost us. References let a small file name the same tensor or list a million times over; a real one
 * writes each out, so what may be read of a kind is bounded by the bytes that there are.
 */
export class Purse {
  readonly #left: Record<Expense, number>;
  readonly #complaints: Complaints;
  isEmpty = false;

  constructor(fileSize: number, complaints: Complaints) {
    this.#complaints = complaints;
    // A tensor or an operator takes 16 bytes at the very least, an element of a list one.
    const things = Math.min(10_000_000, Math.floor(fileSize / 16) + 1000);
    this.#left = {
      tensors: things,
      operators: things,
      "list elements": Math.min(200_000_000, 4 * fileSize + 10_000),
      bodies: 1000,
    };
  }

  /** False once the file has asked for too much. */
  spend(what: Expense, amount: number): boolean {
    if (this.isEmpty) return false;
    this.#left[what] -= amount;
    if (this.#left[what] >= 0) return true;
    this.isEmpty = true;
    this.#complaints.add(
      "RP1006",
      "error",
      `The file names more ${what} than its size can hold; reading stopped here. Check that it is what it claims to be.`,
    );
    return false;
  }
}

export type Expense = "tensors" | "operators" | "list elements" | "bodies";

import type { ResourceKind } from "./design.js";

/** A family of parts: one file of `server/data/parts`. Parts of a family have the same cells. */
export interface PartFamily {
  readonly id: string;
  readonly name: string;
  readonly vendor: string;
  /** Inputs of a look-up table. */
  readonly lutInputs: number;
  /** What one DSP is: "DSP48E1". */
  readonly dsp: string | undefined;
  /** The smallest block of memory, which `bram` counts: "RAMB18", 18,432 bits. */
  readonly blockRam: { readonly name: string; readonly bits: number } | undefined;
  readonly ultraRam: { readonly name: string; readonly bits: number } | undefined;
  readonly parts: readonly Part[];
}

export interface Part {
  /** As in a vendor's order code, lower case, without package and grade: `xc7a35t`. */
  readonly id: string;
  readonly familyId: string;
  readonly capacity: Readonly<Partial<Record<ResourceKind, number>>>;
  /** Address of the vendor's table. */
  readonly source: string;
}

/** A part by its id, an order code that begins with one (`xc7a35tcsg324-1`), or a family's id. */
export interface ChosenPart {
  readonly family: PartFamily;
  /** Undefined: the family alone. */
  readonly part: Part | undefined;
  /** Undefined when none was said. */
  readonly speedGrade: string | undefined;
}

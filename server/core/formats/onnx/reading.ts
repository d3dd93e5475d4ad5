import type { Budget } from "./budget.js";
import type { Complaints } from "./complaints.js";
import type { ExternalFiles } from "./external-files.js";
import type { TextPool } from "./text-pool.js";
import type { WireReader } from "./wire.js";

/** What everybody who reads a part of one file needs. */
export interface Reading {
  readonly wire: WireReader;
  readonly complaints: Complaints;
  readonly budget: Budget;
  readonly externalFiles: ExternalFiles;
  irVersion: number | undefined;
  readonly texts: TextPool;
  /** Tensors whose contents the file leaves out, as "light" test models do. */
  strippedCount: number;
  /** How many graphs around the one that is being read. */
  depth: number;
}

/** Graphs in attributes of nodes in graphs …: deeper than this is an attack, not a model. */
export const nestingLimit = 64;

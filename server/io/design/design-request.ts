import type { Cancel } from "../../core/base/cancel.js";
import type { Design } from "../../core/design/design.js";
import type { ChosenPart, PartFamily } from "../../core/design/part.js";

export const hierarchyChoices = ["keep", "flatten"] as const;
export type HierarchyChoice = (typeof hierarchyChoices)[number];

/** What is asked of a hardware description; plain data, for it goes to a worker. */
export interface DesignRequest {
  /** Absolute. */
  readonly file: string;
  readonly text: string;
  /** Further files of the design, and file lists (`.f`), in the order of reading; absolute. The file itself goes last unless it is among them. */
  readonly files: readonly string[];
  /** Unsaved texts that stand in for files, by absolute path. */
  readonly overlays: Readonly<Record<string, string>>;
  /** Folders that may be read; what leads out of them is not. Absolute. */
  readonly roots: readonly string[];
  /** Absolute. */
  readonly includeFolders: readonly string[];
  readonly top: string | undefined;
  /** As the user wrote it; undefined: the analyst's default. */
  readonly part: string | undefined;
  readonly clockNanoseconds: number | undefined;
  /** Standard cells: share of the cycles in which a bit changes; undefined: the usual one. */
  readonly activity?: number | undefined;
  /** HLS: the release of the tool whose report is foretold: "Vitis 2020.2". */
  readonly tool?: string | undefined;
  readonly parameters: Readonly<Record<string, string>>;
  readonly defines: Readonly<Record<string, string>>;
  /** Reports of other tools to show beside; absolute. Undefined: those that lie in the project. */
  readonly reports: readonly string[] | undefined;
  /** False: reports are shown beside and change nothing. */
  readonly isCalibrated?: boolean;
  /** RTL: whether modules are mapped one by one; undefined: large designs are, small ones are flattened. */
  readonly hierarchy?: HierarchyChoice | undefined;
  /** Also place and route, where that can be done. */
  readonly isRouted: boolean;
  readonly seconds: number;
}

/** What analysts share. */
export interface DesignContext {
  readonly families: readonly PartFamily[];
  readonly dataFolder: string;
  readonly cancel: Cancel;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  /** Says what a long job is doing. */
  readonly progress: (stage: string) => void;
}

/** One kind of hardware description: `rtl` or `hls`; a file each in `io/design`. */
export interface DesignAnalyst {
  readonly kind: Design["kind"];
  /** Of file names, lower case: `.sv`. */
  readonly extensions: readonly string[];
  /** Part when none is said. */
  readonly defaultPart: string;
  /** What the project of a source says of the part. */
  readonly partOf?: (request: DesignRequest) => string | undefined;
  readonly analyse: (
    request: DesignRequest,
    part: ChosenPart,
    context: DesignContext,
  ) => Promise<Design>;
  /** Ends what it has started. */
  readonly dispose: () => void;
}

import type { Draft } from "./draft.js";
import type { PassId } from "./lowered.js";

/**
 * One thing a runtime does to the graph before it runs it. A pass marks nodes of the draft: they vanish, or join the
 * kernel of another node. The file's name is the pass's id, by which runtimes' data files list it.
 */
export interface LoweringPass {
  readonly id: PassId;
  readonly run: (draft: Draft) => void;
}

import { vanish } from "./draft.js";
import type { LoweringPass } from "./pass.js";

/** What follows from constants and extents alone is computed when the model is loaded. */
export const pass: LoweringPass = {
  id: "fold-constants",
  run: (draft) => {
    const { flow } = draft;
    for (let nodeId = 0; nodeId < flow.isFolded.length; nodeId++)
      if (flow.isFolded[nodeId] === 1) vanish(draft, nodeId);
  },
};

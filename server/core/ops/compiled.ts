import { ruleOfTable, unknownWork, type Operator } from "./operator-table.js";

/** Models inside the model: a part that a vendor's compiler has made unreadable (ContribOperators.md). */
const compiled: Operator = {
  infer: (ctx) => {
    ctx.warn("it holds a compiled model, whose layers cannot be read; its cost is not counted.");
    return [];
  },
  work: unknownWork,
};

export const rule = ruleOfTable({
  "com.microsoft:EPContext": compiled,
  "com.microsoft:Snpe": compiled,
});

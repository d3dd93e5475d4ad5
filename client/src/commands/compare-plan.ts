import type { ClientCommand } from "../command.js";
import { modelUriOrTell } from "../model-uri.js";

export const command: ClientCommand = {
  id: "comparePlan",
  title: "Compare with the Quantization Plan",
  run: async (ctx, argument) => {
    const uri = modelUriOrTell(argument);
    if (uri === undefined) return;
    await ctx.openPanel("comparison", uri, undefined, "proposal");
  },
};

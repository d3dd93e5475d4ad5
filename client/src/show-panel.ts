import type { PanelId } from "../../server/protocol/panels.js";
import type { ClientCommand } from "./command.js";
import { modelUriOrTell } from "./model-uri.js";

/** What a command does that shows one kind of panel on the model at hand. */
export function showPanel(panel: PanelId): ClientCommand["run"] {
  return async (ctx, argument) => {
    const uri = modelUriOrTell(argument);
    if (uri === undefined) return;
    await ctx.openPanel(panel, uri);
  };
}

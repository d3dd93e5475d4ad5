import { targetsRequest } from "../../../server/protocol/requests.js";
import type { ClientCommand } from "../command.js";
import { activeModelUri } from "../model-uri.js";
import { chooseTargets } from "../target-picker.js";
import { useTargets } from "../use-targets.js";

export const command: ClientCommand = {
  id: "pickTargets",
  title: "Pick Targets…",
  icon: "$(circuit-board)",
  run: async (ctx) => {
    const uri = activeModelUri()?.toString();
    const targets = await ctx.client.sendRequest(targetsRequest, uri === undefined ? {} : { uri });
    const ids = await chooseTargets(targets);
    if (ids === undefined) return;
    await useTargets(ids);
  },
};

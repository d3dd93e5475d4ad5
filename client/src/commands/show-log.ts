import type { ClientCommand } from "../command.js";

export const command: ClientCommand = {
  id: "showLog",
  title: "Show Log",
  run: (ctx) => ctx.log.show(),
};

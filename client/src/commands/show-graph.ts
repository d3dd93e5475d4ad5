import type { ClientCommand } from "../command.js";
import { showPanel } from "../show-panel.js";

export const command: ClientCommand = {
  id: "showGraph",
  title: "Show Graph",
  icon: "$(type-hierarchy-sub)",
  run: showPanel("graph"),
};

import type { ClientCommand } from "../command.js";
import { showPanel } from "../show-panel.js";

export const command: ClientCommand = {
  id: "showPareto",
  title: "Show Pareto Front",
  icon: "$(graph-scatter)",
  run: showPanel("pareto"),
};

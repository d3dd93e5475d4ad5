import type { ClientCommand } from "../command.js";
import { showPanel } from "../show-panel.js";

export const command: ClientCommand = {
  id: "showRoofline",
  title: "Show Roofline",
  icon: "$(graph-line)",
  run: showPanel("roofline"),
};

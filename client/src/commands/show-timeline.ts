import type { ClientCommand } from "../command.js";
import { showPanel } from "../show-panel.js";

export const command: ClientCommand = {
  id: "showTimeline",
  title: "Show Timeline",
  icon: "$(graph-left)",
  run: showPanel("timeline"),
};

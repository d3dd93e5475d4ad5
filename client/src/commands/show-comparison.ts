import type { ClientCommand } from "../command.js";
import { showPanel } from "../show-panel.js";

export const command: ClientCommand = {
  id: "showComparison",
  title: "Compare Model…",
  icon: "$(diff)",
  run: showPanel("comparison"),
};

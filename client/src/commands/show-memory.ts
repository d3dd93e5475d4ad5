import type { ClientCommand } from "../command.js";
import { showPanel } from "../show-panel.js";

export const command: ClientCommand = {
  id: "showMemory",
  title: "Show Memory",
  icon: "$(layers)",
  run: showPanel("memory"),
};

import type { ClientCommand } from "../command.js";
import { showPanel } from "../show-panel.js";

export const command: ClientCommand = {
  id: "showServing",
  title: "Plan Serving",
  icon: "$(server)",
  run: showPanel("serving"),
};

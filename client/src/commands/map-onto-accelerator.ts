import type { ClientCommand } from "../command.js";
import { showPanel } from "../show-panel.js";

export const command: ClientCommand = {
  id: "mapOntoAccelerator",
  title: "Map onto Accelerator…",
  icon: "$(circuit-board)",
  run: showPanel("mapping"),
};

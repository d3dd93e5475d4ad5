// Written by scripts/gen.mjs; do not edit.
import { exportFormat as graph } from "./graph.js";
import { exportFormat as memory } from "./memory.js";
import { exportFormat as modelExplorer } from "./model-explorer.js";
import { exportFormat as netron } from "./netron.js";
import { exportFormat as perfetto } from "./perfetto.js";
import { exportFormat as roofline } from "./roofline.js";
import { exportFormat as timeline } from "./timeline.js";
import type { ExportFormat } from "./export-format.js";

export const exportFormats: readonly ExportFormat[] = [
  graph,
  memory,
  modelExplorer,
  netron,
  perfetto,
  roofline,
  timeline,
];

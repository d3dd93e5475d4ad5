// Written by scripts/gen.mjs; do not edit.
import { report as csv } from "./csv.js";
import { report as html } from "./html.js";
import { report as json } from "./json.js";
import { report as markdown } from "./markdown.js";
import { report as sarif } from "./sarif.js";
import { report as table } from "./table.js";
import type { ReportFormat } from "./report.js";

export const reportFormats: readonly ReportFormat[] = [
  csv,
  html,
  json,
  markdown,
  sarif,
  table,
];

import type { ReportFormat } from "./report.js";

export const report: ReportFormat = {
  id: "json",
  render: (document) => `${JSON.stringify(document, null, 1)}\n`,
};

import { kernelRows } from "./kernel-csv.js";
import type { ReportFormat } from "./report.js";
import type { ReportTargetLayer } from "../views/report-document.js";

/** One row a layer, one group of columns a target; of a file that has kernels and no model, one row a kernel, GPU and configuration. Empty cells are unknown. RFC 4180 quoting. */
export const report: ReportFormat = {
  id: "csv",
  render: (document) => {
    if (document.model === null && document.kernels !== undefined)
      return textOf(kernelRows(document.kernels));
    const targetColumns = ["seconds", "low", "high", "share", "bound", "engine"] as const;
    const header = [
      ...[
        "id",
        "name",
        "op",
        "scope",
        "output_type",
        "output_shape",
        "parameters",
        "weight_bytes",
        "macs",
        "flops",
        "read_bytes",
        "write_bytes",
        "costed",
        "folded",
      ],
      ...document.targets.flatMap((target) =>
        targetColumns.map((column) => `${target.id} ${column}`),
      ),
    ];
    const byTarget = document.targets.map(
      (target) => new Map(target.layers.map((layer) => [layer.id, layer])),
    );
    const lines = [header];
    for (const layer of document.layers) {
      const output = layer.outputs[0];
      const own = [
        ...[
          layer.id,
          layer.name,
          layer.op,
          layer.scope,
          output?.type ?? "",
          output?.shape?.join("x") ?? "",
        ],
        ...[
          layer.parameterCount,
          layer.weightBytes,
          layer.macs,
          layer.flops,
          layer.readBytes,
          layer.writeBytes,
        ].map(cell),
        ...[String(layer.costed), String(layer.folded)],
      ];
      const measures = byTarget.flatMap((layers) =>
        targetColumns.map((column) => measure(layers.get(layer.id), column)),
      );
      lines.push([...own, ...measures]);
    }
    return textOf(lines);
  },
};

function textOf(lines: readonly (readonly string[])[]): string {
  return `${lines.map((cells) => cells.map(quoted).join(",")).join("\r\n")}\r\n`;
}

function cell(value: number | null): string {
  return value === null ? "" : String(value);
}

function measure(
  layer: ReportTargetLayer | undefined,
  column: Exclude<keyof ReportTargetLayer, "id">,
): string {
  const value = layer?.[column];
  return value === undefined || value === null ? "" : String(value);
}

/** A leading `=`, `+`, `-` or `@` would run as a formula in a spreadsheet: names of a model file are not to be trusted. */
function quoted(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

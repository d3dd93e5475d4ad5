import type { LayerRow } from "../../../server/core/views/layers.js";

/** Rows as tab-separated values with raw numbers in base units, so that a spreadsheet can go on calculating. */
export function layerTsv(rows: readonly LayerRow[], target: string | null): string {
  const lines = rows.map((row) =>
    [
      row.nodeId,
      row.name,
      row.scope,
      row.domain === "" ? row.op : `${row.domain}:${row.op}`,
      row.shape,
      row.parameterCount,
      row.macs,
      row.seconds?.value,
      row.seconds?.low,
      row.seconds?.high,
      row.seconds?.method ?? (row.fusedInto === null ? row.state : `in ${row.fusedInto.name}`),
      row.share,
      row.bound,
      row.bytes,
      row.engine,
      target,
      row.count,
    ].map(cellText),
  );
  return [header, ...lines].map((cells) => cells.join("\t")).join("\n") + "\n";
}

const header = [
  "#",
  "layer",
  "scope",
  "operator",
  "output",
  "parameters",
  "macs",
  "seconds",
  "low",
  "high",
  "method",
  "share",
  "bound",
  "bytes",
  "engine",
  "target",
  "layers",
];

function cellText(value: string | number | null | undefined): string {
  return String(value ?? "").replace(/[\t\r\n]+/g, " ");
}

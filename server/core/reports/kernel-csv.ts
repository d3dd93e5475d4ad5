import type { ReportKernel, ReportKernelEstimate } from "../views/report-kernels.js";

type Cell = string | number | null | undefined;

/** By column; lines count from 1, as in the tables. */
const columns: Readonly<Record<string, (own: ReportKernelEstimate) => Cell>> = {
  seconds: ({ seconds }) => seconds,
  low: ({ low }) => low,
  high: ({ high }) => high,
  bound: ({ bound }) => bound,
  occupancy: ({ occupancy }) => occupancy?.share,
  limiters: ({ occupancy }) => occupancy?.limiters.join(" "),
  does_not_fit: ({ occupancy }) => occupancy?.doesNotFit,
  threads_per_block: ({ threadsPerBlock }) => threadsPerBlock,
  registers: ({ registers }) => registers.value,
  shared_bytes: ({ sharedBytes }) => sharedBytes,
  blocks: ({ launch }) => launch?.blocks,
  waves: ({ launch }) => launch?.waves,
  flops_per_block: ({ flopsPerBlock }) => flopsPerBlock,
  dram_bytes_per_block: ({ dramBytesPerBlock }) => dramBytesPerBlock,
};

/** A header, then a row for each kernel, GPU and configuration. */
export function kernelRows(kernels: readonly ReportKernel[]): readonly (readonly string[])[] {
  const header = ["kernel", "language", "line", "gpu", "configuration", ...Object.keys(columns)];
  const rows = kernels.flatMap(({ name, variant, language, source, configurations, devices }) =>
    devices.flatMap(({ id, configurations: estimates }) =>
      estimates.map((own, index) => [
        ...[`${name}${variant}`, language, String(source.line + 1), id],
        configurations[index]?.text ?? "",
        ...Object.values(columns).map((value) => String(value(own) ?? "")),
      ]),
    ),
  );
  return [header, ...rows];
}

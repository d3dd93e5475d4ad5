// Written by scripts/gen.mjs; do not edit.
import { measuredFormat as nextpnrLog } from "./nextpnr-log.js";
import { measuredFormat as nextpnrReport } from "./nextpnr-report.js";
import { measuredFormat as quartusFit } from "./quartus-fit.js";
import { measuredFormat as quartusTiming } from "./quartus-timing.js";
import { measuredFormat as vitisCsynth } from "./vitis-csynth.js";
import { measuredFormat as vivadoHierarchy } from "./vivado-hierarchy.js";
import { measuredFormat as vivadoTiming } from "./vivado-timing.js";
import { measuredFormat as vivadoUtilization } from "./vivado-utilization.js";
import { measuredFormat as yosysStat } from "./yosys-stat.js";
import type { MeasuredFormat } from "./measured-format.js";

export const measuredFormats: readonly MeasuredFormat[] = [
  nextpnrLog,
  nextpnrReport,
  quartusFit,
  quartusTiming,
  vitisCsynth,
  vivadoHierarchy,
  vivadoTiming,
  vivadoUtilization,
  yosysStat,
];

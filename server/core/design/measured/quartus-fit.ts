import {
  type MeasuredCounts,
  type MeasuredFormat,
  leadingNumber,
  measuredDesign,
} from "./measured-format.js";

/** Quartus' `*.fit.summary`, `Total registers : 1088`, and the tables of `*.fit.rpt` and `*.flow.rpt`. An ALM counts as two LUTs, as in our parts. */
export const measuredFormat: MeasuredFormat = {
  id: "quartus-fit",
  stage: "logic",
  names: /\.(?:fit\.summary|(?:fit|flow)\.rpt)$/i,
  sniff: (text) => /^(?:Fitter Status\s*:|;\s*(?:Fitter|Flow) Status\s*;)/m.test(text),
  read: (text, file) => {
    const lines = text
      .split(/\r?\n/)
      .map((line) => line.replace(/^;\s*([^;]*?)\s*;\s*([^;]*?)\s*;.*$/, "$1 : $2"));
    const field = (name: RegExp): string | undefined =>
      lines.find((line) => name.test(line))?.replace(/^[^:]*:\s*/, "");
    const counts: MeasuredCounts = {};
    const set = (kind: keyof MeasuredCounts, name: RegExp, times = 1): void => {
      const count = leadingNumber(field(name));
      if (count !== undefined && counts[kind] === undefined) counts[kind] = count * times;
    };
    set("lut", /^\s*Total (?:logic elements|combinational functions)\s*:/i);
    set("lut", /^\s*Logic utilization \(in ALMs\)\s*:/i, 2);
    set("ff", /^\s*Total registers\s*:/i);
    set("bram", /^\s*Total RAM Blocks\s*:/i);
    set("dsp", /^\s*Total DSP Blocks\s*:/i);
    const version = field(/^\s*Quartus.*Version\s*:/i)?.split(" ")[0] ?? "";
    return measuredDesign(`Quartus ${version} fitter`, file, {
      top: field(/^\s*Top-level Entity Name\s*:/i)?.trim(),
      device: field(/^\s*Device\s*:/i)?.trim(),
      counts,
    });
  },
};

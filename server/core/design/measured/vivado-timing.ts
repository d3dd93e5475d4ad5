import { type MeasuredFormat, measuredDesign } from "./measured-format.js";

/** `report_timing_summary` of Vivado: the period of the first clock less the worst slack. */
export const measuredFormat: MeasuredFormat = {
  id: "vivado-timing",
  names: /timing.*\.rpt$/i,
  sniff: (text) => /Vivado/.test(text) && /WNS\(ns\)/.test(text),
  read: (text, file) => {
    const slack = /WNS\(ns\)[^\n]*\n\s*-+[^\n]*\n\s*(-?[\d.]+)/.exec(text)?.[1];
    const clock = /^\S+\s+\{[\d. ]+\}\s+([\d.]+)\s+[\d.]+\s*$/m.exec(text)?.[1];
    const period = Number(clock) - Number(slack);
    if (slack === undefined || clock === undefined || !(period > 0)) return undefined;
    const version = /Vivado v\.?(\S+)/.exec(text)?.[1] ?? "";
    const top = /^\|\s*Design\s*:\s*(\S+)/m.exec(text)?.[1];
    return measuredDesign(`Vivado ${version} timing`, file, { top, fmaxHertz: 1e9 / period });
  },
};

import { type MeasuredFormat, isDebugClock, measuredDesign, speedOf } from "./measured-format.js";

/**
 * `*.sta.rpt` of Quartus: the first table of `Fmax Summary` is that of the slowest model; a row for each clock. What the paths allow counts,
 * as with the other tools, not what the second column leaves of it for the sake of pins. It names the revision; the entity stands in the
 * fitter's report beside it.
 */
export const measuredFormat: MeasuredFormat = {
  id: "quartus-timing",
  stage: "logic",
  names: /\.sta\.rpt$/i,
  sniff: (text) =>
    /^(?:TimeQuest )?Timing Analyzer report for /m.test(text) && /Fmax Summary/.test(text),
  read: (text, file) => {
    const [, top = "", rest = ""] = /Timing Analyzer report for (\S+)([\s\S]*)/.exec(text) ?? [];
    const rows =
      /Fmax Summary\s*;[\s\S]*?\n\+[-+]+\+\s*\n[\s\S]*?\n\+[-+]+\+\s*\n([\s\S]*?)\n\+[-+]+\+/.exec(
        rest,
      )?.[1];
    const clocks = [
      ...(rows ?? "").matchAll(/^;\s*([\d.]+) MHz\s*;\s*[\d.]+ MHz\s*;\s*(\S+)\s*;/gm),
    ]
      .map(([, hertz, name = ""]) => ({ name, hertz: Number(hertz) * 1e6 }))
      .filter(({ name }) => !isDebugClock(name));
    if (clocks.length === 0) return undefined;
    const version = /^Quartus[^\n]*Version (\S+)/m.exec(text)?.[1] ?? "";
    return measuredDesign(`Quartus ${version} timing`, file, {
      top,
      device: /^;\s*Device Name\s*;\s*(\S+)/m.exec(text)?.[1],
      ...speedOf(clocks),
    });
  },
};

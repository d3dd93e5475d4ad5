import {
  type MeasuredFormat,
  isBeforePlacement,
  isDebugClock,
  measuredDesign,
  speedOf,
  vivadoDevice,
} from "./measured-format.js";

/**
 * `report_timing_summary` of Vivado: of each clock its period less its worst slack, the slowest of all; where the paths of no clock are
 * listed by themselves, the period of the first less the worst slack.
 */
export const measuredFormat: MeasuredFormat = {
  id: "vivado-timing",
  stage: "logic",
  names: /timing.*\.rpt$/i,
  sniff: (text) => /Vivado/.test(text) && /WNS\(ns\)/.test(text),
  read: (text, file) => {
    const clocks = clocksOf(text);
    const version = /Vivado v\.?(\S+)/.exec(text)?.[1] ?? "";
    const subject = {
      top: /^\|\s*Design\s*:\s*(\S+)/m.exec(text)?.[1],
      device: vivadoDevice(text),
      ...(isBeforePlacement(text, file) && {
        isBeforePlacement: true,
        caveat: "the wires were not routed yet, so that their delays were guessed",
      }),
    };
    const tool = `Vivado ${version} timing${subject.caveat === undefined ? "" : " after synthesis"}`;
    if (clocks.length > 0) return measuredDesign(tool, file, { ...subject, ...speedOf(clocks) });
    const slack = /WNS\(ns\)[^\n]*\n\s*-+[^\n]*\n\s*(-?[\d.]+)/.exec(text)?.[1];
    const clock = /^\S+\s+\{[\d. ]+\}\s+([\d.]+)\s+[\d.]+\s*$/m.exec(text)?.[1];
    const period = Number(clock) - Number(slack);
    if (slack === undefined || clock === undefined || !(period > 0)) return undefined;
    return measuredDesign(tool, file, { ...subject, fmaxHertz: 1e9 / period });
  },
};

/** Rows of the clock summary, generated ones further in, joined with those of the intra clock table. */
function clocksOf(text: string): readonly { readonly name: string; readonly hertz: number }[] {
  const periods = new Map<string, number>();
  for (const [, name = "", period] of text.matchAll(
    /^[ \t]*(\S+)[ \t]+\{[\d. ]+\}[ \t]+([\d.]+)[ \t]+[\d.]+[ \t]*$/gm,
  ))
    periods.set(name, Number(period));
  const table = /Intra Clock Table[\s\S]*?(?=Inter Clock Table|$)/.exec(text)?.[0] ?? "";
  return table.split(/\r?\n/).flatMap((line) => {
    const [name = "", slack, ...rest] = line.trim().split(/\s+/);
    // A clock without paths of its own has its pulse widths alone.
    const period = rest.length < 7 ? undefined : periods.get(name);
    const nanoseconds = (period ?? NaN) - Number(slack);
    return nanoseconds > 0 && !isDebugClock(name) ? [{ name, hertz: 1e9 / nanoseconds }] : [];
  });
}

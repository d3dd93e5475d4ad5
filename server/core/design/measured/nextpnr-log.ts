import {
  type MeasuredCounts,
  type MeasuredFormat,
  leadingNumber,
  measuredDesign,
  speedOf,
} from "./measured-format.js";
import { deviceOfCell, kindOfCell, signalOf, signalsIn } from "./nextpnr-report.js";

/**
 * What nextpnr says while it works, kept with `--log` or from the shell. On iCE40 it alone tells LUTs and flip-flops apart; the speed of a
 * clock is told again after routing, where it counts.
 */
export const measuredFormat: MeasuredFormat = {
  id: "nextpnr-log",
  stage: "logic",
  names: /(?:nextpnr|pnr|route)[^/\\]*\.(?:log|txt|out|rpt)$/i,
  sniff: (text) => /^Info: Device utili[sz]ation:/m.test(text),
  read: (text, file) => {
    const cells = [...text.matchAll(/^Info:\s+(\w+):\s*(\d+)\/\s*(\d+)\s+\d+%/gm)].map(
      ([, name = "", used, available]) => ({
        name,
        used: Number(used),
        available: Number(available),
      }),
    );
    const counts: MeasuredCounts = { ...packedCounts(text) };
    for (const { name, used } of cells) {
      const kind = kindOfCell[name];
      if (kind !== undefined) counts[kind] = used + (counts[kind] ?? 0);
    }
    const speeds = new Map(
      [...text.matchAll(/Max frequency for clock\s+'([^']+)':\s*([\d.]+) MHz/g)].map(
        ([, net = "", megahertz]) => [signalOf(net), Number(megahertz) * 1e6],
      ),
    );
    const clocks = [...speeds].map(([name, hertz]) => ({ name, hertz }));
    return measuredDesign("nextpnr log", file, {
      device: cells.map(({ name }) => deviceOfCell(name)).find((device) => device !== undefined),
      counts,
      ...speedOf(clocks),
      cells: cells.filter(({ used }) => used > 0),
      signals: signalsIn(text.matchAll(/^Info:\s+[\d.]+\s+[\d.]+\s+Net (\S+)/gm)),
    });
  },
};

/** `1243 LCs used as LUT4 only`, `414 LCs used as LUT4 and DFF`, `183 LCs used as DFF only`. */
export function packedCounts(text: string): MeasuredCounts {
  const used = (what: string): number | undefined =>
    leadingNumber(new RegExp(`^Info:\\s+(\\d+) LCs used as ${what}$`, "m").exec(text)?.[1]);
  const [luts, both, flipFlops] = ["LUT4 only", "LUT4 and DFF", "DFF only"].map(used);
  if (luts === undefined || both === undefined || flipFlops === undefined) return {};
  return { lut: luts + both, ff: both + flipFlops };
}

import type { DesignProblem } from "../../design.js";
import { formatNumber } from "../../../base/units.js";
import { type RtlRule, netBits, quoted } from "./rule.js";

const leastFanOut = 1000;

/** A reset that reaches thousands of flip-flops has to travel, and keeps data paths out of SRLs, DSPs and block RAMs. */
export const rtlRule: RtlRule = {
  code: "RP5210",
  check: ({ cells, design, part, placesOf, elaborated }) => {
    const problems: DesignProblem[] = [];
    for (const module of cells.modules.values()) {
      const fanOut = new Map<number, number>();
      for (const cell of module.cells)
        for (const port of ["R", "S", "CLR", "PRE", "SR", "LSR"])
          for (const bit of netBits(cell, port)) fanOut.set(bit, (fanOut.get(bit) ?? 0) + 1);
      for (const [bit, count] of fanOut) {
        if (count < leastFanOut) continue;
        const net = module.netNames.find(({ bits, isHidden }) => !isHidden && bits.includes(bit));
        const place =
          placesOf(net?.src)[0] ??
          placesOf(elaborated.modules.get(module.name)?.attributes["src"])[0];
        if (place === undefined) continue;
        const { timing } = part.family;
        const time =
          timing === undefined
            ? ""
            : `, about ${formatNumber(timing.net + timing.fanout * Math.log2(count))} ns of wire`;
        const share =
          (design.total?.counts.ff?.value ?? 0) > 0
            ? count / (design.total?.counts.ff?.value ?? 1)
            : 1;
        problems.push({
          code: "RP5210",
          severity: "information",
          message: `${quoted(net?.name)} resets ${count.toLocaleString("en-US")} flip-flops (${formatNumber(Math.min(1, share) * 100, 2)} %)${time}. Registers on a data path need no reset when their valid bit has one.`,
          place: { kind: "source", ...place, endLine: place.line + 1, endCharacter: 0 },
        });
      }
    }
    return problems;
  },
};

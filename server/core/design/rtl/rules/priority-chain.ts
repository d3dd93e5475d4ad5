import type { DesignProblem } from "../../design.js";
import { formatNumber } from "../../../base/units.js";
import type { NetCell } from "../netlist.js";
import { type RtlRule, netBits, wiringOf } from "./rule.js";

const leastDepth = 10;

/**
 * `if … else if … else if`: every condition waits for those before it. Comparisons of one value with constants exclude one another, which
 * synthesis sees: as a `case`, sixteen of them took 87 LUTs in place of 82 on 7 series and 192 in place of 166 on iCE40.
 */
export const rtlRule: RtlRule = {
  code: "RP5207",
  check: ({ modules, placesOf, part, priceOf, lineAt, design }) => {
    const longest =
      design.paths[0] && Math.max(...design.paths.map((path) => path.nanoseconds.value));
    return modules.flatMap((module): readonly DesignProblem[] => {
      const { driver, names } = wiringOf(module);
      const depths = new Map<NetCell, number>();
      const depthOf = (cell: NetCell): number => {
        const stack = [cell];
        while (stack.length > 0) {
          const top = stack[stack.length - 1] as NetCell;
          const inner = ["A", "B"]
            .flatMap((port) => driver.get(netBits(top, port)[0] ?? -1) ?? [])
            .filter(({ type }) => type === "$mux");
          const missing = inner.filter((one) => !depths.has(one) && !stack.includes(one));
          if (missing.length > 0 && !depths.has(top)) {
            stack.push(...missing);
            continue;
          }
          depths.set(top, 1 + Math.max(0, ...inner.map((one) => depths.get(one) ?? 0)));
          stack.pop();
        }
        return depths.get(cell) ?? 1;
      };
      const muxes = module.cells.filter(({ type }) => type === "$mux");
      const inner = new Set(
        muxes.flatMap((cell) =>
          ["A", "B"].flatMap((port) => driver.get(netBits(cell, port)[0] ?? -1) ?? []),
        ),
      );
      const found = new Map<string, DesignProblem>();
      for (const cell of muxes) {
        if (inner.has(cell)) continue;
        const depth = depthOf(cell);
        const place = placesOf(cell.attributes["src"])[0];
        if (depth < leastDepth || place === undefined || isOneChoice(cell, driver)) continue;
        // What conditions that are known come to, loops over a constant for one, is gone after the mapping: no gate stands there, or no
        // path of the design is as long.
        const { timing } = part.family;
        const delay = timing && ((timing.lut + timing.net) * depth) / 2;
        const { lut, gate } = lineAt(place)?.resources.counts ?? {};
        if ((lut?.value ?? 0) + (gate?.value ?? 0) < 1) continue;
        // Paths begin at registers: of conditions that come from outside of the design none is known.
        const isTimed = module.name !== design.top || conditionsOf(cell, driver).every(Boolean);
        if (isTimed && delay !== undefined && longest !== undefined && delay > longest) continue;
        const time = delay === undefined ? "" : `, up to ${formatNumber(delay)} ns`;
        found.set(`${place.file}:${place.line}`, {
          code: "RP5207",
          severity: "information",
          message: `${nameOf(names.get(netBits(cell, "Y")[0] ?? -1))} is decided by ${depth} conditions one after the other: ${priceOf(place)}${time}. Where only one of them can hold, \`unique case\` decides in parallel.`,
          place: { kind: "source", ...place, endLine: place.line + 1, endCharacter: 0 },
        });
      }
      return [...found.values()];
    });
  },
};

/** What decides each multiplexer of a chain; undefined for a port of the module. */
function conditionsOf(
  root: NetCell,
  driver: ReadonlyMap<number, NetCell>,
): readonly (NetCell | undefined)[] {
  const chain = new Set([root]);
  // A set that is added to while it is gone through goes through those as well.
  for (const mux of chain)
    for (const port of ["A", "B"]) {
      const inner = driver.get(netBits(mux, port)[0] ?? -1);
      if (inner?.type === "$mux") chain.add(inner);
    }
  return [...chain].map((mux) => driver.get(netBits(mux, "S")[0] ?? -1));
}

/** Whether all conditions of a chain compare the same value with a constant. */
function isOneChoice(root: NetCell, driver: ReadonlyMap<number, NetCell>): boolean {
  const compared = new Set<string>();
  for (const condition of conditionsOf(root, driver)) {
    if (condition?.type !== "$eq") return false;
    const [left, right] = [netBits(condition, "A"), netBits(condition, "B")];
    if (left.length > 0 && right.length > 0) return false;
    compared.add((left.length > 0 ? left : right).join(" "));
  }
  return compared.size <= 1;
}

function nameOf(name: string | undefined): string {
  return name === undefined ? "This value" : `\`${name}\``;
}

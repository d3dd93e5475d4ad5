import type { DesignProblem } from "../../design.js";
import type { NetCell } from "../netlist.js";
import { type RtlRule, isOutput, quoted, wiringOf } from "./rule.js";

/** Gates that wait for one another in a ring: what they settle at depends on delays, and no timing can be stated. */
export const rtlRule: RtlRule = {
  code: "RP5214",
  check: ({ gates, placesOf }) =>
    [...gates.modules.values()].flatMap((module) => {
      const { readers, names } = wiringOf(module);
      const isGate = (cell: NetCell): boolean =>
        /^\$_(?!S?DFF|DLATCH|ALDFF|FF_|SR_)\w+_$/.test(cell.type);
      const next = (cell: NetCell): readonly NetCell[] =>
        Object.entries(cell.connections)
          .filter(([port]) => isOutput(cell, port))
          .flatMap(([, bits]) =>
            bits.flatMap((bit) => (typeof bit === "number" ? (readers.get(bit) ?? []) : [])),
          )
          .filter(isGate);
      const ring = findRing(module.cells.filter(isGate), next);
      if (ring === undefined) return [];
      const places = ring.flatMap((cell) => placesOf(cell.attributes["src"]).slice(0, 1));
      const [place] = places;
      if (place === undefined) return [];
      const bit = ring[0]?.connections["Y"]?.[0];
      const name = typeof bit === "number" ? names.get(bit) : undefined;
      const named =
        name ?? ring.map((cell) => names.get(numberOf(cell))).find((one) => one !== undefined);
      const lines = [...new Set(places.map(({ line }) => line + 1))].slice(0, 6);
      const problem: DesignProblem = {
        code: "RP5214",
        severity: "error",
        message: `Combinational loop through ${quoted(named)} (${lines.length > 1 ? "lines" : "line"} ${lines.join(", ")}). Put a register into it.`,
        place: { kind: "source", ...place, endLine: place.line + 1, endCharacter: 0 },
      };
      return [problem];
    }),
};

function numberOf(cell: NetCell): number {
  const bit = cell.connections["Y"]?.[0];
  return typeof bit === "number" ? bit : -1;
}

/** The first cycle that a depth-first walk closes; without recursion, for netlists are deeper than a call stack. */
function findRing(
  cells: readonly NetCell[],
  next: (cell: NetCell) => readonly NetCell[],
): readonly NetCell[] | undefined {
  const state = new Map<NetCell, "open" | "done">();
  for (const start of cells) {
    if (state.has(start)) continue;
    const stack: { readonly cell: NetCell; readonly after: readonly NetCell[]; at: number }[] = [];
    const open = (cell: NetCell): void => {
      state.set(cell, "open");
      stack.push({ cell, after: next(cell), at: 0 });
    };
    open(start);
    for (let top = stack[stack.length - 1]; top !== undefined; top = stack[stack.length - 1]) {
      const cell = top.after[top.at];
      top.at += 1;
      if (cell === undefined) {
        state.set(top.cell, "done");
        stack.pop();
      } else if (state.get(cell) === "open") {
        const from = stack.findIndex((entry) => entry.cell === cell);
        return stack.slice(from).map((entry) => entry.cell);
      } else if (!state.has(cell)) open(cell);
    }
  }
  return undefined;
}

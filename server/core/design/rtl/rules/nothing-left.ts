import type { NetModule } from "../netlist.js";
import type { ResourceKind } from "../../design.js";
import { type RtlRule, quoted } from "./rule.js";

/** Smaller designs may well come to nothing: an inverter in a LUT that was there. */
const leastRegisters = 32;
const mostLeft = 0.02;

/**
 * A design of which next to nothing is left after the mapping: no output depends on the rest. Most often a top whose parameters leave
 * everything switched off, or that has no outputs; its few LUTs would be read as what it costs.
 */
export const rtlRule: RtlRule = {
  code: "RP5216",
  check: ({ design, elaborated, hierarchy, cells, placesOf }) => {
    const registers = registersIn(elaborated.modules, hierarchy.counts);
    const { counts = {} } = design.total ?? {};
    const left = kinds.reduce((sum, kind) => sum + (counts[kind]?.value ?? 0), 0);
    if (registers < leastRegisters || left > registers * mostLeft) return [];
    const [top = ""] = hierarchy.counts.keys();
    const place = placesOf(elaborated.modules.get(top)?.attributes["src"])[0];
    const constant = constantOutputs(cells.modules.get(top));
    const outputs =
      constant.length === 0
        ? ""
        : ` Constant are ${constant.slice(0, 3).map(quoted).join(", ")}${constant.length > 3 ? ` and ${constant.length - 3} more outputs` : ""}.`;
    return [
      {
        code: "RP5216",
        severity: "warning",
        message:
          `Of ${registers.toLocaleString("en-US")} bits of registers next to nothing is left: no output depends on them as the top's parameters are.${outputs} ` +
          "Set those that connect it (`--param NAME=VALUE`, `ridgepoint.design.parameters`), or choose the top that uses it.",
        ...(place && {
          place: { kind: "source", ...place, endLine: place.line + 1, endCharacter: 0 },
        }),
      },
    ];
  },
};

const kinds: readonly ResourceKind[] = ["lut", "gate", "ff", "latch", "dsp", "bram", "uram"];

function registersIn(
  modules: ReadonlyMap<string, NetModule>,
  counts: ReadonlyMap<string, number>,
): number {
  let bits = 0;
  for (const [name, times] of counts)
    for (const { type, connections } of modules.get(name)?.cells ?? [])
      if (/^\$(?:a?l?|s)dff/.test(type)) bits += (connections["Q"]?.length ?? 0) * times;
  return bits;
}

function constantOutputs(top: NetModule | undefined): readonly string[] {
  return [...(top?.ports ?? [])].flatMap(([name, { direction, bits }]) =>
    direction === "output" && bits.every((bit) => typeof bit === "string") ? [name] : [],
  );
}

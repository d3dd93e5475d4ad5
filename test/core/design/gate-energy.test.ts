import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { decodePartFamily } from "../../../server/core/design/decode-part.js";
import type { Resources } from "../../../server/core/design/design.js";
import { designEnergy } from "../../../server/core/design/rtl/gate-energy.js";
import { energyLines } from "../../../server/core/views/design/energy-text.js";

const file = "server/data/parts/asic.json";
const { value: family } = decodePartFamily(JSON.parse(readFileSync(file, "utf8")), file);
const energyOf = (id: string): NonNullable<ReturnType<typeof gateEnergy>> => {
  const found = gateEnergy(id);
  if (found === undefined) throw new Error(id);
  return found;
};
function gateEnergy(id: string) {
  return family?.parts.find((part) => part.id === id)?.gateEnergy;
}
const resources = (gate: number, ff = 0): Resources => {
  const exact = (value: number) => ({ value, low: value, high: value });
  return { method: "synthesised", counts: { gate: exact(gate), ff: exact(ff) } };
};

// Horowitz, ISSCC 2014, figure 1.1.9, and Jouppi et al., ISCA 2021, table 2; gates as they are mapped for `asic`.
test.each([
  ["an addition of 8 bits", 56.29, 30e-15, 7e-15],
  ["an addition of 32 bits", 236.47, 100e-15, 30e-15],
  ["a multiplication of 8 bits", 443.47, 200e-15, 70e-15],
  ["a multiplication of 32 bits", 8130.59, 3100e-15, 1480e-15],
])("%s of random operands takes what is published of the node", (_, gates, at45, at7) => {
  for (const [id, published] of [
    ["asic-45nm", at45],
    ["asic-7nm", at7],
  ] as const) {
    const {
      value = 0,
      low = 0,
      high = 0,
    } = designEnergy(resources(gates), energyOf(id), 0.5)?.joulesPerCycle ?? {};
    expect(Math.abs(value / published - 1)).toBeLessThan(0.25);
    expect(low).toBeLessThan(published);
    expect(high).toBeGreaterThan(published);
  }
});

test("data that change less take less, the clock takes the same", () => {
  const at = (activity: number, ff: number): number =>
    designEnergy(resources(600, ff), energyOf("asic-45nm"), activity)?.joulesPerCycle.value ?? 0;
  expect(at(0.25, 0) / at(0.5, 0)).toBeCloseTo(0.5);
  expect(at(0, 0)).toBe(0);
  // Two inverters of 0.67 gates, twice a cycle.
  expect(at(0, 100) / 100 / 4.44e-16).toBeCloseTo(5.4);
});

test("registers in triplicate take two more and a voter each, and three clocks", () => {
  const energy = designEnergy(resources(1000, 100), energyOf("asic-45nm"), 0.1);
  expect(energy?.triplicated.gates).toBeCloseTo(1000 + 100 * (12 + 4.3));
});

test("what is not known of a node is said to be so", () => {
  const total = resources(1000, 100);
  const lines = (id: string): string => {
    const energy = designEnergy(total, energyOf(id), 0.1);
    return energy === undefined ? "" : energyLines({ energy, total }).join("\n");
  };
  expect(lines("asic-45nm")).toMatchInlineSnapshot(`
    "Energy 0.329 pJ a cycle (0.229 pJ–0.725 pJ) at 45 nm, activity 0.1, leakage 17.4 µW
    With registers in triplicate and voters 2.63 k gates (2.63 times), 0.953 pJ a cycle"
  `);
  expect(lines("asic-65nm")).toMatch(/at 65 nm, activity 0.1, leakage not known/);
});

import { expect, test } from "vitest";
import type { TimingTable } from "../../../server/core/design/part.js";
import { dspTiming } from "../../../server/core/design/rtl/dsp-timing.js";

// What a path's time is multiplied by is a half: whatever the DSP itself takes is doubled before.
const table = {
  ...{ setup: 0.05, dsp: 8, dspClock: 1, period: 2, vendor: 0.5 },
  dspStages: {
    ...{ input: 0.3, toMultiplier: 3, toOutput: 5, addend: 1.5 },
    ...{ fromInput: 6, fromMultiplier: 2, fromOutput: 0.4, period: 1.8, longPeriod: 3.5 },
  },
} as unknown as TimingTable;

function check(registers: string, type = "DSP48E1", of: TimingTable = table): string {
  const names = registers.split(" ").filter((name) => name !== "");
  const timing = dspTiming(type, Object.fromEntries(names.map((name) => [name, "01"])), of);
  if (timing.kind !== "register") return timing.kind === "logic" ? `through ${timing.delay}` : "?";
  const setups = ["A", "B", "C", "PCIN", "CEP"].map((port) => `${port} ${timing.setup?.(port)}`);
  return `${setups.join(", ")}; out ${timing.clockToOutput}; period ${timing.period}`;
}

test("without registers the whole product is logic", () => {
  expect(check("")).toBe("through 16");
});

test("operands reach the first register on their way, results leave the last", () => {
  expect(check("AREG BREG MREG PREG")).toBe(
    "A 0.6, B 0.6, C 3, PCIN 3, CEP 0.05; out 0.8; period 3.6",
  );
  expect(check("MREG PREG")).toBe("A 6, B 6, C 3, PCIN 3, CEP 0.05; out 0.8; period 3.6");
  expect(check("PREG")).toBe("A 10, B 10, C 3, PCIN 3, CEP 0.05; out 0.8; period 3.6");
  expect(check("BREG MREG")).toBe("A 6, B 0.6, C 0.6, PCIN 0.05, CEP 0.05; out 4; period 3.6");
});

test("between the operands' and the output's registers lies the whole product", () => {
  expect(check("AREG BREG PREG")).toMatch(/period 7$/);
  expect(check("AREG BREG")).toMatch(/out 12; period 3.6$/);
});

test("of a family whose data sheet was not read, the product stands for each of its parts", () => {
  const { dspStages, ...plain } = table;
  expect(dspStages).toBeDefined();
  expect(check("TOPOUTPUT_SELECT", "SB_MAC16", plain)).toBe(
    "A 16, B 16, C 0.1, PCIN 0.1, CEP 0.05; out 2; period 4",
  );
});

import { expect, test } from "vitest";
import type { Design, DesignLine } from "../../../server/core/design/design.js";
import { lineTable } from "../../../server/core/views/design/design-tables.js";

const design = { capacity: { dsp: 90 }, names: {}, tool: "Yosys" } as unknown as Design;

function line(share: number): DesignLine {
  const amount = { value: 16, low: 16, high: 16 };
  return {
    ...{ file: "mac.sv", line: 20, kind: "line", instanceCount: 16, notes: [], share },
    resources: { counts: { dsp: amount }, method: "attributed" },
  } as unknown as DesignLine;
}

test("a line without LUTs is not said to be 0 % of the design", () => {
  const [title] = lineTable(design, line(0)).split("\n");
  expect(title).toBe("**This line** in 16 instances of its module, together");
  expect(lineTable(design, line(0))).toContain("| DSP | 16 | 18 % |");
  expect(lineTable(design, line(0.25))).toContain("together: 25 % of the design");
});

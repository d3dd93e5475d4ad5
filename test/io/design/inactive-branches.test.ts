import { expect, test } from "vitest";
import { macrosOf, withoutInactive } from "../../../server/io/design/rtl/inactive-branches.js";

function read(code: string, defines: Readonly<Record<string, string>> = {}): string {
  return withoutInactive(code, macrosOf([code], defines))
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("`"))
    .join(" ");
}

test.each([
  ["`ifdef FORMAL\nf u();\n`else\ng u();\n`endif", {}, "g u();"],
  ["`ifdef FORMAL\nf u();\n`else\ng u();\n`endif", { FORMAL: "" }, "f u();"],
  ["`ifndef SYNTHESIS\nsim u();\n`endif\na u();", {}, "a u();"],
  ["`ifdef A\na u();\n`elsif YOSYS\nb u();\n`else\nc u();\n`endif", {}, "b u();"],
  // Defined somewhere in the texts: before or after is not known.
  ["`define A\n`ifdef A\na u();\n`else\nb u();\n`endif", {}, "a u(); b u();"],
  ["`ifdef X\n`ifndef Y\na u();\n`endif\n`endif\nb u();", {}, "b u();"],
  ["`endif\na u();\n`else\nb u();", {}, "a u(); b u();"],
])("%j with %j is read as %j", (code, defines, expected) => {
  expect(read(code, defines)).toBe(expected);
});

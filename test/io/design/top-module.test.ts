import { expect, test } from "vitest";
import { recursiveInstance } from "../../../server/io/design/rtl/recursion.js";
import { modulesIn, topModule } from "../../../server/io/design/rtl/top-module.js";

const leaf = (name: string, body = ""): string => `module ${name}(input a);\n${body}endmodule\n`;

test("modules are found behind attributes, in one line, and not in comments", () => {
  const text = `(* keep, src = "module x" *) module a; endmodule module automatic b #(parameter N = 1)();\nendmodule // module c\n`;
  expect(modulesIn(text)).toEqual(["a", "b"]);
});

test("the top is what nothing else holds, and of several what holds most", () => {
  expect(topModule("// nothing")).toBeUndefined();
  expect(topModule(leaf("only"))).toBe("only");
  const pair = leaf("inner") + leaf("outer", "  inner #(.N(1)) u(.a(a));\n");
  expect(topModule(pair + leaf("alone"))).toBe("outer");
  expect(topModule(leaf("one") + leaf("two"))).toBe("two");
  expect(topModule(leaf("top", "  if (1) begin inner u(.a(a)); end\n") + leaf("inner"))).toBe(
    "top",
  );
});

// Every pair of names was once a pattern of its own, and a chain once deeper than the stack.
test("thousands of modules have a top and no ring", { timeout: 60_000 }, () => {
  const chain = Array.from({ length: 20_000 }, (_, index) =>
    leaf(`c${index}`, index === 0 ? "" : `  c${index - 1} u(.a(a));\n`),
  ).join("");
  expect(topModule(chain)).toBe("c19999");
  expect(recursiveInstance(new Map([["d.sv", chain]]))).toBeUndefined();
  const ring = new Map([
    ["d.sv", chain + leaf("x", "  y u(.a(a));\n") + leaf("y", "  x u(.a(a));\n")],
  ]);
  expect(recursiveInstance(ring)?.line).toBe(60_000);
});

test("a shell with interfaces at its ports is not what its file is about", () => {
  expect(
    topModule(`module cdc #(parameter W = 8) (input clk, input [W-1:0] d, output q); endmodule
module cdc_intf (input logic clk, AXI_BUS.Slave src, AXI_BUS.Master dst); cdc u (.clk, .d(src.d), .q(dst.q)); endmodule
`),
  ).toBe("cdc");
});

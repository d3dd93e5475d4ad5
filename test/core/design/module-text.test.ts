import { expect, test } from "vitest";
import { moduleText } from "../../../server/core/design/rtl/module-text.js";
import type { NetModule } from "../../../server/core/design/rtl/netlist.js";

test("an index of an array of a type that the text names has no known width", () => {
  const text = `module m(input logic [1:0] at);
  data_t [3:0] mem, next;
  logic [3:0] flags;
endmodule
`;
  const net = (name: string, width: number) => ({
    name,
    bits: Array.from({ length: width }, (_, bit) => bit),
    isHidden: false,
    src: "",
  });
  const module: NetModule = {
    name: "m",
    attributes: { src: "m" },
    ports: new Map(),
    cells: [],
    netNames: [net("mem", 128), net("next", 128), net("flags", 4)],
    memories: [],
  };
  const range = { file: "m.sv", line: 0, character: 0, endLine: 4, endCharacter: 0 };
  const scope = moduleText(module, {
    texts: new Map([["m.sv", text]]),
    placesOf: () => [range],
  })?.scope;
  expect(["mem", "next", "flags"].map((name) => scope?.elementOf(name))).toEqual([
    undefined,
    undefined,
    1,
  ]);
});

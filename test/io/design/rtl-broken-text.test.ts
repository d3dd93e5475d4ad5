import path from "node:path";
import { expect, test } from "vitest";
import { blanked } from "../../../server/core/design/blanked.js";
import { brokenText } from "../../../server/io/design/rtl/broken-text.js";
import { heaviestPlace } from "../../../server/io/design/rtl/heaviest-place.js";
import { findModules } from "../../../server/io/design/rtl/module-index.js";
import { recursiveInstance } from "../../../server/io/design/rtl/recursion.js";

function told(text: string): readonly string[] {
  const { certain, likely } = brokenText("d.sv", text);
  return [...certain, ...(likely === undefined ? [] : [likely])].map(({ message, place }) => {
    const line = place?.kind === "source" ? place.line + 1 : "?";
    return `${line}: ${message.split(/[:.]/)[0] ?? ""}`;
  });
}

test.each([
  ["module m; endmodule // it's \"fine\n/* a */ /**/", []],
  ["module m;\n/* never\nendmodule", ["2: This comment is not closed"]],
  ["module m;\n/*/\nendmodule", ["2: This comment is not closed"]],
  ['initial $display("a\\"b");', []],
  ['a = "b\\";\nc', ["1: This string is not closed in its line"]],
  ['`define S(x) `"x`"\nm', []],
  ["wire a;\nwire b\0;", ["2: A NUL byte stands here"]],
])("%j", (text, problems) => {
  expect(told(text)).toEqual(problems);
});

test("what is most likely too much is named by its place", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["wire a;\nreg [7:0] m[0:1073741823];\n", "2: This has 1,073,741,824 elements."],
    [`wire a;\nassign y = ${"(".repeat(3000)}a;`, "2: This is nested 3,000 deep."],
    [
      `wire a;\nassign y = ${"a ? b : ".repeat(9000)}c;`,
      "2: This statement has 72,012 characters.",
    ],
  ];
  for (const [text, expected] of cases) {
    const found = heaviestPlace("d.sv", text);
    expect(`${(found?.place.line ?? NaN) + 1}: ${found?.why ?? ""}`).toBe(expected);
  }
  expect(heaviestPlace("d.sv", "module m; reg [31:0] a[0:1023]; endmodule")).toBeUndefined();
});

test("a string that is not closed blanks its line alone", () => {
  expect(blanked('a "b\nc "d" e')).toBe("a   \nc     e");
  expect(blanked("if (c == '\"') x(); // y")).toBe("if (c ==    ) x();     ");
});

// Each took the square of its length: minutes. Here it is enough that they end.
test("a line of a megabyte is read in the time of its length", { timeout: 60_000 }, () => {
  const name = "a".repeat(1 << 20);
  expect(recursiveInstance(new Map([["d.sv", `module m;\n${name}\nendmodule`]]))).toBeUndefined();
  expect(blanked(`"${'\\"'.repeat(1 << 19)}\nm`)).toMatch(/^ +\nm$/);
  const folder = path.resolve("test/fixtures/none");
  const request = {
    ...{ file: path.join(folder, "d.sv"), text: "", files: [], overlays: {}, roots: [folder] },
    ...{ includeFolders: [], top: undefined, part: undefined, clockNanoseconds: undefined },
    ...{ parameters: {}, defines: {}, reports: [], isRouted: false, seconds: 1 },
  };
  expect(findModules([`module m;\n${name}\nendmodule`], request, () => undefined)).toEqual([]);
});

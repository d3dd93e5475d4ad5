import { expect, test } from "vitest";
import { blocksOf } from "../../../server/core/design/rtl/blocks.js";
import { findPart } from "../../../server/core/design/find-part.js";
import { readSrc } from "../../../server/core/design/rtl/source-names.js";
import { designAnchors } from "../../../server/core/views/design/design-anchors.js";
import { loadParts } from "../../../server/io/parts-files.js";

test("always blocks end where they end", () => {
  const text = `always_ff @(posedge clk) q <= d;
always @* begin // begin
  case (s)
    0: y = 1;
    default: begin y = 0; end
  endcase
end
always @(posedge clk)
  if (a) x <= 1;
  else
    x <= 0;
always_comb for (int i = 0; i < 4; i++) z[i] = w[i];
`;
  expect(blocksOf(text).map(({ first, last }) => [first, last])).toEqual([
    [0, 0],
    [1, 6],
    [7, 10],
    [11, 11],
  ]);
});

test("lenses stand on modules and on functions that speak to an HLS tool", () => {
  const rtl = `// module no\nmodule a(input x);\nendmodule\nmodule automatic b;\nendmodule\nentity c is\n`;
  expect(designAnchors(rtl, "rtl").map(({ name }) => name)).toEqual(["a", "b", "c"]);
  const hls = `int plain(int a) { return a; }\nvoid top(int a[4]) {\n#pragma HLS PIPELINE\n}\n`;
  expect(designAnchors(hls, "hls").map(({ name }) => name)).toEqual(["top"]);
});

test("parts are found by order codes; every file of parts is sound", () => {
  const { value: families, problems } = loadParts("server/data");
  expect(problems).toEqual([]);
  expect(findPart(families, "xc7a35tcsg324-1")).toMatchObject({
    part: { id: "xc7a35t" },
    speedGrade: "1",
  });
  expect(findPart(families, "xcku3p-ffva676-2-e")).toMatchObject({
    part: { id: "xcku3p" },
    speedGrade: "2",
  });
  expect(findPart(families, "ice40")).toMatchObject({ part: undefined, family: { id: "ice40" } });
  expect(findPart(families, "xc7a")).toBeUndefined();
});

test("places of the synthesis become places of the source", () => {
  const files = new Map([["src/0/a.v", "/a.v"]]);
  expect(readSrc("src/0/a.v:4.3-6.6|/share/techmap.v:9.1-9.4|src/0/a.v:0.0-0.0", files)).toEqual([
    { file: "/a.v", line: 3, character: 2, endLine: 5, endCharacter: 5 },
  ]);
});

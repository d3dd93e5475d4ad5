import { expect, test } from "vitest";
import { view } from "../../server/core/views/layers.js";
import { fakeAnalysis } from "../kit/fake-analysis.js";
import { layerTsv } from "../../webviews/src/model/layer-tsv.js";

test("rows are copied with raw numbers and one line each, whatever their names hold", () => {
  const { rows } = view(fakeAnalysis(), {
    sortBy: "index",
    descending: false,
    filter: "",
    start: 0,
    end: 2,
    target: null,
    locate: null,
  });
  const odd = rows.map((row) => ({ ...row, name: `${row.name}\tor\nso` }));
  const lines = layerTsv(odd, "a/b/c").split("\n");
  expect(lines).toHaveLength(4);
  expect(new Set(lines.slice(0, 3).map((line) => line.split("\t").length))).toEqual(new Set([17]));
  expect(lines[1]?.split("\t").slice(0, 7)).toEqual([
    "0",
    "/layer0/conv or so",
    "ResNet/layer1/0",
    "Conv",
    "[1,64,56,56]",
    "36864",
    "115605504",
  ]);
  expect(lines[2]).toContain("in /layer0/conv");
});

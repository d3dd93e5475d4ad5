import { expect, test } from "vitest";
import { analyze } from "../../server/core/analyze.js";
import { emptyNeighbourhood } from "../../server/core/base/byte-source.js";
import { neverCancelled } from "../../server/core/base/cancel.js";
import { readText } from "../../server/core/formats/onnx-text/read-text.js";
import { readOpCall } from "../../server/core/formats/op-call.js";
import { whatIf, type WhatIf } from "../../server/core/what-if/what-if.js";
import { parseSizeChanges } from "../../server/protocol/size-changes.js";
import { realCatalogue } from "../kit/real-analysis.js";

const targetIds = ["nvidia-h100-sxm/tensorrt-llm/bf16", "raspberry-pi-5/onnxruntime/fp32"];
const noBindings = { inputs: new Map(), dims: new Map() };

const text = `<ir_version: 10, opset_import: ["" : 21]>
two (float[64,4096] x, float[1,32,56,56] i) => (float[64,11008] y, float[1,32,56,56] z)
<float[4096,11008] w = ["location": "w"], float[32,1,3,3] k = ["location": "k"], int64[2] s = {64, 11008}>
{
  h = MatMul (x, w)
  y = Reshape (h, s)
  z = Conv <group = 32, pads = [1, 1, 1, 1]> (i, k)
}
`;

async function ask(nodeIds: readonly number[], changes: readonly (readonly [number, number])[]) {
  const catalogue = await realCatalogue();
  const { model } = readText(text, {
    fileName: "two.onnxtxt",
    neighbourhood: emptyNeighbourhood,
    cancel: neverCancelled,
  });
  const targets = targetIds.map((id) => catalogue.find(id)!);
  const analysis = analyze(model!, noBindings, targets, neverCancelled);
  return whatIf(analysis, nodeIds, new Map(changes), neverCancelled);
}

/** What `--op` says of the same operator. */
async function alone(op: string): Promise<readonly number[]> {
  const catalogue = await realCatalogue();
  const targets = targetIds.map((id) => catalogue.find(id)!);
  const { targets: analysed } = analyze(readOpCall(op).value!, noBindings, targets, neverCancelled);
  return analysed.map(({ latency }) => latency!.value);
}

const values = ({ targets }: WhatIf, when: "before" | "after") =>
  targets.map((target) => target[when]!.value);

test("an operator with another size costs what it costs alone, on every target", async () => {
  const answer = await ask([0], [[4096, 5120]]);
  expect(answer.text).toBe("MatMul(float32[64,4096], float32[4096,11008])");
  expect(answer.changedText).toBe("MatMul(float32[64,5120], float32[5120,11008])");
  expect(values(answer, "before")).toEqual(
    await alone("MatMul(float32[64,4096], float32[4096,11008])"),
  );
  expect(values(answer, "after")).toEqual(
    await alone("MatMul(float32[64,5120], float32[5120,11008])"),
  );
  expect(answer.macs).toEqual({ before: 64 * 4096 * 11008, after: 64 * 5120 * 11008 });
  expect(answer.weightBytes).toEqual({ before: 4 * 4096 * 11008, after: 4 * 5120 * 11008 });
  expect(answer.sizes.slice(0, 2)).toEqual([4096, 11008]);
});

test("a depthwise convolution keeps a group for each channel", async () => {
  const answer = await ask([2], [[32, 64]]);
  expect(answer.macs).toEqual({ before: 32 * 56 * 56 * 9, after: 64 * 56 * 56 * 9 });
});

test("several operators are added up, and several sizes changed at once", async () => {
  const both = await ask(
    [0, 2],
    [
      [11008, 14336],
      [32, 64],
    ],
  );
  expect(both.callCount).toBe(2);
  expect(both.text).toBe("MatMul(float32[64,4096], float32[4096,11008]) and 1 more");
  const [product] = values(await ask([0], [[11008, 14336]]), "after");
  const [conv] = values(await ask([2], [[32, 64]]), "after");
  expect(values(both, "after")[0]).toBeCloseTo(product! + conv!, 12);
});

test("a size that is not there, and a place without operators, are said", async () => {
  expect((await ask([0], [[7, 8]])).reason).toBe(
    "Nothing here has a size of 7; the sizes are 4096, 11008, 64.",
  );
  expect((await ask([], [])).reason).toBe("No operator runs here whose sizes could be changed.");
});

test.each([
  ["4096 → 5120", [{ from: 4096, to: 5120 }]],
  ["4096->5120, 8 = 16", [{ from: 4096, to: 5120 }, { from: 8, to: 16 }]], // prettier-ignore
  ["7 to 9;", [{ from: 7, to: 9 }]],
])("%j is understood", (written, changes) => {
  expect(parseSizeChanges(written)).toEqual({ kind: "changes", changes });
});

test.each(["", "4096", "4096 → ", "4096 → x", "0 → 3", "3 → 0", "3 → 4, 3 → 5", "1 → 1e30"])(
  "%j is refused",
  (written) => {
    expect(parseSizeChanges(written)).toMatchObject({ kind: "wrong" });
  },
);

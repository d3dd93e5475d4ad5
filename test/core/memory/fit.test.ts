import { describe, expect, test } from "vitest";
import type { TargetAnalysis } from "../../../server/core/analysis.js";
import { memory, onTarget, roundTarget, sourced } from "../../kit/analysis-text.js";

/** Two layers: 64 KiB and 128 KiB of activations at once, 64 · 256 weights and 256 · 64. */
const graph = `g (float[64,64] x) => (float[64,64] y) <float[64,512] a = ?, float[512,64] b = ?> {
  h = MatMul (x, a)
  y = MatMul (h, b)
}`;

function on(sramBytes: number, flashBytes: number | undefined): TargetAnalysis {
  return onTarget(
    graph,
    roundTarget({
      chip: {
        kind: "mcu",
        memories: [
          memory("SRAM", "ram", sramBytes, 1e9),
          ...(flashBytes === undefined ? [] : [memory("flash", "flash", flashBytes, 1e8)]),
        ],
      },
      runtime: { memoryOverhead: sourced(4096) },
    }),
  );
}

// x and y take 16 KiB each, h 128 KiB: x + h, then h + y. Weights 2 · 128 KiB.
const kib = 1024;

describe("fit", () => {
  test("a microcontroller holds weights in flash and activations in SRAM", () => {
    const { fits, totalBytes, capacityBytes, peakActivationBytes, weightBytes } = on(
      148 * kib,
      256 * kib,
    );
    expect(peakActivationBytes).toBe(144 * kib);
    expect(weightBytes).toBe(256 * kib);
    expect(totalBytes).toBe((144 + 256 + 4) * kib);
    expect(capacityBytes).toBe((148 + 256) * kib);
    expect(fits).toBe(true);
  });

  test("too little SRAM names the node that sets the peak", () => {
    const { fits, problems } = on(128 * kib, 256 * kib);
    expect(fits).toBe(false);
    expect(problems.map(({ code, message, nodeId }) => `${code} ${nodeId}: ${message}`)).toEqual([
      "RP2402 0: Chip · Runtime · fp32: needs 144 KiB of activations and 4 KiB for Runtime; SRAM has 128 KiB, 20 KiB too little. The activations' peak is set by MatMul (node 0).",
    ]);
  });

  test("an order of execution that would take less is named", () => {
    const branches =
      `g (float[64,64] x) => (float[64,1] y) <float[64,512] a = ?, float[64,512] b = ?> {
      [wide1] h = MatMul (x, a)
      [wide2] k = MatMul (x, b)
      [narrow1] p = ReduceMax <keepdims = 1> (h, one)
      [narrow2] q = ReduceMax <keepdims = 1> (k, one)
      [sum] y = Add (p, q)
    }`.replace("b = ?>", "b = ?, int64[1] one = {1}>");
    const chip = { kind: "mcu" as const, memories: [memory("SRAM", "ram", 128 * kib, 1e9)] };
    const { problems } = onTarget(branches, roundTarget({ chip }));
    expect(problems.map(({ message }) => message.slice(message.indexOf(" The ")))).toEqual([
      " The activations' peak is set by MatMul `wide2`. In another order, with ReduceMax `narrow1` before MatMul `wide2`, the activations need 145 KiB.",
    ]);
  });

  test("too little flash is said of the weights", () => {
    const { fits, problems } = on(256 * kib, 128 * kib);
    expect(fits).toBe(false);
    expect(problems.map(({ message }) => message)).toEqual([
      "Chip · Runtime · fp32: the weights take 256 KiB; flash has 128 KiB, 128 KiB too little.",
    ]);
  });

  test("without flash everything shares one memory", () => {
    expect(on(404 * kib, undefined).fits).toBe(true);
    expect(on(403 * kib, undefined).fits).toBe(false);
  });
});

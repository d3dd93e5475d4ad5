import { expect, test } from "vitest";
import { irregularReads, isDeformable } from "../../../server/core/accelerator/irregular.js";
import { mapModel, type ModelMapping } from "../../../server/core/accelerator/map-model.js";
import { analyze } from "../../../server/core/analyze.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { readOpCall } from "../../../server/core/formats/op-call.js";
import type { Kernel } from "../../../server/core/lower/lowered.js";
import { targetsOf } from "../../../server/core/accelerator/as-target.js";
import { accelerator } from "./arrays.js";
import { technology } from "./mapped.js";

const deformable = "DeformConv(float32[1,64,64,64], float32[64,64,3,3], float32[1,18,62,62])";
const plain = "Conv(float32[1,64,64,64], float32[64,64,3,3])";

function on(fields: Readonly<Record<string, unknown>>, text: string) {
  const [target] = targetsOf(
    accelerator({ precisions: ["int8"], dram: { bandwidth: "19.2 GB/s" }, ...fields }),
    technology,
  );
  const { value: model } = readOpCall(text);
  if (target?.accelerator === undefined || model === undefined) throw new Error("no model");
  const bindings = { inputs: new Map(), dims: new Map() };
  const { targets } = analyze(model, bindings, [target], neverCancelled);
  const kernels: readonly Kernel[] = targets[0]?.lowered.kernels ?? [];
  const mapping: ModelMapping = mapModel(target.accelerator, kernels);
  const [kernel] = kernels;
  const [own] = mapping.kernels;
  if (kernel === undefined || own === undefined) throw new Error("no kernel");
  return { kernel, own, mapped: target.accelerator };
}

const small = { buffers: [{ name: "sram", size: "64 KiB" }] };
const large = { buffers: [{ name: "sram", size: "1 MiB" }] };

test("what data addresses moves in transactions, row by row of the neighbours", () => {
  const { kernel, mapped } = on(small, deformable);
  if (!isDeformable(kernel.shape)) throw new Error("not deformable");
  const reads = irregularReads(mapped.accelerator, mapped.precision, kernel.shape);
  // Nine points of 62 × 62 outputs, between two rows, two neighbours of 64 bytes in each: whole bursts of DDR4.
  expect(reads?.runs).toBe(9 * 62 * 62 * 2);
  expect(reads?.runBytes).toBe(128);
  expect(reads?.movedBytes).toBe(9 * 62 * 62 * 2 * 128);
  // 128 bytes at 19.2 GB/s take longer than opening a row every 6.25 ns.
  expect(reads?.efficiency).toBeCloseTo(1, 6);
});

test("fewer channels than a burst waste it, and rows open no faster than four in a window", () => {
  const efficiencies = [64, 16, 4].map((channels) => {
    const text = `DeformConv(float32[1,${channels},64,64], float32[${channels},${channels},3,3], float32[1,18,62,62])`;
    const { kernel, mapped } = on({ buffers: [{ name: "sram", size: "1 KiB" }] }, text);
    if (!isDeformable(kernel.shape)) throw new Error("not deformable");
    return irregularReads(mapped.accelerator, mapped.precision, kernel.shape)?.efficiency ?? NaN;
  });
  expect(efficiencies[0]).toBeGreaterThan(efficiencies[1] ?? 1);
  expect(efficiencies[1]).toBeGreaterThan(efficiencies[2] ?? 1);
  // 8 bytes of every 64: 4 channels of two pixels, opened every 6.25 ns at the most.
  expect(efficiencies[2]).toBeCloseTo(8 / Math.max(120, ((8 - 4) / 64 + 1) * 64), 2);
});

test("irregular where the input does not lie on the chip, regular where it does", () => {
  const [away, here, straight] = [on(small, deformable), on(large, deformable), on(small, plain)];
  expect(away.own.dramBytes).toBeGreaterThan(8 * straight.own.dramBytes);
  expect(away.own.dramCycles).toBeGreaterThan(2 * here.own.dramCycles);
  expect(here.own.notes.join(" ")).toContain("from the input on the chip");
  expect(away.own.energy.dram).toBeGreaterThan(here.own.energy.dram);
});

test("kinder forms are priced beside it", () => {
  const { own } = on(small, deformable);
  const text = own.notes.join("\n");
  expect(text).toMatch(/With offsets of at most \d rows: .* of the DRAM; .* of rows on the chip\./);
  expect(text).toMatch(/With a square window of any size: .*; points fall on pixels\./);
  expect(text).toMatch(/With a window for each channel: /);
  const bytesOf = (form: string): number =>
    Number(new RegExp(`${form}: [^,]+, ([\\d.]+) MiB`).exec(text)?.[1] ?? NaN);
  // A pixel in place of two rows of two.
  expect(bytesOf("square window of any size")).toBeLessThan(own.dramBytes / 2 ** 20 / 3);
});

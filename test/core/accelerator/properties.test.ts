import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  compulsory,
  macsOf,
  product,
  type Contraction,
} from "../../../server/core/accelerator/contraction.js";
import {
  mapContraction,
  type ContractionMapping,
} from "../../../server/core/accelerator/map-contraction.js";
import type { Objective } from "../../../server/core/accelerator/tiling.js";
import { dataflows } from "../../../server/core/accelerator/decode-engine.js";
import { accelerator, engineOf, precisionOf } from "./arrays.js";

const extent = fc.integer({ min: 1, max: 60 });
const contractions: fc.Arbitrary<Contraction> = fc
  .record({
    groups: fc.integer({ min: 1, max: 6 }),
    batch: fc.integer({ min: 1, max: 3 }),
    outputChannels: extent,
    inputChannels: extent,
    outputRows: extent,
    outputColumns: extent,
    kernel: fc.integer({ min: 1, max: 5 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    times: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ kernel, stride, dilation, ...rest }) => ({
    ...product(1, 1, 1, 1),
    ...rest,
    kernelRows: kernel,
    kernelColumns: kernel,
    strideRows: stride,
    strideColumns: stride,
    dilationRows: dilation,
    dilationColumns: dilation,
    inputRows: (rest.outputRows - 1) * stride + (kernel - 1) * dilation + 1,
    inputColumns: (rest.outputColumns - 1) * stride + (kernel - 1) * dilation + 1,
  }));

const arrays = fc.record({
  rows: fc.integer({ min: 1, max: 40 }),
  columns: fc.integer({ min: 1, max: 40 }),
  lanes: fc.integer({ min: 1, max: 4 }),
  dataflow: fc.constantFrom(...dataflows),
  pipelined: fc.boolean(),
});

function mapOn(
  engine: Readonly<Record<string, unknown>>,
  buffers: readonly unknown[],
  contraction: Contraction,
  objective: Objective,
): ContractionMapping {
  const array = accelerator({ engine, buffers });
  return mapContraction(
    { accelerator: array, engine: engineOf(array), precision: precisionOf(array), objective },
    contraction,
  );
}

const sizes = fc.integer({ min: 32, max: 1 << 17 });

test("no array is used above its peak, and nothing goes below the compulsory traffic", () => {
  fc.assert(
    fc.property(
      arrays,
      contractions,
      sizes,
      fc.constantFrom("latency", "traffic", "energy"),
      (engine, c, size, objective) => {
        const mapping = mapOn(engine, [{ name: "buffer", size }], c, objective);
        const peak = engine.rows * engine.columns * engine.lanes;
        expect(macsOf(c)).toBeLessThanOrEqual(mapping.computeCycles * peak * (1 + 1e-9));
        const least = compulsory(c);
        expect(mapping.dramBytes).toBeGreaterThanOrEqual(
          (least.weights + least.inputs + least.outputs) * (1 - 1e-9),
        );
        for (const { readBytes, writeBytes } of mapping.traffic) {
          expect(Number.isFinite(readBytes) && readBytes >= 0).toBe(true);
          expect(Number.isFinite(writeBytes) && writeBytes >= 0).toBe(true);
        }
      },
    ),
    { numRuns: 150, seed: 7 },
  );
});

test("a larger buffer never makes more traffic to the DRAM", () => {
  fc.assert(
    fc.property(
      arrays,
      contractions,
      sizes,
      fc.integer({ min: 1, max: 1 << 16 }),
      (engine, c, size, more) => {
        const at = (bytes: number): number =>
          mapOn(engine, [{ name: "buffer", size: bytes }], c, "traffic").dramBytes;
        expect(at(size + more)).toBeLessThanOrEqual(at(size) * (1 + 1e-9));
      },
    ),
    { numRuns: 80, seed: 11 },
  );
});

test("a larger buffer never takes more than a step of 5 % longer", () => {
  fc.assert(
    fc.property(
      arrays,
      contractions,
      sizes,
      fc.integer({ min: 1, max: 1 << 16 }),
      (engine, c, size, more) => {
        const at = (bytes: number): number =>
          mapOn(engine, [{ name: "buffer", size: bytes }], c, "latency").computeCycles;
        expect(at(size + more)).toBeLessThanOrEqual(at(size) * 1.06);
      },
    ),
    { numRuns: 50, seed: 13 },
  );
});

test("a buffer of its own for sums that have room costs little beside one that holds everything", () => {
  fc.assert(
    fc.property(arrays, contractions, (engine, c) => {
      const outer = { name: "scratchpad", size: "1 GiB" };
      const inner = { name: "accumulator", size: "256 MiB", holds: ["outputs"] };
      const one = mapOn(engine, [outer], c, "latency").computeCycles;
      const two = mapOn(engine, [inner, outer], c, "latency").computeCycles;
      // A step of 5 % at each level, and tiles at the edges that count as whole ones for the inner level.
      expect(two).toBeLessThanOrEqual(one * 1.3 + 16);
    }),
    { numRuns: 150, seed: 17 },
  );
});

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type {
  AcceleratorPrecision,
  MultiplierStyle,
} from "../../../server/core/accelerator/accelerator.js";
import { areaOf } from "../../../server/core/accelerator/area.js";
import {
  compulsory,
  contractionsOf,
  macsOf,
} from "../../../server/core/accelerator/contraction.js";
import { decodeTechnology } from "../../../server/core/accelerator/decode-technology.js";
import { energyInterval } from "../../../server/core/accelerator/energy.js";
import { macUnit } from "../../../server/core/accelerator/mac-unit.js";
import { parseNumberFormat } from "../../../server/core/accelerator/number-format.js";
import { operationAt, sramEnergy } from "../../../server/core/accelerator/technology.js";
import { accelerator } from "./arrays.js";

const json: unknown = JSON.parse(readFileSync("server/data/technology/operations.json", "utf8"));
const { value, problems } = decodeTechnology(json);
if (value === undefined) throw new Error(problems.map(({ message }) => message).join("\n"));
const technology = value;

function precision(format: string, accumulatorBits: number): AcceleratorPrecision {
  const bits = parseNumberFormat(format)?.bits ?? 0;
  return {
    id: format,
    weights: format,
    activations: format,
    weightBits: bits,
    activationBits: bits,
    accumulatorBits,
    throughput: 1,
  };
}

function picojoules(
  format: string,
  accumulatorBits = 32,
  node = 45,
  style: MultiplierStyle = "parallel",
): number {
  return macUnit(technology, node, precision(format, accumulatorBits), style).energy * 1e12;
}

function squareMicrometres(format: string, style: MultiplierStyle = "parallel"): number {
  return macUnit(technology, 45, precision(format, 32), style).area * 1e12;
}

test("rows of the table come out as they stand: Horowitz at 45 nm, Jouppi at 7 nm", () => {
  expect(problems).toEqual([]);
  expect(picojoules("int8")).toBeCloseTo(0.2 + 0.1, 6);
  expect(picojoules("fp32")).toBeCloseTo(3.7 + 0.9, 6);
  expect(picojoules("fp16", 16)).toBeCloseTo(1.1 + 0.4, 6);
  expect(picojoules("bf16", 32, 7)).toBeCloseTo(0.21 + 0.38, 6);
  expect(squareMicrometres("fp32")).toBeCloseTo(7700 + 4184, 3);
  expect(sramEnergy(technology, 45, 32 << 10) * 8e12).toBeCloseTo(20, 6);
});

test("between nodes energy lies between, and area follows the density of transistors", () => {
  const at = (node: number): number => operationAt(technology, node, "multiply", "int8") ?? 0;
  expect(at(16)).toBeGreaterThan(at(7));
  expect(at(16)).toBeLessThan(at(45));
  const area = (node: number): number => operationAt(technology, node, "multiplyArea", "int8") ?? 0;
  expect(area(45) / area(7)).toBeCloseTo(91.2 / 3.3, 3);
});

test("narrower formats cost less, of energy and of area", () => {
  const order = ["int2", "int4", "int8", "int16", "fp16", "fp32"];
  for (const of of [
    (format: string) => picojoules(format),
    (format: string) => squareMicrometres(format),
  ]) {
    const costs = order.map(of);
    expect([...costs].sort((a, b) => a - b)).toEqual(costs);
  }
  expect(picojoules("mxfp4")).toBeLessThan(picojoules("mxfp8"));
  expect(picojoules("mxfp8")).toBeLessThan(picojoules("fp8-e4m3"));
  expect(picojoules("fp8-e4m3")).toBeLessThan(picojoules("bf16"));
  expect(picojoules("mxint8")).toBeLessThan(1.6 * picojoules("int8"));
  expect(picojoules("log4")).toBeLessThan(picojoules("int8"));
});

/** EN-T: +8.7, +12.2, +11.0 % of area efficiency, +13.0, +17.5, +15.5 % of energy efficiency at 256 GOPS, 1 and 4 TOPS. */
test("operands encoded once for an array save what EN-T reports, within its range", () => {
  const area = squareMicrometres("int8") / squareMicrometres("int8", "encoded") - 1;
  const energy = picojoules("int8") / picojoules("int8", 32, 45, "encoded") - 1;
  expect(area).toBeGreaterThan(0.087);
  expect(area).toBeLessThan(0.122);
  expect(energy).toBeGreaterThan(0.13);
  expect(energy).toBeLessThan(0.175);
});

test("approximate normalization takes 16 % of area and 13 % of energy off, as its paper reports for bfloat16", () => {
  const style = "approximate-normalization";
  expect(squareMicrometres("bf16", style) / squareMicrometres("bf16")).toBeCloseTo(0.84, 6);
  expect(picojoules("bf16", 32, 45, style) / picojoules("bf16")).toBeCloseTo(0.87, 6);
});

test("a bit-serial unit is smaller than a parallel one and pays by the bit", () => {
  expect(squareMicrometres("int8", "bit-serial")).toBeLessThan(0.6 * squareMicrometres("int8"));
  const bits = (format: string): number => picojoules(format, 32, 45, "bit-serial");
  expect(bits("int8") / bits("int4")).toBeGreaterThan(2);
});

/**
 * Di Guglielmo et al., "A reconfigurable neural network ASIC for detector front-end data compression at the HL-LHC" (2021):
 * 8 filters of 3×3 over 4×4×3 and a dense layer of 128 to 16, 6-bit weights, 65 nm, 2.4 nJ for an inference.
 */
test("the HL-LHC encoder's 2.4 nJ at 65 nm lies in the interval of what is counted", () => {
  const macs = 4 * 4 * 8 * 27 + 128 * 16;
  const nanojoules = (macs * picojoules("int6", 16, 65)) / 1e3;
  expect(2.4).toBeGreaterThan(energyInterval.low * nanojoules);
  expect(2.4).toBeLessThan(energyInterval.high * nanojoules);
});

/** Horowitz' areas: 256 multiplies of 282 µm² and additions of 137 µm², at 70 % placement; SRAM 0.346 µm² a bit, 60 % cells. */
test("the area of a 16×16 array and its buffer is the hand sum", () => {
  const array = accelerator({ node: 45, buffers: [{ name: "b", size: "64 KiB" }] });
  const area = areaOf(array, technology);
  expect((area?.multipliers ?? 0) * 1e12).toBeCloseTo((256 * (282 + 137)) / 0.7, 0);
  expect((area?.buffers ?? 0) * 1e12).toBeCloseTo((65536 * 8 * 0.346) / 0.6, 0);
  expect(area?.total).toBeCloseTo(
    (area?.multipliers ?? 0) + (area?.registers ?? 0) + (area?.buffers ?? 0) + (area?.vector ?? 0),
    12,
  );
});

/** Duplex (MICRO 2024): operations a byte of attention are 4 to 8 with grouped queries, of experts at least 1. */
test("operations a byte of grouped-query decoding are the size of a group, of a lone expert's token one", () => {
  const attention = (queryHeads: number, keyHeads: number): number => {
    const [scores] = contractionsOf({
      kind: "attention",
      batch: 1,
      queryHeads,
      keyHeads,
      queryLength: 1,
      keyLength: 4096,
      headSize: 128,
      valueHeadSize: 128,
      isCausal: false,
      window: 0,
    });
    if (scores === undefined) throw new Error("No products.");
    return (2 * macsOf(scores)) / (2 * compulsory(scores).weights);
  };
  expect(attention(32, 8)).toBe(4);
  expect(attention(64, 8)).toBe(8);
  const [up] = contractionsOf({
    kind: "moe",
    tokens: 4,
    hidden: 4096,
    inter: 14336,
    experts: 8,
    localExperts: 8,
    chosen: 2,
    isGated: true,
    skew: 0,
  });
  if (up === undefined) throw new Error("No products.");
  expect((2 * macsOf(up)) / (2 * compulsory(up).weights)).toBeGreaterThanOrEqual(1);
});

test("L-Mul takes a fifth of the energy of float32's multiplication and addition (arXiv 2410.00907, abstract: 80 % of dot products)", () => {
  const saved = 1 - picojoules("fp32", 32, 45, "l-mul") / picojoules("fp32");
  expect(saved).toBeGreaterThan(0.75);
  expect(saved).toBeLessThan(0.85);
});

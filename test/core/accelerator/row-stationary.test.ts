import { expect, test } from "vitest";
import { macsOf, type Contraction } from "../../../server/core/accelerator/contraction.js";
import { mapContraction } from "../../../server/core/accelerator/map-contraction.js";
import { rowMapping } from "../../../server/core/accelerator/row-stationary.js";
import { readAcceleratorFile } from "../../../server/io/accelerator-file.js";
import { accelerator, convolution, engineOf, precisionOf } from "./arrays.js";

/**
 * Chen et al., "Eyeriss", JSSC 52(1) 2017, table V: AlexNet at batch 4 and 200 MHz; elements of 168 that are active, and
 * milliseconds of processing. Inputs have their padding, as the paper maps them.
 */
const published: readonly (readonly [string, Contraction, number, number])[] = [
  ["CONV1", convolution(227, 11, 3, 96, 4, { batch: 4 }), 154, 16.5],
  ["CONV2", convolution(31, 5, 48, 128, 1, { batch: 4, groups: 2 }), 135, 39.2],
  ["CONV3", convolution(15, 3, 256, 384, 1, { batch: 4 }), 156, 21.8],
  ["CONV4", convolution(15, 3, 192, 192, 1, { batch: 4, groups: 2 }), 156, 16.0],
  ["CONV5", convolution(15, 3, 192, 128, 1, { batch: 4, groups: 2 }), 156, 10.0],
];

test("AlexNet on Eyeriss activates as many elements as published and takes the published time within 10 %", () => {
  const eyeriss = readAcceleratorFile("server/data/accelerators/eyeriss.accelerator.json").value;
  if (eyeriss === undefined) throw new Error("Eyeriss' file cannot be read.");
  const engine = engineOf(eyeriss);
  const ask = {
    accelerator: eyeriss,
    engine,
    precision: precisionOf(eyeriss),
    objective: "traffic",
  } as const;
  let [own, theirs] = [0, 0];
  for (const [name, contraction, active, milliseconds] of published) {
    expect([name, rowMapping(engine, contraction).activeElements]).toEqual([name, active]);
    const time = mapContraction(ask, contraction).computeCycles / 200e3;
    // What is not modelled (the pipeline of an element, the sums' way out) only adds.
    expect(time / milliseconds, name).toBeGreaterThan(0.895);
    expect(time / milliseconds, name).toBeLessThan(1.05);
    own += time;
    theirs += milliseconds;
  }
  expect(own / theirs).toBeGreaterThan(0.9);
  expect(own / theirs).toBeLessThan(1.1);
});

/**
 * DRACO (Jha et al., ISVLSI 2020) gives the depthwise layers of MobileNetV1 groups of several channels: +41.8 % of mean utilization, −42.6 %
 * of latency on 64×64. Its public simulator (github.com/shreyas1998/nn_dataflow at d6badf6, an extension of nn-dataflow: batch of 1, no
 * limit of bandwidth, least time, groups one after the other) was run for these cycles at 1, 2, 4, 8, 16, 32 and 64 channels a group.
 */
const dracoCycles = [378256, 265360, 214456, 221008, 248287, 324979, 459736];

function onDraco(channelsOfGroup: number): { readonly cycles: number; readonly mean: number } {
  const engine = engineOf(
    accelerator({
      engine: {
        rows: 64,
        columns: 64,
        dataflow: "row-stationary",
        packsGroups: false,
        rowSets: "stacked",
      },
    }),
  );
  const layers = mobileNet(channelsOfGroup).map((contraction) => {
    const { cycles } = rowMapping(engine, contraction);
    return { cycles, share: macsOf(contraction) / (cycles * 64 * 64) };
  });
  return {
    cycles: layers.reduce((sum, { cycles }) => sum + cycles, 0),
    mean: layers.reduce((sum, { share }) => sum + share, 0) / layers.length,
  };
}

test("MobileNetV1 with groups takes the cycles of DRACO's own simulator, to the digit", () => {
  expect([1, 2, 4, 8, 16, 32, 64].map((channels) => onDraco(channels).cycles)).toEqual(dracoCycles);
});

test("groups of 8 channels raise utilization and save latency as DRACO states", () => {
  const [before, after] = [onDraco(1), onDraco(8)];
  expect(after.mean / before.mean - 1).toBeCloseTo(0.418, 1);
  expect(Math.abs((after.mean / before.mean - 1) / 0.418 - 1)).toBeLessThan(0.03);
  expect(Math.abs((1 - after.cycles / before.cycles) / 0.426 - 1)).toBeLessThan(0.03);
});

test("sets that are placed freely take no longer than stacked ones", () => {
  for (const contraction of mobileNet(8)) {
    const cyclesOf = (rowSets: string): number =>
      rowMapping(
        engineOf(
          accelerator({ engine: { rows: 64, columns: 64, dataflow: "row-stationary", rowSets } }),
        ),
        contraction,
      ).cycles;
    expect(cyclesOf("free")).toBeLessThanOrEqual(cyclesOf("stacked"));
  }
});

function mobileNet(channelsOfGroup: number): readonly Contraction[] {
  const layers = [convolution(225, 3, 3, 32, 2)];
  const blocks: readonly (readonly [number, number, number, number])[] = [
    [112, 32, 64, 1],
    [112, 64, 128, 2],
    [56, 128, 128, 1],
    [56, 128, 256, 2],
    [28, 256, 256, 1],
    [28, 256, 512, 2],
    ...Array.from({ length: 5 }, () => [14, 512, 512, 1] as const),
    [14, 512, 1024, 2],
    [7, 1024, 1024, 1],
  ];
  for (const [size, from, to, stride] of blocks) {
    const own = Math.min(channelsOfGroup, from);
    const padded = stride === 1 ? size + 2 : size + 1;
    layers.push(convolution(padded, 3, own, own, stride, { groups: from / own }));
    layers.push(convolution(size / stride, 1, from, to, 1));
  }
  return [...layers, convolution(1, 1, 1024, 1000, 1)];
}

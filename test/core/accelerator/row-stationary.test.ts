import { expect, test } from "vitest";
import { macsOf, type Contraction } from "../../../server/core/accelerator/contraction.js";
import { mapContraction } from "../../../server/core/accelerator/map-contraction.js";
import { fillCycles, rowMapping } from "../../../server/core/accelerator/row-stationary.js";
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
 * DRACO (Jha et al., ISVLSI 2020) raises the mean utilization of MobileNetV1 on a 64×64 row-stationary array by 41.8 % by
 * regrouping its depthwise layers. Its abstract does not say at which group size; on an array that is filled over
 * Eyeriss' buses, 16 channels a group do it.
 */
test("grouping depthwise layers by 16 channels raises MobileNetV1's mean utilization on 64×64 as DRACO reports", () => {
  const engine = engineOf(
    accelerator({ engine: { rows: 64, columns: 64, dataflow: "row-stationary", fillWords: 4 } }),
  );
  const meanOf = (channels: number): number => {
    const net = mobileNet(channels);
    const shares = net.map((contraction) => {
      const mapping = rowMapping(engine, contraction);
      const cycles = mapping.cycles + fillCycles(engine, contraction, mapping, 1);
      return macsOf(contraction) / (cycles * 64 * 64);
    });
    return shares.reduce((sum, share) => sum + share, 0) / net.length;
  };
  const gain = meanOf(16) / meanOf(1) - 1;
  expect(gain).toBeGreaterThan(0.9 * 0.418);
  expect(gain).toBeLessThan(1.1 * 0.418);
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

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { loweredOf, type NetworkSample } from "../../scripts/calibrate/network-sample.js";
import { costModel } from "../../server/core/cost/evaluate.js";
import { findDataFolder, loadCatalogue } from "../../server/io/catalogue-files.js";

/** Like `accuracy.test.ts`, for networks that no fit has seen: they are kept as their kernels. */
const folder = path.join(import.meta.dirname, "networks");
const samples = readdirSync(folder).filter((name) => name.endsWith(".json"));
const { value: catalogue } = await loadCatalogue({
  dataFolder: await findDataFolder(),
  chipFolders: [],
});

test.each(samples)("the error of no target of %s has grown", (name) => {
  const sample = JSON.parse(readFileSync(path.join(folder, name), "utf8")) as NetworkSample;
  expect(sample.rows.length).toBeGreaterThan(2);
  const grown = sample.rows.flatMap(({ target: id, name, network, seconds, error }) => {
    const target = catalogue.find(id)!;
    const lowered = loweredOf(sample.networks[network]!, target.runtime.engine);
    const footprint = { weightBytes: lowered.weightBytes, activationBytes: undefined };
    const { latency, kernelCosts } = costModel(target, lowered, footprint, false);
    expect(latency, id).toMatchObject({ method: "calibrated" });
    // Layers add up to the whole, but for what an inference takes by itself: a quarter on CHaiDNN, and the most of
    // it for the smallest networks on an NPU behind a driver.
    const layers = kernelCosts.reduce((sum, cost) => sum + cost.seconds.value, 0);
    expect(layers / latency!.value, id).toBeGreaterThan(0.1);
    expect(layers / latency!.value, id).toBeLessThan(1.001);
    const now = Math.abs(latency!.value / seconds - 1);
    return now <= 1.05 * error + 5e-4 ? [] : [{ id, name, now, error }];
  });
  expect(grown).toEqual([]);
});

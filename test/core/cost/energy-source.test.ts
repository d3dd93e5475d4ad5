import path from "node:path";
import { expect, test } from "vitest";
import { withCalibrations } from "../../../server/core/cost/calibrated/attach.js";
import { energySourceOf, energySourceText } from "../../../server/core/cost/energy-source.js";
import { measuredPart } from "../../../server/core/cost/provenance.js";
import { openCalibrations } from "../../../server/io/calibration-files.js";
import { findDataFolder, loadCatalogue } from "../../../server/io/catalogue-files.js";

const { value: plain } = await loadCatalogue({
  dataFolder: await findDataFolder(),
  chipFolders: [],
});
const store = await openCalibrations(path.resolve("server/data/calibration"), () => undefined);
const catalogue = withCalibrations(plain, store, () => undefined);

test.each([
  // MLPerf Tiny's energy runner, HW-NAS-Bench-360's power rails, MLPerf's wall meter.
  ["nucleo-u575zi-q/x-cube-ai/int8", /^metered: board supply of the microcontroller/],
  ["raspberry-pi-5/litert/fp32", /^metered: power management IC of the board/],
  ["raspberry-pi-4/litert/fp32", /^metered: whole board at the wall/],
  // A data sheet's 700 W, of which 0.7 are taken.
  ["nvidia-h100-sxm/tensorrt-llm/bf16", /^490 W of the chip's data sheet × time$/],
])("the energy of %s is told apart", (id, text) => {
  expect(energySourceText(energySourceOf(catalogue.find(id)!))).toMatch(text);
});

test.each([
  ["raspberry-pi-5/litert/fp32", "one core of four"],
  // It borrows from the Raspberry Pi 5, whose measurements kept to a core.
  ["raspberry-pi-4/onnxruntime/fp32", "one core of four"],
  ["raspberry-pi-4/litert/fp32", undefined],
])("how much of %s was at work is told", (id, part) => {
  expect(measuredPart(catalogue.find(id)!)).toBe(part);
});

test("a chip without a stated power has its operations counted", () => {
  const target = catalogue.find("nvidia-h100-sxm/tensorrt-llm/bf16")!;
  const { typical, ...power } = target.chip.power;
  expect(typical).toBeDefined();
  const silent = { ...target, chip: { ...target.chip, power } };
  expect(energySourceOf(silent)).toEqual({ kind: "counted" });
});

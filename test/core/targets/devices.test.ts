import path from "node:path";
import { describe, expect, it } from "vitest";
import { peakOf } from "../../../server/core/targets/catalogue.js";
import type { Chip } from "../../../server/core/targets/chip.js";
import { defaultTargetIds } from "../../../server/core/targets/default-targets.js";
import type { Precision } from "../../../server/core/targets/precision.js";
import { findDataFolder, loadCatalogue } from "../../../server/io/catalogue-files.js";

const { value: catalogue } = await loadCatalogue({
  dataFolder: await findDataFolder(),
  chipFolders: [],
});
// Architecture files are described by themselves, and state no bandwidth where nothing is to be limited.
const devices = catalogue.targets.filter(({ accelerator }) => accelerator === undefined);
const chips = [...new Map(devices.map(({ chip }) => [chip.id, chip])).values()];
const folder = path.resolve(import.meta.dirname, "../../devices");

describe("devices", () => {
  // One golden file per device: a change of a figure shows as a change of what it means.
  for (const chip of chips)
    it(`${chip.id} is summarised in its golden file`, async () => {
      await expect(summarise(chip)).toMatchFileSnapshot(path.join(folder, `${chip.id}.txt`));
    });

  it("the default targets exist", () => {
    for (const id of Object.values(defaultTargetIds).flat())
      expect(catalogue.find(id)?.id).toBe(id);
  });

  it("the ridge points of well-known chips agree with the hand sum", () => {
    // A100 SXM 80 GB: 312e12 / 2039e9 = 153.0; H100 SXM: 989.4e12 / 3350e9 = 295.3 (data sheets, dense).
    expect(ridge("nvidia-a100-sxm", "bfloat16")).toBeCloseTo(153.0, 1);
    expect(ridge("nvidia-h100-sxm", "bfloat16")).toBeCloseTo(295.3, 1);
    // STM32H747 at 400 MHz: 2 MAC per clock = 1.6e9 op/s over 4 B × 400e6 = 1.6e9 B/s.
    expect(ridge("stm32h747i-disco", "int8")).toBe(1);
  });

  it("nearer memories are faster and smaller, and every level is plausible", () => {
    for (const chip of chips) {
      const levels = chip.memories.filter(({ role }) => role !== "flash");
      for (const [index, level] of levels.entries()) {
        const farther = levels[index + 1];
        if (farther === undefined) continue;
        expect(level.bandwidth.value, `${chip.id} ${level.name}`).toBeGreaterThan(
          farther.bandwidth.value,
        );
        expect(level.size.value, `${chip.id} ${level.name}`).toBeLessThan(farther.size.value);
      }
    }
  });

  it("narrower arithmetic is never slower, but for int8 on Volta and Blackwell Ultra", () => {
    for (const chip of chips) {
      const of = (name: string) => chip.peaks[name]?.value;
      const [wide, half, byte] = [of("float32"), of("float16"), of("int8")];
      if (wide !== undefined && half !== undefined)
        expect(half, chip.id).toBeGreaterThanOrEqual(wide);
      if (half !== undefined && byte !== undefined && !/v100|[gb]b?300/.test(chip.id))
        expect(byte, chip.id).toBeGreaterThanOrEqual(half);
    }
  });
});

function ridge(chipId: string, arithmetic: string): number {
  const chip = chips.find(({ id }) => id === chipId)!;
  return chip.peaks[arithmetic]!.value / farthestWritable(chip).bandwidth.value;
}

function farthestWritable(chip: Chip) {
  return chip.memories.filter(({ role }) => role === "ram" || role === "scratchpad").at(-1)!;
}

/** Peak figures only: no efficiency of a runtime, so that only a change of the chip's file changes it. */
function summarise(chip: Chip): string {
  const precisions = new Map(
    catalogue.targets
      .filter((target) => target.chip.id === chip.id)
      .map(({ precision }) => [precision.id, precision]),
  );
  const memory = farthestWritable(chip);
  const lines = [
    `${chip.name} (${chip.vendor}, ${chip.kind}, ${chip.segment})`,
    `activations in ${memory.name}: ${show(memory.size.value)}B at ${show(memory.bandwidth.value)}B/s`,
    "",
    columns(["precision", "op/s", "op/B", "1x1k x1k", "128x1k x1k", "4kx4k x4k"]),
  ];
  for (const precision of precisions.values()) {
    const peak = peakOf(chip.peaks, precision.arithmetic)!.value;
    lines.push(
      columns([
        precision.id,
        show(peak),
        (peak / memory.bandwidth.value).toPrecision(3),
        ...[
          [1, 1024],
          [128, 1024],
          [4096, 4096],
        ].map(
          ([m, n]) => `${show(matmulSeconds(precision, peak, memory.bandwidth.value, m!, n!))}s`,
        ),
      ]),
    );
  }
  return `${lines.join("\n")}\n`;
}

/** max(2·m·n·n / peak, bytes / bandwidth): Williams et al., "Roofline", CACM 2009. */
function matmulSeconds(
  precision: Precision,
  peak: number,
  bandwidth: number,
  m: number,
  n: number,
): number {
  const bytes = (n * n * precision.weightBits + 2 * m * n * precision.activationBits) / 8;
  return Math.max((2 * m * n * n) / peak, bytes / bandwidth);
}

function columns(cells: readonly string[]): string {
  return cells.map((cell, index) => (index === 0 ? cell.padEnd(20) : cell.padStart(12))).join("");
}

function show(value: number): string {
  const exponent = Math.floor(Math.log10(value) / 3) * 3;
  const prefix = {
    15: "P",
    12: "T",
    9: "G",
    6: "M",
    3: "k",
    0: "",
    [-3]: "m",
    [-6]: "µ",
    [-9]: "n",
  };
  return `${(value / 10 ** exponent).toPrecision(4)} ${prefix[exponent as 0] ?? `e${exponent}`}`;
}

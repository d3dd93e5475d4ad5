import path from "node:path";
import { describe, expect, test } from "vitest";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { serveApart } from "../../../server/core/serving/apart.js";
import { phasesOf, type Phases } from "../../../server/core/serving/phases.js";
import { textsThatFit } from "../../../server/core/serving/room.js";
import { serveTogether } from "../../../server/core/serving/together.js";
import { withCalibrations } from "../../../server/core/cost/calibrated/attach.js";
import { openCalibrations } from "../../../server/io/calibration-files.js";
import { findDataFolder, loadCatalogue } from "../../../server/io/catalogue-files.js";
import { configOf, decoderOf } from "../../../scripts/calibrate/llm-models.js";

const { value: plain } = await loadCatalogue({
  dataFolder: await findDataFolder(),
  chipFolders: [],
});
const store = await openCalibrations(path.resolve("server/data/calibration"), () => undefined);
const catalogue = withCalibrations(plain, store, () => undefined);

function phases(
  targetId: string,
  devices = 1,
  workload = { inputTokens: 1024, outputTokens: 256 },
): Phases {
  const target = catalogue.find(targetId)!;
  const model = decoderOf("8B", configOf("llama-3.1-8b")!, devices)!;
  return phasesOf(model, { target, devices }, workload, neverCancelled);
}

const h100 = phases("nvidia-h100-sxm/tensorrt-llm/fp8");

describe("in turns", () => {
  test("as many texts fit as keys and values of 1,280 tokens have room for", () => {
    // 32 layers × 2 × 8 heads × 128 elements of one byte, 80 GB less weights and what the runtime takes.
    expect(h100.cacheBytes(1280)).toBe(1280 * 32 * 2 * 8 * 128);
    const free = h100.capacityBytes - h100.weightBytes - h100.workspaceBytes;
    expect(textsThatFit(h100)).toBe(Math.floor((0.9 * free) / h100.cacheBytes(1280)));
    expect(serveTogether(h100, textsThatFit(h100) + 1)).toBeUndefined();
  });

  test("a round of all texts takes their prompts and their steps, nothing else", () => {
    const point = serveTogether(h100, 256)!;
    // One prompt for each step: 256 texts of 256 tokens.
    const own = h100.step(256)!.seconds.value + h100.prompts(1)!.seconds.value;
    expect(point.tokenSeconds.value).toBeCloseTo(own, 9);
    expect(point.tokensPerSecond.value * point.tokenSeconds.value).toBeCloseTo(256, 6);
  });

  test("more texts serve more tokens, and let each wait longer", () => {
    const points = [1, 4, 16, 64, 256].map((texts) => serveTogether(h100, texts)!);
    for (const [index, point] of points.slice(1).entries()) {
      const before = points[index]!;
      expect(point.tokensPerSecond.value).toBeGreaterThan(before.tokensPerSecond.value);
      expect(point.tokenSeconds.value).toBeGreaterThan(before.tokenSeconds.value);
      expect(point.firstTokenSeconds.value).toBeGreaterThan(before.firstTokenSeconds.value);
    }
    for (const { shareOfBound } of points) {
      expect(shareOfBound).toBeGreaterThan(0.1);
      expect(shareOfBound).toBeLessThanOrEqual(1);
    }
  });

  /**
   * TensorRT-LLM's performance overview, https://github.com/NVIDIA/TensorRT-LLM/blob/main/docs/source/performance/perf-overview.md:
   * Llama 3.1 8B in fp8 on one H100 of 80 GB gives 28,312 output tokens a second for prompts and answers of 128 tokens, at full load.
   */
  test("full load of short texts comes near TensorRT-LLM's own figure", () => {
    const short = phases("nvidia-h100-sxm/tensorrt-llm/fp8", 1, {
      inputTokens: 128,
      outputTokens: 128,
    });
    const { tokensPerSecond } = serveTogether(short, Math.min(2048, textsThatFit(short)))!;
    expect(tokensPerSecond.value / 28312).toBeGreaterThan(0.8);
    expect(tokensPerSecond.value / 28312).toBeLessThan(1.25);
    expect(tokensPerSecond.low).toBeLessThan(28312);
    expect(tokensPerSecond.high).toBeGreaterThan(28312);
  });
});

describe("apart", () => {
  const options = { linkBytesPerSecond: 50e9, limits: {}, mostGroups: 8 };

  test("steps wait for no prompt, and readers keep up with those that write", () => {
    const point = serveApart({ reading: h100, writing: h100 }, 256, options)!;
    expect(point.tokenSeconds.value).toBe(h100.step(256)!.seconds.value);
    const promptsPerSecond = point.tokensPerSecond.value / 256;
    const each = h100.prompts(8)!.seconds.value / 8;
    expect(point.readingShare).toBeCloseTo((promptsPerSecond * each) / point.readingGroups, 6);
    expect(point.readingShare).toBeLessThanOrEqual(0.95);
    expect(point.devices).toBe(point.readingGroups + point.writingGroups);
  });

  test("a prompt's cache moves over the link", () => {
    const point = serveApart({ reading: h100, writing: h100 }, 16, options)!;
    expect(point.transferSeconds).toBeCloseTo(h100.cacheBytes(1024) / 50e9, 9);
  });

  test("a tighter limit of the first token leaves the readers more room", () => {
    const loose = serveApart({ reading: h100, writing: h100 }, 256, options)!;
    const limits = { firstTokenSeconds: loose.firstTokenSeconds.value - 0.002 };
    const tight = serveApart({ reading: h100, writing: h100 }, 256, { ...options, limits })!;
    expect(tight.readingShare).toBeLessThan(loose.readingShare);
    expect(tight.firstTokenSeconds.value).toBeLessThanOrEqual(limits.firstTokenSeconds);
  });
});

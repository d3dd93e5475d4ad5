import { expect, test } from "vitest";
import { mapModel, type ModelMapping } from "../../../server/core/accelerator/map-model.js";
import { analyze } from "../../../server/core/analyze.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { readOpCall } from "../../../server/core/formats/op-call.js";
import { visiblePairs } from "../../../server/core/ops/visible-keys.js";
import { realCatalogue } from "../../kit/real-analysis.js";

const catalogue = await realCatalogue();

interface Attention {
  readonly queries: number;
  readonly keys: number;
  readonly isCausal?: boolean;
  readonly window?: number;
}

function mapAttention(id: string, asked: Attention): ModelMapping {
  const { queries, keys, isCausal = false, window = 0 } = asked;
  const target = catalogue.find(id);
  if (target?.accelerator === undefined) throw new Error(`no accelerator ${id}`);
  const cached = `bf16[1,4,${keys},64]`;
  const { value: model } = readOpCall(
    `Attention(q=bf16[1,4,${queries},64], k=${cached}, v=${cached}, causal=${isCausal}, window=${window})`,
  );
  if (model === undefined) throw new Error("no model");
  const bindings = { inputs: new Map(), dims: new Map() };
  const [analysed] = analyze(model, bindings, [target], neverCancelled).targets;
  return mapModel(target.accelerator, analysed?.lowered.kernels ?? []);
}

test("pairs that causality and windows leave, one by one", () => {
  for (const [queries, keys] of [
    [7, 7],
    [3, 11],
    [11, 3],
    [1, 9],
  ] as const)
    for (const window of [0, 1, 4, 20]) {
      let pairs = 0;
      for (let query = 0; query < queries; query++) {
        const seen = Math.max(1, Math.min(keys, keys - queries + query + 1));
        pairs += window === 0 ? seen : Math.min(seen, window);
      }
      if (keys >= queries) expect(visiblePairs(queries, keys, window, true)).toBe(pairs);
    }
});

test.each(["gemmini-16/mapper/int8", "gddr6-pim/mapper/bf16", "streaming-4096/mapper/int4"])(
  "on %s hidden scores take neither products nor softmax nor joules",
  (id) => {
    const whole = mapAttention(id, { queries: 2048, keys: 2048 });
    const causal = mapAttention(id, { queries: 2048, keys: 2048, isCausal: true });
    const windowed = mapAttention(id, { queries: 2048, keys: 2048, window: 256 });
    // 2048 × 2049 ÷ 2 pairs of 2048 × 2048; 256 × 257 ÷ 2 + 1792 × 256 with the window.
    expect(causal.macs / whole.macs).toBeCloseTo(2049 / 4096, 12);
    expect(windowed.macs / whole.macs).toBeCloseTo((256 * 257 * 0.5 + 1792 * 256) / 2048 ** 2, 12);
    expect(causal.cycles / whole.cycles).toBeGreaterThan(0.45);
    expect(causal.cycles / whole.cycles).toBeLessThan(0.7);
    expect(windowed.cycles / whole.cycles).toBeLessThan(0.2);
    expect(causal.joules).toBeLessThan(whole.joules);
    expect(windowed.joules).toBeLessThan(causal.joules);
    expect(windowed.utilization).toBeLessThanOrEqual(1);
  },
);

test("a step of decode reads the window's keys alone", () => {
  const id = "gemmini-16/mapper/int8";
  const all = mapAttention(id, { queries: 1, keys: 8192 });
  const windowed = mapAttention(id, { queries: 1, keys: 8192, window: 1024 });
  // Keys and values of 4 heads × 64, a byte each; queries and results beside them.
  const ends = 2 * 4 * 64;
  expect(all.dramBytes).toBeCloseTo(2 * 4 * 64 * 8192 + ends, 0);
  expect(windowed.dramBytes).toBeCloseTo(2 * 4 * 64 * 1024 + ends, 0);
});

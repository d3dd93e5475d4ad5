import { expect, test } from "vitest";
import { expertLoad, type Routing } from "../../../server/core/cost/calibrated/expert-load.js";
import { randomSource } from "../../../scripts/calibrate/train/matrix.js";

/** The heaviest device of many draws, as a benchmark makes them: loads of a power law, rounded to tokens. */
function simulated({ tokens, experts, localExperts, chosen, skew }: Routing) {
  const random = randomSource(7);
  const isSparse = tokens * chosen <= experts;
  const [low, high] = isSparse ? [0.01, 2] : [1, 0.8 * tokens];
  const power = 1 - skew;
  const draws = 400;
  let pairs = 0;
  let touched = 0;
  for (let draw = 0; draw < draws; draw++) {
    const loads = Array.from(
      { length: experts },
      () => ((high ** power - low ** power) * random() + low ** power) ** (1 / power),
    );
    const sum = loads.reduce((total, load) => total + load, 0);
    const devices = Array.from({ length: experts / localExperts }, (_, device) =>
      loads
        .slice(device * localExperts, (device + 1) * localExperts)
        .map((load) => Math.round(Math.min((load / sum) * tokens * chosen, tokens))),
    );
    const totals = devices.map((own) => own.reduce((total, load) => total + load, 0));
    const heaviest = totals.indexOf(Math.max(...totals));
    pairs += totals[heaviest]! / draws;
    touched += devices[heaviest]!.filter((load) => load > 0).length / draws;
  }
  return { pairs, touched };
}

test.each([
  [1024, 128, 16],
  [1024, 128, 4],
  [64, 256, 8],
  [16384, 512, 64],
  [8, 128, 16],
])(
  "of %d tokens and %d experts the device with the most of %d has about what draws give it",
  (tokens, experts, localExperts) => {
    for (const skew of [1.01, 1.2]) {
      const routing = { tokens, experts, localExperts, chosen: 8, skew };
      const load = expertLoad(routing);
      const drawn = simulated(routing);
      expect(load.pairs / drawn.pairs).toBeGreaterThan(0.8);
      expect(load.pairs / drawn.pairs).toBeLessThan(1.25);
      expect(load.touched / drawn.touched).toBeGreaterThan(0.75);
      expect(load.touched / drawn.touched).toBeLessThan(1.3);
    }
  },
);

test("tokens dealt out evenly fill whole blocks, and every exponent has an answer", () => {
  const even = { tokens: 1024, experts: 128, localExperts: 32, chosen: 8, skew: 0 };
  const load = expertLoad(even);
  expect(load).toMatchObject({ pairs: 2048, touched: 32 });
  expect(load.rowBlocks(64)).toBe(32);
  expect(load.rowBlocks(48)).toBe(64);
  for (const skew of [1, 2, 3]) {
    const skewed = expertLoad({ ...even, skew });
    expect(skewed.pairs).toBeGreaterThan(2048);
    expect(Number.isFinite(skewed.rowBlocks(16))).toBe(true);
  }
});

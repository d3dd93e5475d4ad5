import { expect, test } from "vitest";
import {
  attentionCascades,
  passesOver,
  scoreTraffic,
} from "../../../server/core/accelerator/cascade.js";

/** FuseMax (Nayak et al., MICRO 2024), sections III and IV: attention takes three passes, two, or one. */
test("attention's cascades need three, two and one pass over the keys", () => {
  const passes = ([1, 2, 3] as const).map((kind) => {
    const { cascade, keys } = attentionCascades[kind];
    return passesOver(cascade, keys);
  });
  expect(passes).toEqual([1, 2, 3]);
});

test("a reduction alone is one pass, its result combined with the fibre again a second", () => {
  const inputs = { A: ["k"], B: ["k"] };
  const sum = { makes: "Y", ranks: [], from: ["A", "B"], operation: "product" } as const;
  expect(passesOver({ inputs, einsums: [sum] }, "k")).toBe(1);
  // FuseMax, section III: Z = Y × A over k has to wait for Y.
  const again = { makes: "Z", ranks: [], from: ["Y", "A"], operation: "multiply" } as const;
  expect(passesOver({ inputs, einsums: [sum, again] }, "k")).toBe(2);
  // A product that does not touch the rank needs no pass of its own.
  const apart = { makes: "Z", ranks: ["m"], from: ["Y", "C"], operation: "multiply" } as const;
  const more = { inputs: { ...inputs, C: ["m"] }, einsums: [sum, apart] };
  expect(passesOver(more, "k")).toBe(1);
});

test("scores move only when a fibre of keys exceeds the buffer, and never with one pass", () => {
  const long = { fibreBytes: 1 << 20, allBytes: 1 << 24 };
  expect(scoreTraffic(3, long, 1 << 21)).toBe(0);
  expect(scoreTraffic(3, long, 1 << 19)).toBe(4 << 24);
  expect(scoreTraffic(2, long, 1 << 19)).toBe(2 << 24);
  expect(scoreTraffic(1, long, 16)).toBe(0);
});

import { expect, test } from "vitest";
import { hlsDesign } from "../../../server/core/hls/hls-design.js";
import { loadParts } from "../../../server/io/parts-files.js";
import { estimate } from "./kit.js";

const [family] = loadParts("server/data").value;

test("lines that take turns at the same operators share what these take of the design", () => {
  const loop = "for (int i = 0; i < 64; i++) a[i] = a[i] * 0.5 + 1.0;";
  const text = `void k(double a[64]) {\n  ${Array(6).fill(loop).join("\n  ")}\n}`;
  if (family === undefined) throw new Error("no parts");
  const part = { family, part: undefined, speedGrade: undefined };
  const { lines } = hlsDesign(estimate(text), "k.cpp", text, part, []);
  const shares = lines.map(({ share }) => share);
  expect(shares).toHaveLength(6);
  expect(new Set(shares.map((share) => share.toFixed(6))).size).toBe(1);
  const sum = shares.reduce((total, share) => total + share, 0);
  expect(sum).toBeGreaterThan(0.3);
  expect(sum).toBeLessThanOrEqual(1);
});

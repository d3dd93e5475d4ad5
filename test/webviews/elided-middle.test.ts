import fc from "fast-check";
import { expect, test } from "vitest";
import { elidedMiddle } from "../../webviews/src/kit/elided-middle.js";

test.each([
  ["model/conv2d/Conv2D", 30, "model/conv2d/Conv2D"],
  ["backbone/stage3/block11/attention/qkv/MatMul", 24, "backbone/stag…qkv/MatMul"],
  ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 10, "aa…aaaaaaa"],
])("%s in %i", (text, longest, expected) => expect(elidedMiddle(text, longest)).toBe(expected));

test("it is never longer than allowed, and starts and ends as the text does", () =>
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme" }),
      fc.integer({ min: 5, max: 80 }),
      (text, longest) => {
        const short = elidedMiddle(text, longest);
        expect(Array.from(short).length).toBeLessThanOrEqual(Math.max(longest, 1));
        const [start = "", end = ""] = short === text ? [text, text] : short.split("…");
        expect(text.startsWith(start) || text.includes("…")).toBe(true);
        expect(text.endsWith(end) || text.includes("…")).toBe(true);
      },
    ),
  ));

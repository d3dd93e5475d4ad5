import fc from "fast-check";
import { expect, test } from "vitest";
import { gathered, spread } from "../../server/engines/nextpnr/packed.js";

test("what is packed comes back byte for byte, whatever its length", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(gathered(spread(bytes))).toEqual(bytes);
    }),
  );
});

test("pointers that grow by equal steps become zeros", () => {
  const words = Uint32Array.from({ length: 64 }, (_, index) => 0xfffffff0 + 24 * index);
  const bytes = spread(new Uint8Array(words.buffer));
  // Of the first eight words the words themselves are left, of the others the one step.
  expect(bytes.slice(8, 64)).toEqual(new Uint8Array(56).fill(192));
  expect(bytes.slice(64 + 8, 128)).toEqual(new Uint8Array(56));
});

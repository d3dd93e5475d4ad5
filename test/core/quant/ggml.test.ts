import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { storedBytes } from "../../../server/core/quant/formats/number-format.js";
import { findBlockType, typeOfRow } from "../../../server/core/quant/ggml/block-types.js";
import { blockElements } from "../../../server/core/quant/ggml/block-elements.js";
import { quantizeRows } from "../../../server/core/quant/measure/quantize-rows.js";
import { bytesOf } from "../../../server/core/base/byte-source.js";
import { tensorTypes } from "../../../server/core/formats/gguf/tensor-types.js";
import { formats, scheme } from "./format-kit.js";
import { gaussian } from "./random-numbers.js";

interface Gold {
  readonly blocks?: string;
  readonly read?: string;
  readonly values: string;
}

const { types } = JSON.parse(
  readFileSync(path.join(import.meta.dirname, "../../fixtures/ggml/blocks.json"), "utf8"),
) as { types: Record<string, Gold> };

/** 64 super-blocks of tails of all kinds; zeros, one sign, one value, and a group of zeros among them. */
function numbers(): Float32Array {
  const x = new Float32Array(256 * 64);
  let state = 12345;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
  for (let index = 0; index < x.length; index++) {
    const [a, c] = [next(), next()];
    x[index] = (a - 0.5) * (c * c * c + 0.05) * (1 + ((index >> 8) % 7));
  }
  x.fill(0, 0, 256);
  for (let index = 256; index < 512; index++) x[index] = Math.abs(x[index]!);
  x.fill(0.375, 512, 768);
  x.fill(-0.375, 768, 1024);
  x.fill(0, 1024, 1056);
  return x;
}

const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const hashOfFloats = (values: Float32Array): string => hash(new Uint8Array(values.buffer));
const written = Object.entries(types).filter(([, { blocks }]) => blocks !== undefined);
const onlyRead = Object.entries(types).filter(([, { read }]) => read !== undefined);

test.each(written)("%s is packed and unpacked as ggml does, bit by bit", (id, gold) => {
  const type = findBlockType(id)!;
  const x = numbers();
  const count = x.length / type.elements;
  const bytes = new Uint8Array(count * type.bytes);
  const values = new Float32Array(x.length);
  for (let block = 0; block < count; block++) {
    const first = block * type.elements;
    type.encode?.(x.subarray(first, first + type.elements), bytes, block * type.bytes);
    type.decode(bytes, block * type.bytes, values, first);
  }
  expect(hash(bytes)).toBe(gold.blocks);
  // Minus zero is zero.
  expect(hashOfFloats(values.map((value) => value + 0))).toBe(gold.values);
});

test.each(onlyRead)("%s is unpacked as ggml does, in pieces that begin anywhere", (id, gold) => {
  const bytes = new Uint8Array(Buffer.from(gold.read!, "hex"));
  const elements = blockElements(bytesOf(bytes), 0, id)!;
  const values = new Float32Array(8 * 256);
  for (let first = 0; first < values.length; first += 300) {
    const length = Math.min(300, values.length - first);
    const piece = new Float32Array(length);
    elements.load(first, length, piece);
    values.set(piece, first);
  }
  expect(hashOfFloats(values.map((value) => value + 0))).toBe(gold.values);
});

test("blocks are as long as the header's table says, and formats take as many bytes", () => {
  for (const { name, blockElements: elements, blockBytes } of Object.values(tensorTypes)) {
    const type = findBlockType(name.toLowerCase());
    if (type !== undefined) expect(type).toMatchObject({ elements, bytes: blockBytes });
  }
  for (const [id, format] of formats)
    if (format.special.kind === "ggml") {
      const { elements, bytes } = findBlockType(id)!;
      expect(storedBytes(format, 3, 4 * elements)).toBe(12 * bytes);
      expect(scheme(id).bits).toBe((8 * bytes) / elements);
    }
});

test("rows that are no whole super-blocks take llama-quantize's other type, else 16 bits", () => {
  expect(typeOfRow("q4_k", 512)?.id).toBe("q4_k");
  expect(typeOfRow("q4_k", 96)?.id).toBe("q5_0");
  expect(typeOfRow("q2_k", 96)?.id).toBe("iq4_nl");
  expect(typeOfRow("q6_k", 96)?.id).toBe("q8_0");
  expect(typeOfRow("q6_k", 27)).toBeUndefined();
  expect(storedBytes(formats.get("q4_k")!, 2, 27)).toBe(2 * 27 * 2);
});

test("more bits lose less, and searched scales less than plain ones", () => {
  const x = gaussian(256 * 64, 9);
  const db = (id: string): number => {
    const rounded = quantizeRows(scheme(id), x, 256);
    const noise = x.reduce((sum, value, index) => sum + (value - rounded[index]!) ** 2, 0);
    return 10 * Math.log10(x.reduce((sum, value) => sum + value * value, 0) / noise);
  };
  const order = ["q2_k", "q3_k", "q4_0", "q4_k", "q5_k", "q6_k", "q8_0"].map(db);
  expect(order).toEqual([...order].sort((left, right) => left - right));
});

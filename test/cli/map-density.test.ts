import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import type { MappingView } from "../../server/core/views/mapping.js";
import { cli } from "../kit/cli.js";
import { modelOf, node, valueInfo } from "../kit/onnx-builder.js";

const folder = mkdtempSync(path.join(tmpdir(), "ridgepoint-density-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(name: string, content: string | Uint8Array): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

/** One of `every` elements is not zero, or one of them is. */
function weight(name: string, dims: readonly number[], every: number, isZero = false) {
  const length = dims.reduce((a, b) => a * b, 1);
  const elements = Float32Array.from({ length }, (_, index) =>
    (index % every === 0) === isZero ? 0 : 1 + index,
  );
  return { name, dims: [...dims], dataType: 1, rawData: new Uint8Array(elements.buffer) };
}

const transpose = { attribute: [{ name: "perm", type: 7, ints: [1, 0] }] };
const model = fileOf(
  "pruned.onnx",
  modelOf({
    name: "pruned",
    node: [
      node("p = MatMul(x, a)", { name: "quarter" }),
      node("t = Transpose(b)", transpose),
      node("q = MatMul(p, t)", { name: "half" }),
      node("r = MatMul(q, c)", { name: "dense" }),
      node("u = Transpose(r)", transpose),
      node("y = MatMul(u, r)", { name: "activations" }),
    ],
    initializer: [
      weight("a", [64, 32], 4),
      weight("b", [64, 32], 2),
      weight("c", [64, 16], 16, true),
    ],
    input: [valueInfo("x", [16, 64])],
    output: [valueInfo("y", [16, 16])],
  }),
);

function acceleratorOf(precision: unknown): string {
  const file = {
    ...{ id: "skips", clock: "1 GHz", node: 28, precisions: [precision] },
    engine: { rows: 4, columns: 4, dataflow: "output-stationary" },
    buffers: [{ name: "sram", size: "1 MiB" }],
  };
  return fileOf("skips.accelerator.json", JSON.stringify(file));
}

async function mapped(file: string, precision: unknown) {
  const words = ["map", file, "--accelerator", acceleratorOf(precision)];
  const { status, out, err } = await cli([...words, "--json"]);
  expect(status).toBe(0);
  const { mapping } = JSON.parse(out) as { readonly mapping: MappingView };
  const layer = (name: string) => {
    const found = mapping.layers.find((one) => one.name.includes(name));
    if (found === undefined) throw new Error(`There is no layer ${name}.`);
    return found;
  };
  return { mapping, layer, err, words };
}

const counted = { weights: "int8", sparsity: { weights: "model", assumed: 0.5, indexBits: 4 } };

test("each layer's own zeros decide its bytes, its time and its energy", async () => {
  const dense = await mapped(model, "int8");
  const sparse = await mapped(model, counted);
  expect(sparse.mapping.targetId).toBe("skips/mapper/int8-counted");
  expect(sparse.mapping.complaints).toEqual([]);
  // Activations of a byte, and of each kept weight 8 bits and 4 of its place; with few zeros all are stored without places.
  const shares = { quarter: 1 / 4, half: 1 / 2, dense: 15 / 16 };
  const bytes = {
    quarter: 16 * 64 + (64 * 32 * (1 / 4) * 12) / 8 + 16 * 32,
    half: 16 * 32 + (32 * 64 * (1 / 2) * 12) / 8 + 16 * 64,
    dense: 16 * 64 + 64 * 16 + 16 * 16,
  };
  for (const name of ["quarter", "half", "dense"] as const) {
    const [before, after] = [dense.layer(name), sparse.layer(name)];
    expect(before.weightDensity).toBeNull();
    expect(after.weightDensity).toBe(shares[name]);
    expect(after.leastDramBytes).toBe(bytes[name]);
    expect(after.dramBytes).toBe(bytes[name]);
    expect(Math.abs(after.computeCycles - before.computeCycles * shares[name])).toBeLessThan(1);
    expect(after.energy.multipliers / before.energy.multipliers).toBeCloseTo(shares[name], 9);
    expect(after.utilization).toBeLessThanOrEqual(1);
  }
  const product = sparse.layer("activations");
  expect(product.weightDensity).toBeNull();
  expect(product.cycles).toBe(dense.layer("activations").cycles);
  expect(sparse.layer("quarter").reasons).toContain(
    "25 % of its weights are not zero, counted in the model's file.",
  );
  const { out } = await cli(sparse.words);
  expect(out).toMatch(/non-zero/);
});

test("a number in the file overrides what the model says", async () => {
  const { layer } = await mapped(model, { weights: "int8", sparsity: { weights: 0.5 } });
  const own = await mapped(model, counted);
  expect(layer("quarter").weightDensity).toBeNull();
  expect(layer("quarter").cycles).toBeGreaterThan(own.layer("quarter").cycles);
  expect(layer("half").cycles).toBe(own.layer("half").cycles);
});

test("without readable weights the stated share counts, and the output says so", async () => {
  const text = fileOf(
    "far.onnxtxt",
    `<ir_version: 10, opset_import: ["": 21]>
far (float[16, 64] x) => (float[16, 32] y) <float[64, 32] a = ["location": "gone.bin", "offset": "0", "length": "8192"]> {
  y = MatMul(x, a)
}`,
  );
  const { mapping, err } = await mapped(text, counted);
  const said =
    "The weights of 1 of 1 layers cannot be read: the share that the file states, 50 % non-zero, counts for them.";
  expect(mapping.complaints).toEqual([said]);
  expect(err).toContain(said);
  expect(mapping.layers[0]?.leastDramBytes).toBe(16 * 64 + (64 * 32 * 0.5 * 12) / 8 + 16 * 32);
});

test("`assumed` alone means nothing", async () => {
  const file = acceleratorOf({ weights: "int8", sparsity: { weights: 0.5, assumed: 0.5 } });
  const { status, err } = await cli(["map", model, "--accelerator", file]);
  expect(status).toBe(1);
  expect(err).toContain("assumed");
});

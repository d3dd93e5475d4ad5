import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { bytesOf } from "../../server/core/base/byte-source.js";
import { neverCancelled } from "../../server/core/base/cancel.js";
import { findBlockType } from "../../server/core/quant/ggml/block-types.js";
import { readGguf } from "../../server/core/quant/tensors/gguf.js";
import { readPytorch } from "../../server/core/quant/tensors/pytorch.js";
import { readSafetensors } from "../../server/core/quant/tensors/safetensors.js";
import { quantifyTensors } from "../../server/io/quant/quantify-tensors.js";
import { readTensorFile } from "../../server/io/quant/tensor-files.js";
import { scheme } from "../core/quant/format-kit.js";
import { gaussian } from "../core/quant/random-numbers.js";

const folder = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-tensors-"));

function safetensors(
  entries: Readonly<Record<string, { dtype: string; shape: number[]; data_offsets: number[] }>>,
  data: Uint8Array,
): Uint8Array {
  const header = Buffer.from(JSON.stringify(entries));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return new Uint8Array(Buffer.concat([length, header, data]));
}

const x = gaussian(64 * 32, 4);
const bytes = new Uint8Array(x.buffer);
const good = safetensors(
  { "a.weight": { dtype: "F32", shape: [64, 32], data_offsets: [0, 8192] } },
  bytes,
);

test("tensors of one file and of its pieces are measured alike", async () => {
  writeFileSync(path.join(folder, "whole.safetensors"), good);
  writeFileSync(
    path.join(folder, "model.safetensors.index.json"),
    JSON.stringify({ weight_map: { "a.weight": "whole.safetensors", b: "../gone.safetensors" } }),
  );
  const measure = async (name: string) =>
    quantifyTensors({
      file: path.join(folder, name),
      schemes: [scheme("int8"), scheme("nf4")],
      cancel: neverCancelled,
    });
  const whole = await measure("whole.safetensors");
  const pieces = await measure("model.safetensors.index.json");
  expect(whole.problems).toEqual([]);
  expect(whole.result.layers[0]?.weightNames).toEqual(["a.weight"]);
  expect(whole.result.layers[0]?.schemes[0]?.sqnrDb).toBeGreaterThan(38);
  expect(pieces.result.layers[0]?.schemes).toEqual(whole.result.layers[0]?.schemes);
  expect(pieces.problems.map(({ code }) => code)).toEqual(["RP2323"]);
});

test.each([
  [
    "outside",
    { a: { dtype: "F32", shape: [64, 64], data_offsets: [0, 16384] } },
    /outside the file/,
  ],
  [
    "wrong size",
    { a: { dtype: "F32", shape: [64, 31], data_offsets: [0, 8192] } },
    /not what its shape says/,
  ],
  [
    "overlap",
    {
      a: { dtype: "F32", shape: [32, 32], data_offsets: [0, 4096] },
      b: { dtype: "F32", shape: [32, 32], data_offsets: [2048, 6144] },
    },
    /overlaps/,
  ],
])("safetensors that lie are told: %s", (_, entries, sentence) => {
  const { problems } = readSafetensors(bytesOf(safetensors(entries, bytes)));
  expect(problems.map(({ message }) => message).join()).toMatch(sentence);
});

test("any truncation ends in problems", () => {
  for (let length = 0; length < good.length; length += 97)
    expect(readSafetensors(bytesOf(good.subarray(0, length))).problems.length).toBeGreaterThan(0);
});

test("NaN and infinities are counted, scalars and empty tensors left out", async () => {
  const odd = x.slice();
  odd[3] = NaN;
  odd[9] = Infinity;
  const file = path.join(folder, "odd.safetensors");
  writeFileSync(
    file,
    safetensors(
      {
        w: { dtype: "F32", shape: [64, 32], data_offsets: [0, 8192] },
        scalar: { dtype: "F32", shape: [], data_offsets: [8192, 8196] },
        empty: { dtype: "F32", shape: [0, 4], data_offsets: [8196, 8196] },
      },
      new Uint8Array(Buffer.concat([Buffer.from(odd.buffer), Buffer.alloc(4)])),
    ),
  );
  const { result } = await quantifyTensors({
    file,
    schemes: [scheme("int8")],
    cancel: neverCancelled,
  });
  expect(result.layers).toHaveLength(1);
  expect(result.layers[0]?.excludedCount).toBe(2);
  expect(Number.isFinite(result.layers[0]?.schemes[0]?.sqnrDb)).toBe(true);
});

/** GGUF version 3 with one text of metadata and one tensor. */
function gguf(type: number): Uint8Array {
  const u32 = (value: number): Buffer => {
    const out = Buffer.alloc(4);
    out.writeUInt32LE(value);
    return out;
  };
  const u64 = (value: number): Buffer => {
    const out = Buffer.alloc(8);
    out.writeBigUInt64LE(BigInt(value));
    return out;
  };
  const text = (value: string): Buffer => Buffer.concat([u64(value.length), Buffer.from(value)]);
  const head = Buffer.concat([
    Buffer.from("GGUF"),
    u32(3),
    u64(1),
    u64(1),
    text("general.name"),
    u32(8),
    text("tiny"),
    text("blk.0.attn_q.weight"),
    u32(2),
    u64(32),
    u64(64),
    u32(type),
    u64(0),
  ]);
  const padding = Buffer.alloc((32 - (head.length % 32)) % 32);
  return new Uint8Array(Buffer.concat([head, padding, Buffer.from(bytes)]));
}

test("GGUF's tensors are listed with rows first, those of unknown blocks counted", () => {
  const { tensors, problems } = readGguf(bytesOf(gguf(0)));
  expect(problems).toEqual([]);
  expect(tensors[0]).toMatchObject({
    name: "blk.0.attn_q.weight",
    shape: [64, 32],
    elementType: "float32",
  });
  expect(readGguf(bytesOf(gguf(2))).tensors[0]).toMatchObject({ blocks: "q4_0", shape: [64, 32] });
  // Rows of 32 are no super-blocks of 256.
  expect(readGguf(bytesOf(gguf(12))).problems[0]?.message).toContain("no whole blocks of q4_k");
  const [unread] = readGguf(bytesOf(gguf(16))).problems;
  expect(unread).toMatchObject({
    code: "RP2322",
    message: expect.stringContaining("1 of 1 tensors are stored as IQ2_XXS") as string,
  });
  const whole = gguf(0);
  for (let length = 0; length < whole.length; length += 61)
    expect(readGguf(bytesOf(whole.subarray(0, length))).problems.length).toBeGreaterThan(0);
});

test("a tensor in blocks is measured by its real numbers, and exact in its own type", async () => {
  const type = findBlockType("q4_0")!;
  const file = new Uint8Array(gguf(2));
  const start = file.length - bytes.length;
  file.fill(0, start);
  for (let block = 0; block < 64; block++)
    type.encode?.(x.subarray(32 * block, 32 * block + 32), file, start + block * type.bytes);
  const place = path.join(folder, "blocks.gguf");
  writeFileSync(place, file);
  const schemes = ["q4_0", "q8_0", "int4"].map((id) => scheme(id));
  const { result } = await quantifyTensors({ file: place, schemes, cancel: neverCancelled });
  const [own, wide, narrow] = result.layers[0]!.schemes;
  expect(own).toMatchObject({ sqnrDb: Infinity, bytes: 64 * 18 });
  expect(wide?.sqnrDb).toBeGreaterThan(40);
  expect(narrow?.sqnrDb).toBeLessThan(wide!.sqnrDb!);
  // What the file holds is what it was rounded to.
  expect(result.layers[0]!.high).toBeLessThanOrEqual(
    1.2 * x.reduce((most, one) => Math.max(most, one), 0),
  );
});

test("PyTorch's own archives are read, and a pickle with code in it is refused unexecuted", () => {
  const made = path.join(folder, "state.pt");
  const evil = path.join(folder, "evil.pt");
  const mark = path.join(folder, "executed");
  execFileSync("/usr/bin/python3", [
    "-c",
    `
import torch, collections, sys
torch.manual_seed(0)
state = collections.OrderedDict(w=torch.randn(8, 4), half=torch.randn(4, 4).half(), t=torch.randn(4, 8).t())
torch.save({"state_dict": state, "epoch": 3}, sys.argv[1])
class Evil:
    def __reduce__(self):
        return (open, (sys.argv[3], "w"))
torch.save({"w": torch.randn(2, 2), "x": Evil()}, sys.argv[2])
`,
    made,
    evil,
    mark,
  ]);
  const { tensors, problems } = readTensorFile(made);
  expect(tensors.map(({ name, shape, elementType }) => [name, shape, elementType])).toEqual([
    ["state_dict.w", [8, 4], "float32"],
    ["state_dict.half", [4, 4], "float16"],
  ]);
  expect(problems.map(({ message }) => message)).toEqual([
    "Tensor `state_dict.t` does not lie in one piece; it is left out.",
  ]);
  const refused = readTensorFile(evil);
  expect(refused.tensors).toEqual([]);
  expect(refused.problems[0]?.message).toMatch(/refused.*Nothing of it was executed/);
  expect(readPytorch(bytesOf(new Uint8Array(100))).problems[0]?.code).toBe("RP2324");
}, 60_000);

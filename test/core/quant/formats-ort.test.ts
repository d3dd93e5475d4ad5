import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { decode, encode } from "../../../server/core/quant/formats/codes.js";
import { roundToGrid } from "../../../server/core/quant/formats/round.js";
import type { Grid } from "../../../server/core/quant/formats/grid.js";
import {
  bytesField,
  concat,
  encodeNode,
  intField,
  modelAround,
  proto,
  valueInfo,
} from "../../kit/onnx-builder.js";
import { scheme } from "./format-kit.js";
import { gaussian, random } from "./random-numbers.js";

// ONNX Runtime's casts are the independent reference. Type numbers: onnx.proto, TensorProto.DataType.
const types = {
  "fp8-e4m3": 17,
  "fp8-e4m3fnuz": 18,
  "fp8-e5m2": 19,
  "fp8-e5m2fnuz": 20,
  fp16: 10,
  bf16: 16,
} as const;

/** One node between a float32 input and a float32 output, with constants of any type. */
async function session(
  nodes: readonly Uint8Array[],
  tensors: readonly Uint8Array[] = [],
  shape: readonly number[] = [1],
): Promise<InferenceSession> {
  const graph = concat(
    ...nodes.map((node) => bytesField(1, node)),
    bytesField(2, "graph"),
    ...tensors.map((tensor) => bytesField(5, tensor)),
    bytesField(11, Uint8Array.from(proto.ValueInfoProto.encode(valueInfo("x", shape)).finish())),
    bytesField(12, Uint8Array.from(proto.ValueInfoProto.encode(valueInfo("y", shape)).finish())),
  );
  return InferenceSession.create(modelAround(graph), { logSeverityLevel: 3 });
}

const cast = (from: string, into: string, to: number): Uint8Array =>
  encodeNode({
    opType: "Cast",
    input: [from],
    output: [into],
    attribute: [{ name: "to", type: proto.AttributeProto.AttributeType.INT, i: to }],
  });

async function run(made: InferenceSession, x: Float32Array): Promise<Float32Array> {
  const { y } = await made.run({ x: new Tensor("float32", x, [x.length]) });
  return y?.data as Float32Array;
}

/** Every magnitude that the format has and many between: whole binades, halves of steps, the ends and beyond. */
function probes(grid: Grid, count: number): Float32Array {
  const next = random(7);
  const values = gaussian(count, 11);
  for (let index = 0; index < count; index++)
    values[index] = (values[index] ?? 0) * 2 ** Math.floor(next() * 44 - 24);
  for (let code = 0; code < 256; code++) {
    const value = decode(grid, code);
    if (!Number.isFinite(value)) continue;
    const step = Math.abs(value) * 2 ** -4;
    for (const [place, probe] of [value, value + step, value - step / 2, value * 1.03125].entries())
      values[code * 4 + place] = probe;
  }
  return values;
}

test.each(Object.entries(types))(
  "%s rounds a million numbers as ONNX Runtime casts them",
  async (id, to) => {
    const { grid } = scheme(id).format;
    const x = probes(grid, 1_000_000);
    const made = await session([cast("x", "q", to), cast("q", "y", 1)], [], [x.length]);
    const theirs = await run(made, x);
    let differing = 0;
    for (let index = 0; index < x.length; index++) {
      const ours = Math.fround(roundToGrid(grid, x[index] ?? 0));
      const expected = theirs[index] ?? 0;
      // Casts to 16 bits do not saturate: what is beyond becomes infinite there and the largest number here.
      const isBeyond = !Number.isFinite(expected) && to <= 16;
      if (!isBeyond && ours !== expected) differing += 1;
    }
    expect(differing).toBe(0);
  },
);

test.each(["fp8-e4m3", "fp8-e4m3fnuz", "fp8-e5m2", "fp8-e5m2fnuz"] as const)(
  "every code of %s is the number that ONNX Runtime reads, and is written back",
  async (id) => {
    const { grid } = scheme(id).format;
    const codes = Uint8Array.from({ length: 256 }, (_, code) => code);
    const tensor = concat(
      intField(1, 256),
      intField(2, types[id]),
      bytesField(8, "w"),
      bytesField(9, codes),
    );
    const zero = encodeNode({ opType: "Add", input: ["w32", "x"], output: ["y"] });
    const made = await session([cast("w", "w32", 1), zero], [tensor], [256]);
    const theirs = await run(made, new Float32Array(256).fill(-0));
    for (const code of codes) {
      const value = decode(grid, code);
      expect(
        Object.is(value, theirs[code] === undefined ? NaN : theirs[code]) ||
          (value === 0 && theirs[code] === 0),
      ).toBe(true);
      if (Number.isFinite(value)) expect(encode(grid, value)).toBe(code);
    }
  },
);

test("int8 per tensor is QuantizeLinear, zero point included", async () => {
  for (const [id, zeroType] of [
    ["int8@tensor", 3],
    ["uint8@tensor", 2],
  ] as const) {
    const x = gaussian(100_000, 3).map((value) => value + 0.3);
    const { quantizeRows, endsOf } =
      await import("../../../server/core/quant/measure/quantize-rows.js");
    const { affineOf, scaleOf } = await import("../../../server/core/quant/formats/scales.js");
    const { format } = scheme(id);
    const { tensor } = endsOf(scheme(id), x, x.length);
    const found = format.isAffine
      ? affineOf(format, tensor.low, tensor.high, tensor)
      : { scale: scaleOf(format, Math.max(-tensor.low, tensor.high), tensor), zero: 0 };
    const scale = concat(
      intField(2, 1),
      bytesField(8, "s"),
      bytesField(9, new Uint8Array(Float32Array.of(found.scale).buffer)),
    );
    const zero = concat(
      intField(2, zeroType),
      bytesField(8, "z"),
      bytesField(9, Uint8Array.of(found.zero)),
    );
    const made = await session(
      [
        encodeNode({ opType: "QuantizeLinear", input: ["x", "s", "z"], output: ["q"] }),
        encodeNode({ opType: "DequantizeLinear", input: ["q", "s", "z"], output: ["y"] }),
      ],
      [scale, zero],
      [x.length],
    );
    const theirs = await run(made, x);
    const ours = quantizeRows(scheme(id), x, x.length);
    let differing = 0;
    // QuantizeLinear of int8 uses −128 too, which the symmetric grid leaves out; no value here needs it.
    for (let index = 0; index < x.length; index++)
      if (ours[index] !== theirs[index]) differing += 1;
    expect(differing).toBe(0);
  }
});

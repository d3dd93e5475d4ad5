import { expect, test } from "vitest";
import { bytesOf, type Neighbourhood } from "../../../server/core/base/byte-source.js";
import type { Weight } from "../../../server/core/graph/graph.js";
import {
  bytesField,
  concat,
  encodeTensor,
  intField,
  modelAround,
  proto,
} from "../../kit/onnx-builder.js";
import { problemLine, read } from "./onnx-kit.js";

const types = {
  ...proto.TensorProto.DataType,
  f8e4m3fn: 17,
  f8e4m3fnuz: 18,
  f8e5m2: 19,
  f8e5m2fnuz: 20,
  uint4: 21,
  int4: 22,
  f4e2m1: 23,
  f8e8m0: 24,
  uint2: 25,
  int2: 26,
};

/** Reads one initializer; answers with its contents, size and problems. */
function check(
  tensor: Uint8Array,
  neighbourhood?: Neighbourhood,
): { readonly weight: Weight | undefined; readonly problems: readonly string[] } {
  const bytes = modelAround(bytesField(5, concat(tensor, bytesField(8, "w"))));
  const { model, problems } = read(bytes, neighbourhood === undefined ? {} : { neighbourhood });
  const value = model?.graph.values.find(({ name }) => name === "w");
  if (value?.weight?.location !== undefined && value.weight.location.file === undefined) {
    const { offset, length } = value.weight.location;
    expect(offset + length).toBeLessThanOrEqual(bytes.length);
  }
  return { weight: value?.weight, problems: problems.map(problemLine) };
}

const raw = (dataType: number, dims: readonly number[], bytes: readonly number[]): Uint8Array =>
  concat(
    ...dims.map((dim) => intField(1, dim)),
    intField(2, dataType),
    bytesField(9, Uint8Array.from(bytes)),
  );
const numbersAs = (array: ArrayBufferView): readonly number[] => [
  ...new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
];

test.each([
  ["float32", types.FLOAT, numbersAs(Float32Array.of(1.5, -2)), [1.5, -2]],
  ["float64", types.DOUBLE, numbersAs(Float64Array.of(0.1, 1e300)), [0.1, 1e300]],
  ["float16", types.FLOAT16, [0x00, 0x3e, 0x01, 0x80], [1.5, -(2 ** -24)]],
  ["bfloat16", types.BFLOAT16, [0xc0, 0x3f, 0x80, 0xff], [1.5, -Infinity]],
  ["float8e4m3fn", types.f8e4m3fn, [0x7e, 0x01], [448, 2 ** -9]],
  ["float8e4m3fnuz", types.f8e4m3fnuz, [0x7f, 0x80], [240, NaN]],
  ["float8e5m2", types.f8e5m2, [0x7b, 0xfc], [57344, -Infinity]],
  ["float8e5m2fnuz", types.f8e5m2fnuz, [0x7f, 0x80], [57344, NaN]],
  ["float8e8m0", types.f8e8m0, [127, 0], [1, 2 ** -127]],
  ["float4e2m1", types.f4e2m1, [0xf2], [1, -6]],
  ["int64", types.INT64, numbersAs(BigInt64Array.of(-1n, 2n ** 40n)), [-1, 2 ** 40]],
  ["uint64", types.UINT64, numbersAs(BigUint64Array.of(7n, 2n ** 63n)), [7, 2 ** 63]],
  ["int32", types.INT32, numbersAs(Int32Array.of(-5, 5)), [-5, 5]],
  ["uint32", types.UINT32, numbersAs(Uint32Array.of(4e9, 1)), [4e9, 1]],
  ["int16", types.INT16, numbersAs(Int16Array.of(-300, 300)), [-300, 300]],
  ["uint16", types.UINT16, numbersAs(Uint16Array.of(65535, 0)), [65535, 0]],
  ["int8", types.INT8, [0x80, 0x7f], [-128, 127]],
  ["uint8", types.UINT8, [0x80, 0x7f], [128, 127]],
  ["bool", types.BOOL, [1, 0], [1, 0]],
  ["int4", types.int4, [0x7f], [-1, 7]],
  ["uint4", types.uint4, [0x7f], [15, 7]],
  ["int2", types.int2, [0b0111], [-1, 1]],
  ["uint2", types.uint2, [0b0111], [3, 1]],
] as const)("raw %s is decoded", (elementType, dataType, bytes, data) => {
  const { weight, problems } = check(raw(dataType, [2], bytes));
  expect(problems).toEqual([]);
  expect(weight).toMatchObject({ elementType, shape: [2], byteLength: bytes.length, data });
});

test.each([
  ["float32", { dataType: types.FLOAT, floatData: [1.5, -2] }, [1.5, -2]],
  ["float64", { dataType: types.DOUBLE, doubleData: [0.1, 2] }, [0.1, 2]],
  ["float16", { dataType: types.FLOAT16, int32Data: [0x3e00, 0x8001] }, [1.5, -(2 ** -24)]],
  ["bfloat16", { dataType: types.BFLOAT16, int32Data: [0x3fc0, 0] }, [1.5, 0]],
  ["int64", { dataType: types.INT64, int64Data: [-1, 2 ** 40] }, [-1, 2 ** 40]],
  ["uint64", { dataType: types.UINT64, uint64Data: [1, 9] }, [1, 9]],
  ["uint32", { dataType: types.UINT32, uint64Data: [4e9, 9] }, [4e9, 9]],
  ["int8", { dataType: types.INT8, int32Data: [-128, 127] }, [-128, 127]],
  ["bool", { dataType: types.BOOL, int32Data: [1, 0] }, [1, 0]],
  [
    "string",
    { dataType: types.STRING, stringData: [Buffer.from("é"), Buffer.from("b")] },
    ["é", "b"],
  ],
] as const)("%s in its typed field is decoded", (elementType, tensor, data) => {
  const fields = { ...tensor } as Record<string, unknown>;
  const { weight, problems } = check(encodeTensor({ dims: [2], ...fields }));
  expect(problems).toEqual([]);
  expect(weight).toMatchObject({ elementType, data });
});

test("types below a byte are packed in int32_data as in raw_data", () => {
  const packed = concat(
    intField(1, 3),
    intField(2, types.int4),
    intField(5, 0x7f),
    intField(5, 0x08),
  );
  expect(check(packed)).toMatchObject({
    problems: [],
    weight: { byteLength: 2, data: [-1, 7, -8] },
  });
});

test("contents are kept only when small: 1,024 integers, 64 floats or texts", () => {
  const data = (dataType: number, count: number, width: number): boolean =>
    check(raw(dataType, [count], new Array<number>(count * width).fill(0))).weight?.data !==
    undefined;
  expect([data(types.INT64, 1024, 8), data(types.INT64, 1025, 8)]).toEqual([true, false]);
  expect([data(types.FLOAT, 64, 4), data(types.FLOAT, 65, 4)]).toEqual([true, false]);
});

test("the place of large contents is given, with how they are encoded", () => {
  const floats = encodeTensor({
    dims: [1000],
    dataType: 1,
    floatData: new Array<number>(1000).fill(1),
  });
  expect(check(floats)).toMatchObject({ problems: [], weight: { location: { length: 4000 } } });
  const ints = encodeTensor({
    dims: [5000],
    dataType: 7,
    int64Data: new Array<number>(5000).fill(300),
  });
  expect(check(ints)).toMatchObject({
    problems: [],
    weight: { byteLength: 40000, location: { length: 10000, encoding: "varint" } },
  });
});

test.each([
  ["a negative extent", raw(1, [-2], []), "error RP1018 graph.initializer[0]"],
  [
    "an extent beyond any memory",
    raw(1, [2 ** 40, 2 ** 40], []),
    "error RP1018 graph.initializer[0]",
  ],
  ["a type that is none", raw(99, [1], [0]), "warning RP1019 graph.initializer[0]"],
  ["too few bytes", raw(1, [2], [0, 0, 0, 0]), "warning RP1020 graph.initializer[0]"],
  [
    "too few numbers",
    encodeTensor({ dims: [3], dataType: 7, int64Data: [1] }),
    "warning RP1020 graph.initializer[0]",
  ],
  ["no contents", encodeTensor({ dims: [3], dataType: 1 }), "information RP1021 model"],
] as const)("%s ends in a problem", (_, tensor, problem) => {
  expect(check(tensor).problems).toEqual([problem]);
});

test("an empty tensor needs no contents", () => {
  expect(check(encodeTensor({ dims: [0, 4], dataType: 1 }))).toMatchObject({
    problems: [],
    weight: { shape: [0, 4], byteLength: 0, data: [] },
  });
});

const external = (
  entries: Readonly<Record<string, string>>,
  dims = [2],
  dataType = 7,
): Uint8Array =>
  concat(
    ...dims.map((dim) => intField(1, dim)),
    intField(2, dataType),
    ...Object.entries(entries).map(([key, value]) =>
      bytesField(13, concat(bytesField(1, key), bytesField(2, value))),
    ),
    intField(14, 1),
  );

const beside: Neighbourhood = {
  find: (path) =>
    path.includes("..")
      ? { kind: "escapes" }
      : path === "w.bin"
        ? { kind: "file", size: 24 }
        : { kind: "missing" },
  open: () => bytesOf(Uint8Array.from(numbersAs(BigInt64Array.of(1n, 2n, 3n)))),
};

test("small external contents are read, and the place of all is given", () => {
  expect(check(external({ location: "w.bin", offset: "8", length: "16" }), beside)).toEqual({
    problems: [],
    weight: {
      elementType: "int64",
      shape: [2],
      byteLength: 16,
      location: { file: "w.bin", offset: 8, length: 16 },
      data: [2, 3],
    },
  });
});

test.each([
  ["missing", { location: "no.bin" }, "warning RP1022"],
  ["outside", { location: "../../etc/passwd" }, "error RP1023"],
  ["too short", { location: "w.bin", offset: "16" }, "warning RP1024"],
  ["nameless", { offset: "16" }, "warning RP1025"],
  ["at a negative offset", { location: "w.bin", offset: "-8" }, "warning RP1025"],
  ["at an offset beyond 2^53", { location: "w.bin", offset: "9999999999999999" }, "warning RP1025"],
  ["of another length", { location: "w.bin", length: "8" }, "warning RP1020"],
] as const)(
  "external contents %s end in a problem, and the shape is known",
  (_, entries, problem) => {
    const { weight, problems } = check(external(entries), beside);
    expect(problems).toEqual([`${problem} graph.initializer[0]`]);
    expect(weight?.shape).toEqual([2]);
    expect(weight?.data).toBeUndefined();
  },
);

test("a sparse initializer counts its values and indices", () => {
  const sparse = proto.SparseTensorProto.encode({
    dims: [100, 100],
    values: { name: "s", dims: [3], dataType: 1, floatData: [1, 2, 3] },
    indices: { dims: [3, 2], dataType: 7, int64Data: [0, 1, 2, 3, 4, 5] },
  }).finish();
  const { model, problems } = read(modelAround(bytesField(15, sparse)));
  expect(problems).toEqual([]);
  expect(model?.graph.values[0]).toMatchObject({
    name: "s",
    weight: { shape: [100, 100], sparseCount: 3, byteLength: 3 * 4 + 6 * 8 },
  });
});

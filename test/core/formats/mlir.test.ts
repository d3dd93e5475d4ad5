import { expect, test } from "vitest";
import { bytesOf, emptyNeighbourhood } from "../../../server/core/base/byte-source.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { format } from "../../../server/core/formats/mlir.js";
import { readSourceText } from "../../../server/core/formats/mlir/source-text.js";
import { chooseFormat } from "../../../server/io/read-model.js";
import { adviceOn } from "../../../server/io/other-formats.js";
import { analyseMlir, fixture, lines, lowered, read } from "./mlir-kit.js";

const bytes = (text: string) => bytesOf(new TextEncoder().encode(text));

test("a file is known by what it begins with", () => {
  for (const text of [
    "module {\n}",
    "// a comment\nmodule @net attributes {a = 1 : i64} {\n}",
    "#map = affine_map<(d0) -> (d0)>\nmodule {}",
    "func.func @main() {\n  return\n}",
    '"builtin.module"() ({\n}) : () -> ()',
    "util.global private @w : tensor<4xf32>",
  ])
    expect(chooseFormat(bytes(text), "model.txt")?.id, text).toBe("mlir");
  expect(chooseFormat(bytes("net (float[1] x) => (float[1] y) { y = Relu (x) }"), "m")?.id).toBe(
    "onnx-text",
  );
  expect(chooseFormat(bytes("import torch\n"), "m.py")).toBeUndefined();
  expect(adviceOn("a.unknown")).toContain("MLIR");
});

test("bytecode is told how to be printed", () => {
  const source = bytesOf(new Uint8Array([0x4d, 0x4c, 0xef, 0x52, 1, 2, 3]));
  expect(chooseFormat(source, "m.mlirbc")?.id).toBe("mlir");
  const context = {
    fileName: "m.mlirbc",
    neighbourhood: emptyNeighbourhood,
    cancel: neverCancelled,
  };
  const { value, problems } = format.read(source, context);
  expect(value).toBeUndefined();
  expect(problems[0]).toMatchObject({ code: "RP1080", severity: "error" });
  expect(problems[0]?.message).toContain("mlir-opt m.mlirbc");
});

test("blobs of weights are left out of the text, whichever page they lie on, and lines stay", () => {
  const digits = "0x" + "AB".repeat(5_000_000);
  const text = `module {\n  %0 = stablehlo.constant dense<"${digits}"> : tensor<1250000xf32>\n  %1 = stablehlo.constant dense<"0xABCD0000"> : tensor<f32>\n}\n`;
  const left = readSourceText(bytes(text), neverCancelled) ?? "";
  expect(left.length).toBeLessThan(300);
  expect(left.split("\n")).toHaveLength(text.split("\n").length);
  expect(left).toContain('dense<"0xABCD0000">');
  expect(left).toMatch(/dense<"0x(AB)+"> : tensor<1250000xf32>/);
  // A blob may begin anywhere around the end of a page.
  const page = 4 * 1024 * 1024;
  for (let shift = -4; shift <= 4; shift += 1) {
    const start = "x".repeat(page + shift - 1);
    const around = readSourceText(bytes(`${start}"0x${"0F".repeat(5000)}" end`), neverCancelled);
    expect(around, String(shift)).toBe(`${start}"0x${"0F".repeat(16)}" end`);
  }
});

test("operations stand where they stand in the text, and one that makes several nodes is one statement", () => {
  const text = fixture("residual-block.stablehlo.mlir");
  const { map, problems } = read(text);
  expect(problems.map(({ code }) => code)).toEqual(["RP1084"]);
  const [main, relu] = map.graphs;
  const at = (span: { start: number; end: number }): string => text.slice(span.start, span.end);
  expect(main && at(main.name)).toBe("@main");
  expect(relu && at(relu.name)).toBe("@relu");
  expect(main?.nodes.map(({ operator }) => at(operator))).toEqual([
    "stablehlo.convolution",
    "stablehlo.broadcast_in_dim",
    "stablehlo.add",
    "call",
    "stablehlo.convolution",
    "stablehlo.broadcast_in_dim",
    "stablehlo.add",
    "stablehlo.add",
    "call",
    "stablehlo.reduce",
    "stablehlo.dot_general",
    "stablehlo.add",
  ]);
  const [first] = main?.nodes ?? [];
  expect(first?.inputs.map(at)).toEqual(["%arg0", "%arg1"]);
  expect(first?.outputs.map(at)).toEqual(["%0"]);
});

test("weights that come as arguments are weights, by what the exporter says or by what is done with them", () => {
  const { model } = read(fixture("residual-block.stablehlo.mlir"));
  expect(model?.graph.inputs.map((id) => model.graph.values[id]?.name)).toEqual(["x"]);
  const marked =
    read(`func.func @main(%a: tensor<4x4xf32> {tt.argument_type = #tt.argument_type<input>},
      %b: tensor<4x4xf32> {tt.argument_type = #tt.argument_type<parameter>}) -> tensor<4x4xf32> {
    %0 = stablehlo.add %a, %b : tensor<4x4xf32>
    return %0 : tensor<4x4xf32>
  }`).model;
  expect(marked?.graph.inputs).toHaveLength(1);
  // Two activations are multiplied: neither is a weight.
  const both =
    read(`func.func @main(%a: tensor<2x4x4xf32>, %b: tensor<2x4x4xf32>) -> tensor<2x4x4xf32> {
    %0 = stablehlo.dot_general %a, %b, batching_dims = [0] x [0], contracting_dims = [2] x [1] : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
    return %0 : tensor<2x4x4xf32>
  }`).model;
  expect(both?.graph.inputs).toHaveLength(2);
});

test("open extents are symbols that --dim binds, the first of them the batch", () => {
  const text = `func.func @main(%x: tensor<?x?x64xf32>) -> tensor<?x?x32xf32> {
    %w = stablehlo.constant dense_resource<w> : tensor<64x32xf32>
    %0 = stablehlo.dot_general %x, %w, contracting_dims = [2] x [0] : (tensor<?x?x64xf32>, tensor<64x32xf32>) -> tensor<?x?x32xf32>
    return %0 : tensor<?x?x32xf32>
  }`;
  expect(analyseMlir(text, { dims: { batch: 2, x_dim1: 10 } }).totals.macs).toBe(2 * 10 * 64 * 32);
  expect(analyseMlir(text).problems.map(({ code }) => code)).toContain("RP1110");
});

test("what is not understood is named with its line and keeps its share", () => {
  const text = `func.func @main(%x: tensor<8xf32>) -> tensor<8xf32> {
  %0 = stablehlo.tanh %x : tensor<8xf32>
  %1 = "mystery.op"(%0) {a = 1 : i32} : (tensor<8xf32>) -> tensor<8xf32>
  return %1 : tensor<8xf32>
}`;
  const analysis = analyseMlir(text);
  expect(analysis.totals.uncostedCount).toBe(1);
  const told = analysis.problems.find(({ code }) => code === "RP1201");
  expect(told?.message).toBe("`mystery:op` is not known; 1 node of it has no cost.");
  expect(told?.place).toEqual({
    kind: "text",
    span: { start: text.indexOf("%1"), end: text.indexOf("\n  return") },
  });
});

test("a text without a function says what a model is", () => {
  expect(read("module {\n}").problems[0]).toMatchObject({ code: "RP1082", severity: "error" });
});

test("StableHLO: products, windows, selections and movement", () => {
  const f = "tensor<2x8xf32>";
  expect(
    lowered(
      `%0 = stablehlo.dot %a, %b : (${f}, tensor<8x4xf32>) -> tensor<2x4xf32>
       %1 = stablehlo.transpose %b, dims = [1, 0] : (tensor<8x4xf32>) -> tensor<4x8xf32>
       %2 = stablehlo.dot_general %a, %1, contracting_dims = [1] x [1] : (${f}, tensor<4x8xf32>) -> tensor<2x4xf32>
       %3 = stablehlo.compare GT, %0, %2, FLOAT : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xi1>
       %4 = stablehlo.select %3, %0, %2 : tensor<2x4xi1>, tensor<2x4xf32>
       %5 = stablehlo.slice %4 [0:1, 0:4:2] : (tensor<2x4xf32>) -> tensor<1x2xf32>
       %6 = stablehlo.concatenate %5, %5, dim = 0 : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<2x2xf32>
       %7 = stablehlo.convert %6 : (tensor<2x2xf32>) -> tensor<2x2xbf16>
       return %7 : tensor<2x2xbf16>`,
      `%a: ${f}, %b: tensor<8x4xf32>`,
    ),
  ).toMatchInlineSnapshot(`
    "MatMul -> float32[2,4] macs=64
    Transpose -> float32[4,8] macs=0
    Einsum -> float32[2,4] macs=64
    Greater -> bool[2,4] macs=0
    Where -> float32[2,4] macs=0
    Slice -> float32[1,2] macs=0
    Concat -> float32[2,2] macs=0
    Cast -> bfloat16[2,2] macs=0"
  `);
  const g = "tensor<1x112x112x64xf32>";
  expect(
    lowered(
      `%cst = stablehlo.constant dense<0xFF800000> : tensor<f32>
       %0 = "stablehlo.reduce_window"(%x, %cst) <{padding = dense<[[0, 0], [1, 1], [1, 1], [0, 0]]> : tensor<4x2xi64>, window_dimensions = array<i64: 1, 3, 3, 1>, window_strides = array<i64: 1, 2, 2, 1>}> ({
       ^bb0(%a: tensor<f32>, %b: tensor<f32>):
         %m = stablehlo.maximum %a, %b : tensor<f32>
         stablehlo.return %m : tensor<f32>
       }) : (${g}, tensor<f32>) -> tensor<1x56x56x64xf32>
       %1:2 = stablehlo.reduce(%0 init: %cst), (%0 init: %cst) across dimensions = [3] : (tensor<1x56x56x64xf32>, tensor<1x56x56x64xf32>, tensor<f32>, tensor<f32>) -> (tensor<1x56x56xf32>, tensor<1x56x56xi32>)
        reducer(%p: tensor<f32>, %q: tensor<f32>) (%r: tensor<f32>, %s: tensor<f32>)  {
         %2 = stablehlo.compare GT, %p, %q : (tensor<f32>, tensor<f32>) -> tensor<i1>
         stablehlo.return %p, %r : tensor<f32>, tensor<f32>
       }
       return %1#0, %1#1 : tensor<1x56x56xf32>, tensor<1x56x56xi32>`,
      `%x: ${g}`,
    ),
  ).toMatchInlineSnapshot(`
    "mlir:Window -> float32[1,56,56,64] macs=0
    ReduceMax -> float32[1,56,56] macs=0
    ArgMax -> int32[1,56,56] macs=0"
  `);
});

test("a loop whose counter is compared with a constant repeats as often as that says", () => {
  const state = "tensor<8x8xf32>";
  const text = `func.func @main(%x: ${state}) -> ${state} {
    %c = stablehlo.constant dense<0> : tensor<i32>
    %0:2 = stablehlo.while(%i = %c, %s = %x) : tensor<i32>, ${state}
    cond {
      %n = stablehlo.constant dense<10> : tensor<i32>
      %1 = stablehlo.compare LT, %i, %n, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
      stablehlo.return %1 : tensor<i1>
    } do {
      %one = stablehlo.constant dense<1> : tensor<i32>
      %2 = stablehlo.add %i, %one : tensor<i32>
      %3 = stablehlo.dot_general %s, %s, contracting_dims = [1] x [0] : (${state}, ${state}) -> ${state}
      stablehlo.return %2, %3 : tensor<i32>, ${state}
    }
    return %0#1 : ${state}
  }`;
  // Ten products of 8 × 8 × 8.
  expect(analyseMlir(text).totals.macs).toBe(5120);
});

test("linalg.generic is the operator that its maps and its body make it", () => {
  const t = "tensor<4x8xf32>";
  const generic = (maps: string, kinds: string, ins: string, outs: string, body: string): string =>
    `linalg.generic {indexing_maps = [${maps}], iterator_types = [${kinds}]} ins(${ins}) outs(${outs}) { ${body} }`;
  const id = "affine_map<(d0, d1) -> (d0, d1)>";
  const par = '"parallel", "parallel"';
  expect(
    lowered(
      `%e = tensor.empty() : ${t}
       %0 = ${generic(`${id}, affine_map<(d0, d1) -> (d1)>, ${id}`, par, `%a, %b : ${t}, tensor<8xf32>`, `%e : ${t}`, "^bb0(%i: f32, %j: f32, %o: f32): %s = arith.mulf %i, %j : f32\n linalg.yield %s : f32")} -> ${t}
       %e1 = tensor.empty() : tensor<8x4xf32>
       %1 = ${generic(`affine_map<(d0, d1) -> (d1, d0)>, ${id}`, par, `%0 : ${t}`, `%e1 : tensor<8x4xf32>`, "^bb0(%i: f32, %o: f32):\n linalg.yield %i : f32")} -> tensor<8x4xf32>
       %e2 = tensor.empty() : tensor<4x4xf32>
       %2 = ${generic("affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>", '"parallel", "parallel", "reduction"', `%0, %1 : ${t}, tensor<8x4xf32>`, "%e2 : tensor<4x4xf32>", "^bb0(%i: f32, %j: f32, %o: f32): %p = arith.mulf %i, %j : f32\n %q = arith.addf %o, %p : f32\n linalg.yield %q : f32")} -> tensor<4x4xf32>
       %3 = ${generic("affine_map<(d0, d1) -> (d0 * 2 + d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)>", '"parallel", "reduction"', "%x, %w : tensor<17xf32>, tensor<3xf32>", "%y : tensor<8xf32>", "^bb0(%i: f32, %j: f32, %o: f32): %p = arith.mulf %i, %j : f32\n %q = arith.addf %o, %p : f32\n linalg.yield %q : f32")} -> tensor<8xf32>
       return %2, %3 : tensor<4x4xf32>, tensor<8xf32>`,
      `%a: ${t}, %b: tensor<8xf32>, %x: tensor<17xf32>, %w: tensor<3xf32>, %y: tensor<8xf32>`,
    ),
  ).toMatchInlineSnapshot(`
    "Mul -> float32[4,8] macs=0
    Transpose -> float32[8,4] macs=0
    MatMul -> float32[4,4] macs=128
    mlir:Nest -> float32[8] macs=24"
  `);
});

test("a quantized type is what is stored", () => {
  expect(
    lowered(
      `%0 = stablehlo.uniform_quantize %x : (tensor<4xf32>) -> tensor<4x!quant.uniform<i8:f32, 0.1:3>>
       return %0 : tensor<4x!quant.uniform<i8:f32, 0.1:3>>`,
      "%x: tensor<4xf32>",
    ),
  ).toMatchInlineSnapshot(`"Cast -> int8[4] macs=0"`);
});

test("functions are costed once for each call", () => {
  const analysis = analyseMlir(fixture("residual-block.stablehlo.mlir"));
  expect(lines(analysis)).toMatchInlineSnapshot(`
    "Conv -> float32[1,64,56,56] macs=115605504
    Reshape -> float32[64,1,1] macs=0
    Add -> float32[1,64,56,56] macs=0
    Relu -> float32[1,64,56,56] macs=0
    Conv -> float32[1,64,56,56] macs=115605504
    Reshape -> float32[64,1,1] macs=0
    Add -> float32[1,64,56,56] macs=0
    Add -> float32[1,64,56,56] macs=0
    Relu -> float32[1,64,56,56] macs=0
    ReduceMean -> float32[1,64] macs=0
    MatMul -> float32[1,10] macs=640
    Add -> float32[1,10] macs=0"
  `);
});

test("a nest of loops over buffers is one kernel: trips × arithmetic, and each buffer's bytes once", () => {
  const product = `#map = affine_map<(d0) -> (d0)>
  func.func @main(%A: memref<64x32xf32>, %B: memref<32x16xf32>, %C: memref<64x16xf32>) {
    affine.for %i = 0 to 64 {
      affine.for %j = 0 to 16 {
        affine.for %k = 0 to 32 step 2 {
          %a = affine.load %A[%i, %k] : memref<64x32xf32>
          %b = affine.load %B[%k, %j] : memref<32x16xf32>
          %c = affine.load %C[%i, %j] : memref<64x16xf32>
          %p = arith.mulf %a, %b : f32
          %s = arith.addf %c, %p : f32
          affine.store %s, %C[%i, %j] : memref<64x16xf32>
        }
      }
    }
    affine.for %i = 0 to 64 {
      affine.for %j = 0 to #map(%i) {
        %c = affine.load %C[%i, %j] : memref<64x16xf32>
        %e = math.exp %c : f32
        affine.store %e, %C[%i, %j] : memref<64x16xf32>
      }
    }
    return
  }`;
  const analysis = analyseMlir(product);
  expect(analysis.problems).toEqual([]);
  const [first, second] = analysis.layers;
  // 64 × 16 × 16 iterations; A (half of its columns), B and C are read, C is written.
  expect(first).toMatchObject({
    macs: 16_384,
    readBytes: 4 * (64 * 32 + 32 * 16 + 64 * 16),
    writeBytes: 4096,
  });
  // Rows of 0 to 63 elements.
  expect(second).toMatchObject({ macs: 0, flops: (64 * 63) / 2 });
  const open = product.replace("0 to 64 {", "0 to %n {");
  expect(analyseMlir(open).totals.uncostedCount).toBe(1);
});

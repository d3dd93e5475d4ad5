import { expect, test } from "vitest";
import { emptyNeighbourhood } from "../../../server/core/base/byte-source.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { readEditedMlir } from "../../../server/core/formats/mlir/read-mlir.js";
import { analyseMlir, lowered, read } from "./mlir-kit.js";

/** Loops, jumps, buffers and single numbers: what stands between models and machines. */

const buffers = "%A: memref<8x8xi8>, %B: memref<8x8xi8>, %C: memref<8x8xi32>, %c: i1";
const nest = (body: string) =>
  analyseMlir(`func.func @f(${buffers}) {
    affine.for %i = 0 to 8 {
      affine.for %j = 0 to 8 {
        ${body}
      }
    }
    return
  }`);

test("products of integers count, addresses do not", () => {
  const { layers, problems } = nest(`
    %n = arith.muli %i, %i : index
    %m = arith.addi %n, %j : index
    %a = affine.load %A[%i, %j] : memref<8x8xi8>
    %x = arith.extsi %a : i8 to i32
    %p = arith.muli %x, %x : i32
    %s = arith.addi %p, %p : i32
    affine.store %s, %C[%i, %j] : memref<8x8xi32>`);
  expect(problems).toEqual([]);
  expect(layers[0]).toMatchObject({ macs: 64, flops: 128, readBytes: 64, writeBytes: 256 });
});

test("an operation on a vector computes all of its elements, and a multiply-add two of each", () => {
  const { layers } = nest(`
    %v = vector.transfer_read %A[%i, %j], %z : memref<8x8xi8>, vector<4xf32>
    %w = vector.fma %v, %v, %v : vector<4xf32>
    %x = arith.divf %w, %v : vector<4xf32>`);
  expect(layers[0]).toMatchObject({ macs: 64 * 4, flops: 64 * 4 * 3 });
});

test("loops under a condition count, and work that is not followed makes the nest unknown", () => {
  const loop = `affine.for %k = 0 to 10 step 4 {
    %x = affine.load %A[%i, %k] : memref<8x8xi8>
    %y = math.exp %x : f32
  }`;
  expect(nest(`affine.if #s(%i) { ${loop} }`).layers[0]).toMatchObject({ flops: 64 * 3 });
  for (const body of [
    "linalg.matmul ins(%A, %B : memref<8x8xi8>, memref<8x8xi8>) outs(%C : memref<8x8xi32>)",
    "func.call @g(%A, %i) : (memref<8x8xi8>, index) -> ()",
    "scf.while : () -> () { scf.condition(%c) } do { scf.yield }",
  ])
    expect(nest(body).totals.uncostedCount, body).toBe(1);
});

test("of several lower bounds the greatest counts, of upper ones the least", () => {
  const { layers } =
    nest(`affine.for %k = max affine_map<() -> (2, 5)>() to min affine_map<() -> (9, 7)>() {
    %x = affine.load %A[%i, %k] : memref<8x8xi8>
    %y = math.exp %x : f32
  }`);
  expect(layers[0]).toMatchObject({ flops: 64 * 2 });
});

test("a set of indices is passed over whole", () => {
  const { problems } = read(
    "#set = affine_set<(d0, d1) : (d0 - d1 >= 0, d0 == 0)>\nfunc.func @f(%a: tensor<4xf32>) -> tensor<4xf32> {\n  return %a : tensor<4xf32>\n}",
  );
  expect(problems).toEqual([]);
});

test("what writes to memory without a result is not known, and not nothing", () => {
  expect(
    lowered(
      `gpu.launch_func @k::@k blocks in (%n, %n, %n) threads in (%n, %n, %n) args(%A : memref<8x8xi8>)
       scf.if %c {
         linalg.matmul ins(%A, %B : memref<8x8xi8>, memref<8x8xi8>) outs(%C : memref<8x8xi32>)
       }
       memref.dealloc %A : memref<8x8xi8>
       return`,
      buffers,
    ),
  ).toMatchInlineSnapshot(`
    "gpu:launch_func -> ? macs=?
    scf:if -> ? macs=?
    RP1201 \`gpu:launch_func\` is not known; 1 node of it has no cost.
    RP1201 \`scf:if\` is not known; 1 node of it has no cost.
    RP1202 2 of 2 nodes (100 %) have no cost and are left out of the sums: \`gpu:launch_func\`, \`scf:if\`. \`gpu:launch_func\` has no rule, so nothing is known of its cost."
  `);
});

test("jumps are told, and cost what nobody knows", () => {
  const { problems, totals } =
    analyseMlir(`func.func @f(%a: tensor<4x4xf32>, %c: i1) -> tensor<4x4xf32> {
    cf.cond_br %c, ^bb1, ^bb2
  ^bb1:
    %0 = stablehlo.tanh %a : tensor<4x4xf32>
    cf.br ^bb3(%0 : tensor<4x4xf32>)
  ^bb2:
    cf.br ^bb3(%a : tensor<4x4xf32>)
  ^bb3(%r: tensor<4x4xf32>):
    return %r : tensor<4x4xf32>
  }`);
  expect(problems.map(({ code }) => code)).toContain("RP1086");
  expect(totals.uncostedCount).toBe(1);
});

test("a multiply-add of tensors is two operations of each element", () => {
  const { layers } = analyseMlir(`func.func @f(%a: tensor<4x4xf32>) -> tensor<4x4xf32> {
    %0 = math.fma %a, %a, %a : tensor<4x4xf32>
    return %0 : tensor<4x4xf32>
  }`);
  expect(layers[0]?.flops).toBe(32);
});

const product = (
  marks: string,
) => `func.func @main(%x: tensor<4x8xf32>, %w: tensor<8x8xf32>${marks}) -> tensor<4x8xf32> {
  %0 = stablehlo.dot %x, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}`;

test("what is taken for a weight is named, a guess is called one, and marks overrule it", () => {
  const guessed = analyseMlir(product(""));
  expect(guessed.totals.parameterCount).toBe(64);
  expect(guessed.problems.map(({ message }) => message)).toEqual([
    expect.stringMatching(/`%w`.*a guess/),
  ]);
  const marked = analyseMlir(product(" {ttcore.argument_type = #ttcore.argument_type<parameter>}"));
  expect(marked.totals.parameterCount).toBe(64);
  expect(marked.problems[0]?.message).toMatch(/as the exporter marks it\.$/);
  const data = analyseMlir(product(" {ttcore.argument_type = #ttcore.argument_type<input>}"));
  expect(data.totals.parameterCount).toBe(0);
  expect(data.problems).toEqual([]);
});

test("weights are found through many calls of many calls, and in circles", () => {
  const calls = Array.from({ length: 12 }, (_, index) =>
    [
      `func.func ${index === 0 ? "" : "private "}@f${index}(%x: tensor<4x8xf32>, %w: tensor<8x8xf32>) -> tensor<4x8xf32> {`,
      ...Array.from(
        { length: 50 },
        (__, at) =>
          `  %${at} = call @f${(index + 1) % 12}(%x, %w) : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>`,
      ),
      "  %p = stablehlo.dot %x, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>",
      "  return %p : tensor<4x8xf32>\n}",
    ].join("\n"),
  );
  expect(read(calls.join("\n")).model?.graph.inputs).toHaveLength(1);
});

test("a text that would hold up the editor is told and not read", () => {
  const context = { neighbourhood: emptyNeighbourhood, cancel: neverCancelled, fileName: "a.mlir" };
  const { model, problems } = readEditedMlir(" ".repeat(64 * 1024 * 1024 + 1), context);
  expect(model).toBeUndefined();
  expect(problems.map(({ code }) => code)).toEqual(["RP1080"]);
  expect(readEditedMlir(product(""), context).model).toBeDefined();
});

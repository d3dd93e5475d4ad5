import fc from "fast-check";
import { expect, test } from "vitest";
import { analyseMlir, fixture, read } from "./mlir-kit.js";

const fixtures = [
  "residual-block.stablehlo.mlir",
  "residual-block.generic.mlir",
  "residual-block.linalg.mlir",
  "residual-block.torch.mlir",
].map(fixture);

/** Reads and analyses anything; every place lies inside the text. */
function survive(text: string): void {
  const { model, problems } = read(text);
  if (model === undefined) expect(problems).not.toEqual([]);
  else analyseMlir(text);
  for (const { place } of problems)
    if (place?.kind === "text") {
      expect(place.span.start).toBeGreaterThanOrEqual(0);
      expect(place.span.end).toBeLessThanOrEqual(text.length);
    }
}

test("truncations never throw, and the end is told where it is missed", () => {
  for (const text of fixtures)
    for (let length = 0; length < text.length; length += 101) survive(text.slice(0, length));
  const [first = ""] = fixtures;
  const { problems } = read(first.slice(0, 1500));
  expect(problems.map(({ code }) => code)).toContain("RP1081");
});

test("texts with pieces taken out, doubled or replaced never throw", () => {
  const pieces = [
    "(",
    ")",
    "{",
    "}",
    "<",
    ">",
    "[",
    "]",
    '"',
    "%",
    "%0",
    "->",
    ":",
    "dense<",
    "^bb0(",
    "?x",
    "=",
    "//",
    "#map",
    "{-#",
  ];
  fc.assert(
    fc.property(
      fc.nat(fixtures.length - 1),
      fc.array(fc.tuple(fc.nat(6000), fc.nat(40), fc.constantFrom(...pieces)), {
        minLength: 1,
        maxLength: 6,
      }),
      (which, edits) => {
        let text = fixtures[which] ?? "";
        for (const [at, length, piece] of edits)
          text = text.slice(0, at) + piece + text.slice(at + (length % 12));
        survive(text);
      },
    ),
    { numRuns: 150 },
  );
});

test("bombs end in time and in problems", () => {
  const deep = 20_000;
  for (const text of [
    `module ${"{".repeat(deep)}`,
    `func.func @main(${"(".repeat(deep)}`,
    `%0 = stablehlo.add ${"[<(".repeat(deep)} : tensor<f32>`,
    `func.func @f(%a: ${"tuple<".repeat(deep)}) { return }`,
    `#map = affine_map<(d0) -> (${"(".repeat(deep)}d0)>`,
    `"a.b"() : ${"() -> (".repeat(deep)}`,
    `%0:99999999 = "a.b"() : () -> ()`,
    `func.func @main(%x: tensor<${"9".repeat(400)}xf32>) { return %x : tensor<f32> }`,
  ])
    survive(text);
  // A function that calls itself, and two that call one another.
  survive(`func.func @main(%x: tensor<f32>) -> tensor<f32> {
    %0 = call @main(%x) : (tensor<f32>) -> tensor<f32>
    %1 = call @a(%0) : (tensor<f32>) -> tensor<f32>
    return %1 : tensor<f32>
  }
  func.func private @a(%x: tensor<f32>) -> tensor<f32> {
    %0 = call @b(%x) : (tensor<f32>) -> tensor<f32>
    return %0 : tensor<f32>
  }
  func.func private @b(%x: tensor<f32>) -> tensor<f32> {
    %0 = call @a(%x) : (tensor<f32>) -> tensor<f32>
    return %0 : tensor<f32>
  }`);
});

test("random texts never throw", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) => survive(`func.func @main() {\n${text}`)),
    { numRuns: 150 },
  );
});

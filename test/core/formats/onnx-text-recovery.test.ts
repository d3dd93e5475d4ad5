import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emptyNeighbourhood } from "../../../server/core/base/byte-source.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { readText } from "../../../server/core/formats/onnx-text/read-text.js";

function read(text: string) {
  return readText(text, {
    fileName: "m.onnxtxt",
    neighbourhood: emptyNeighbourhood,
    cancel: neverCancelled,
  });
}

const header = `<ir_version: 10, opset_import: ["" : 21]>\n`;

/** What is left of a broken text: its operators, and its syntax errors as the line they stand in. */
function check(text: string): string {
  const { model, problems } = read(text);
  const errors = problems
    .filter(({ severity }) => severity === "error")
    .map(({ code, place }) => {
      const start = place?.kind === "text" ? place.span.start : 0;
      return `${code}@${text.slice(0, start).split("\n").length}`;
    });
  const ops = model?.graph.nodes.map((node) => node.op) ?? [];
  return [ops.join(" "), ...errors].join(" | ");
}

/** A model of one graph; line 3 is the first line between the braces. */
function inGraph(lines: string): string {
  return check(`${header}g (x) => (z) {\n${lines}\n}`);
}

describe("a syntax error costs the statement it stands in", () => {
  test.each([
    ["a closing parenthesis is missing", "y = A (x\nz = B (y)", "B | RP1054@4"],
    ["an opening parenthesis is missing", "y = A x)\nz = B (y)", "B | RP1054@3"],
    ["an operator is missing", "y = \nz = B (x)", "B | RP1054@4"],
    ["an equals sign is missing", "y A (x)\nz = B (y)", "B | RP1054@3"],
    ["an attribute has no value", "y = A <a 1> (x)\nz = B (y)", "B | RP1054@3"],
    ["a quote is missing", `y = A <a = "text> (x)\nz = B (y)`, "B | RP1055@3"],
    ["a character means nothing", "y = A (x) ;\nz = B (y)", "A B | RP1054@3"],
    ["half a statement at the end", "z = A (x)\ny = B (", "A | RP1054@5"],
    [
      "a body is broken inside",
      "z = If (x) < then_branch = t () => (b) {\n a = A (\n b = B (a)\n },\n else_branch = e () => (b) { b = C (x) } >\nw = D (z)",
      "If D | RP1054@5",
    ],
    [
      "an attribute behind a body is broken",
      "z = If (x) < then_branch = t () => (b) {\n b = B (x)\n}, else_branch = >\nw = D (z)",
      "If D",
    ],
  ])("%s", (_, lines, expected) => {
    const found = inGraph(lines).split(" | ");
    expect(found.sort()).toEqual(expected.split(" | ").sort());
  });

  test("what a broken node makes is there, and nobody complains that it is missing", () => {
    const { model } = read(`${header}g (x) => (z) {\n y = A <a = ?> (x)\n z = B (y)\n}`);
    expect(model!.graph.values.map((value) => value.name)).toContain("y");
  });

  test.each([
    ["an input has a broken type", "g (float[N x, float y) => (z) {\nz = A (y)\n}", "A | RP1054@2"],
    ["an arrow is missing", "g (float x) (z) {\nz = A (x)\n}", "A | RP1054@2"],
    ["a list is not closed", "g (float x => (float z) {\nz = A (x)\n}", "A | RP1054@2"],
    [
      "a weight is broken",
      "g (x) => (z)\n<float[2] a = {1; 2},\nfloat[2] b = {3, 4}>\n{\nz = A (b)\n}",
      "A | RP1054@3",
    ],
  ])("%s", (_, text, expected) => {
    expect(check(header + text)).toBe(expected);
  });

  test("a header with a wrong entry keeps the others", () => {
    const { model, problems } = read(
      `<ir_version: ten, opset_import: ["" : 21], color: [1, {2}], producer_name: "p"> g () => () {}`,
    );
    expect(problems.map(({ code }) => code)).toEqual(["RP1054", "RP1056"]);
    expect(model).toMatchObject({ producer: "p", irVersion: undefined });
    expect(model!.opsets.get("")).toBe(21);
  });

  test("a broken function costs only itself", () => {
    const { model, problems } = read(
      `${header}g () => () {}\n<domain: "l"> f ( => {\n y = A(x) }\n<domain: "l", opset_import: ["" : 1]> h (x) => (y) { y = B (x) }`,
    );
    expect(problems.map(({ code }) => code)).toContain("RP1054");
    expect(model!.functions.map(({ name }) => name)).toContain("h");
  });
});

describe("what is no model", () => {
  test.each(["", "  # nothing", "<", "<ir_version: 10>", "{", "}", "\0", "g", "🙂"])(
    "%j",
    (text) => {
      const { problems } = read(text);
      expect(problems.some(({ severity }) => severity === "error")).toBe(true);
    },
  );

  test("nesting beyond 64 graphs or types is refused", () => {
    const graphs = `z = If (x) < t = g () => (z) {\n`.repeat(2_000);
    expect(check(`${header}g (x) => (z) {\n${graphs}`)).toContain("RP1059@66");
    const { problems } = read(`${header}g (${"seq(".repeat(100_000)}float) => (z) {}`);
    expect(problems[0]!.code).toBe("RP1059");
  });
});

describe("errors take time in proportion to the text", () => {
  test.each([
    ["statements that are all broken", "y = A x\n"],
    ["quotes behind backslashes", '\\"'],
    ["commas", "a,\n"],
    ["opening braces", "{"],
    ["graphs that never close", "a = B <c = d () => () {\n"],
    ["labels", "[[\n"],
    ["types", "float[\n"],
  ])("%s", (_, piece) => {
    // Each of these took minutes when the way to the next statement was looked for without a limit.
    const { problems } = read(`${header}g () => () {\n${piece.repeat(60_000 / piece.length)}`);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.length).toBeLessThanOrEqual(600);
  });
});

const sample = `# Comment
<ir_version: 10, opset_import: ["" : 21, "local" : 1], metadata_props: ["k" : "v"]>
main (float[N,3] x, bool b, seq(float[?]) s) => (float[N] z)
<float[2] w = {1, 2.5}, int64[1] e = ["location": "w.bin", "offset": "8"], float[N,3] y>
{
    [label] y = Conv <kernel = [1, 2], mode = "a\\"b", alpha: float = 1> (x, w)
    z = If (b) <
        then_branch = t () => (float[N] a) { a = local.f <k = 1> (y, "") },
        else_branch = u () => (float[N] a) { a = Op <value = float[1] {1}, t = seq(float)> (y, e) }
    >
}
<domain: "local", opset_import: ["" : 21]>
f <k, m: int = 3> (p, q) => (r) { r = Add <k = @k> (p, q) }
`;

describe("properties", () => {
  test("the sample itself has no errors", () => {
    expect(read(sample).problems.map(({ code }) => code)).toEqual(["RP1064"]);
  });

  test("any truncation ends in problems", () => {
    for (let length = 0; length < sample.length - 1; length += 3) {
      const { problems } = read(sample.slice(0, length));
      const cutInFunctions = length >= sample.indexOf("}\n<domain") + 1;
      if (!cutInFunctions) expect(problems.some(({ severity }) => severity === "error")).toBe(true);
    }
  });

  test("any deletion, insertion or repetition is survived, and places lie in the text", () => {
    const position = fc.nat({ max: sample.length });
    const edit = fc.record({
      start: position,
      length: fc.nat({ max: 12 }),
      inserted: fc.oneof(
        fc.string({
          maxLength: 5,
          unit: fc.constantFrom(...Array.from('<>{}()[]=,:."#\\@?-1aN \n')),
        }),
        fc.string({ maxLength: 5, unit: "binary" }),
      ),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        let text = sample;
        for (const { start, length, inserted } of edits)
          text = text.slice(0, start) + inserted + text.slice(start + length);
        for (const { place } of read(text).problems)
          if (place?.kind === "text") {
            expect(place.span.start).toBeLessThanOrEqual(place.span.end);
            expect(place.span.end).toBeLessThanOrEqual(text.length);
          }
      }),
      { numRuns: 400 },
    );
  });

  test("random text is survived", () => {
    const token = fc.constantFrom(
      "<", ">", "{", "}", "(", ")", "[", "]", "=", "=>", ",", ":", ".", '"', "\\", "#", "@", "?", "-", "1", "2.5", "1e",
      "inf", "float", "seq", "undefined", "ir_version", "opset_import", "x", '"q"', "\n", "...",
    ); // prettier-ignore
    fc.assert(
      fc.property(fc.array(token, { maxLength: 80 }), fc.boolean(), (tokens, isInGraph) => {
        const text = tokens.join(" ");
        read(isInGraph ? `${header}g () => () { ${text}` : text);
      }),
      { numRuns: 400 },
    );
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Bindings } from "../../../../server/core/analysis.js";
import { inferModel, assemble } from "../../../../server/core/analyze.js";
import { emptyNeighbourhood } from "../../../../server/core/base/byte-source.js";
import { neverCancelled } from "../../../../server/core/base/cancel.js";
import { readText } from "../../../../server/core/formats/onnx-text/read-text.js";
import {
  secondsText,
  secondsWithInterval,
} from "../../../../server/core/views/text/estimate-text.js";
import { hintsOf, labelOf } from "../../../../server/core/views/text/hints.js";
import { hoverAt } from "../../../../server/core/views/text/hover.js";
import { lensAnchor } from "../../../../server/core/views/text/lens-anchor.js";
import { lensOf } from "../../../../server/core/views/text/lens.js";
import { codeSpan, plain } from "../../../../server/core/views/text/markdown.js";
import { mentionsAt } from "../../../../server/core/views/text/mentions.js";
import { outlineOf, type OutlineItem } from "../../../../server/core/views/text/outline.js";
import { indexText } from "../../../../server/core/views/text/text-index.js";
import {
  editBetween,
  moveBack,
  moveSpan,
  type TextState,
} from "../../../../server/core/views/text/text-state.js";

const bindings: Bindings = { inputs: new Map(), dims: new Map() };

/** The state of a text without targets: costs are unknown, everything else is there. */
function stateOf(text: string): TextState {
  const { model, map, problems } = readText(text, {
    fileName: "test.onnxtxt",
    neighbourhood: emptyNeighbourhood,
    cancel: neverCancelled,
  });
  if (model === undefined) return { text, map, model, problems, numbers: undefined };
  const analysis = assemble(inferModel(model, bindings, neverCancelled), []);
  const index = indexText(map, model, analysis.model);
  return { text, map, model, problems, numbers: { analysis, index, edit: undefined } };
}

const header = '<ir_version: 10, opset_import: ["" : 21, "local" : 1]>\n';
const withFunction = `${header}g (float[2,3] x) => (float[2,3] y)
{
  a = local.Twice (x)
  b = Relu (a)
  y = local.Twice (b)
}
<domain: "local", opset_import: ["" : 21]>
Twice (p) => (q)
{
  h = Neg (p)
  q = Add (h, h)
}
`;

const shapes = { latency: false, shape: true, memory: true };

const hintLines = (text: string, kinds = shapes): string[] =>
  hintsOf(stateOf(text), { start: 0, end: text.length }, kinds).map(
    ({ offset, label }) =>
      `${text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset).trim()} ⟦${label}⟧`,
  );

test("the hint of a statement that runs out of sight stands in front of it", () => {
  const name = "m/".repeat(100);
  const text = `<ir_version: 10, opset_import: ["" : 21]>
g (float[2,3] x) => (float[2,3] y) {
    t = Relu (x)
    ["${name}"] y = Relu (t)
}
`;
  const places = hintsOf(stateOf(text), { start: 0, end: text.length }, shapes).map(
    ({ offset, isBefore }) => ({ behind: text.slice(offset, offset + 4), isBefore }),
  );
  expect(places).toEqual([
    { behind: "\n   ", isBefore: undefined },
    { behind: '["m/', isBefore: true },
  ]);
});

test("a second measure without room stands in its short form", () => {
  const time = { text: "3 µs ~", more: "2.4 %", tooltip: "" };
  const risk = (text: string) => ({ text: `${text} · int8`, short: text, tooltip: "" });
  expect(labelOf([time], false)).toBe("3 µs ~ · 2.4 %");
  expect(labelOf([time, risk("low")], false)).toBe("3 µs ~ · low · int8");
  expect(labelOf([time, risk("medium")], false)).toBe("3 µs ~ · medium");
  expect(labelOf([time, risk("medium")], true)).toBe("was 3 µs ~ · medium");
  expect(labelOf([time, risk("unfathomable")], false)).toBe("3 µs ~");
});

describe("functions", () => {
  test("calls and the statements of the function both have hints", () => {
    expect(hintLines(withFunction)).toEqual([
      "a = local.Twice (x) ⟦2×3⟧",
      "b = Relu (a) ⟦2×3⟧",
      "y = local.Twice (b) ⟦2×3⟧",
      "h = Neg (p) ⟦2×3⟧",
      "q = Add (h, h) ⟦2×3⟧",
    ]);
  });

  test("a statement of a function knows its calls, a call the nodes behind it", () => {
    const { numbers } = stateOf(withFunction);
    expect(
      numbers?.index.statements.map(({ node, nodeIds }) => `${node.op} ${nodeIds.join(",")}`),
    ).toEqual(["Twice 0,1", "Relu 2", "Twice 3,4", "Neg 0,3", "Add 1,4"]);
  });

  test("names inside a function are its own", () => {
    const text = withFunction.replaceAll("h", "x");
    const { map } = stateOf(text);
    expect(mentionsAt(map, text.indexOf("x = Neg"))).toHaveLength(3);
    expect(mentionsAt(map, text.indexOf("x) =>"))).toHaveLength(2);
  });
});

describe("bodies", () => {
  const text = `${header}g (bool c, float[4] x) => (float[4] y)
{
  y = If (c) <
    then_branch = yes () => (float[4] t) { t = Relu (x) },
    else_branch = no () => (float[4] e) { e = Neg (x) }
  >
}
`;

  test("a tensor's mentions reach into the bodies that capture it", () => {
    const { map } = stateOf(text);
    expect(mentionsAt(map, text.indexOf("x) =>"))).toHaveLength(3);
  });

  test("the outline shows bodies under their node", () => {
    const lines = (items: readonly OutlineItem[], depth = 0): string[] =>
      items.flatMap((item) => [
        `${"  ".repeat(depth)}${item.kind} ${item.name}`,
        ...lines(item.children, depth + 1),
      ]);
    expect(lines(outlineOf(stateOf(text).map))).toEqual([
      "graph g",
      "  input c",
      "  input x",
      "  node y",
      "    graph then_branch",
      "      node t",
      "    graph else_branch",
      "      node e",
    ]);
  });

  test("a node of a body says where its cost stands", () => {
    expect(hoverAt(stateOf(text), text.indexOf("Relu"))?.markdown).toContain(
      "Its cost stands at the node that holds this body.",
    );
  });
});

test("weights are counted in the memory hint", () => {
  const text = `${header}g (float[2,3] x) => (y)
<float[3,4] w = {1,2,3,4,5,6,7,8,9,10,11,12}>
{
  y = MatMul (x, w)
}
`;
  // 3 · 4 elements of 4 bytes.
  expect(hintLines(text)).toEqual(["y = MatMul (x, w) ⟦2×4 · 48 B⟧"]);
});

test("a hint of a statement of several lines stands at the end of its first", () => {
  const text = `${header}g (float[2,3] x) => (y)\n{\n  y = Softmax <\n    axis = 1\n  > (x)\n}\n`;
  expect(hintLines(text)).toEqual(["y = Softmax < ⟦2×3⟧"]);
});

test("labels have at most 20 characters whatever the shape", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 1e6 }), { maxLength: 8 }), (dims) => {
      const text = `${header}g (float[${dims.join(",")}] x) => (y)\n{\n  y = Relu (x)\n}\n`;
      for (const line of hintLines(text)) expect(/⟦(.*)⟧/.exec(line)![1]!.length).toBeLessThan(21);
    }),
    { numRuns: 30 },
  );
});

test("the lens sums the graph up and says what is not known", () => {
  expect(lensOf(stateOf(withFunction)).title).toBe("5 nodes · 0 params · 0 MAC");
  expect(lensOf(stateOf("")).title).toBe("No totals: the text has errors");
});

describe("where the lens stands", () => {
  const at = (text: string): string => {
    const { start, end } = lensAnchor(text);
    return text.slice(start, end);
  };
  test.each([
    ["after the header", `${header}net (x) => (y) {}`, "net"],
    ["without a header", "net (x) => (y) {}", "net"],
    [
      "past comments and strings that look like brackets",
      '# <\n<a: ">" # >\n, b: <1>>\n# c\nnet (x)',
      "net",
    ],
    ["at the start of a header that never ends", "<ir_version: 10\nnet (x)", ""],
    ["in an empty text", "", ""],
  ])("%s", (_, text, name) => expect(at(text)).toBe(name));

  test("is inside any text", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("<", ">", '"', "\\", "#", "\n", "a", " ") }),
        (text) => {
          const { start, end } = lensAnchor(text);
          expect(0 <= start && start <= end && end <= text.length).toBe(true);
        },
      ),
    );
  });
});

describe("edits", () => {
  test("what an edit does not touch moves with its text", () => {
    const part = fc.string({ unit: fc.constantFrom("a", "b", "\n"), maxLength: 12 });
    fc.assert(
      fc.property(part, part, part, part, (before, removed, added, after) => {
        const oldText = before + removed + after;
        const newText = before + added + after;
        const edit = editBetween(oldText, newText);
        const isChanged = oldText !== newText;
        for (let start = 0; isChanged && start < oldText.length; start += 1) {
          const span = { start, end: Math.min(start + 2, oldText.length) };
          const moved = moveSpan(edit, span);
          if (moved === undefined) continue;
          expect(newText.slice(moved.start, moved.end)).toBe(oldText.slice(span.start, span.end));
          expect(moveBack(edit, moved.start)).toBe(span.start);
        }
      }),
    );
  });
});

describe("times", () => {
  test("an interval within ±25 % leaves three digits, a wider one two and a mark", () => {
    expect(secondsText({ value: 79.34e-6, low: 71e-6, high: 90e-6 })).toBe("79.3 µs");
    expect(secondsText({ value: 932e-6, low: 400e-6, high: 1.9e-3 })).toBe("930 µs ~");
  });

  test("the ends share the value's unit where they can", () => {
    expect(secondsWithInterval({ value: 79e-6, low: 71e-6, high: 90e-6 })).toBe("79 µs (71–90)");
    expect(secondsWithInterval({ value: 0.9e-3, low: 0.4e-3, high: 1.9e-3 })).toBe(
      "900 µs ~ (400 µs – 1.9 ms)",
    );
  });
});

describe("names as markdown", () => {
  test.each([
    ["plain", "`plain`"],
    ["back`tick", "`` back`tick ``"],
    ["two\nlines", "`two lines`"],
    ["", "` `"],
  ])("%j becomes %s", (name, markdown) => expect(codeSpan(name)).toBe(markdown));

  test("nothing in plain text is markup", () => {
    expect(plain("[a](command:b) <img> *c*")).toBe("\\[a\\]\\(command:b\\) \\<img\\> \\*c\\*");
  });
});

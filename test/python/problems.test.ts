import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { Place } from "../../server/core/base/text-span.js";
import { fixtures, trace } from "./python-kit.js";

/** Problems of a fixture, each with the text that it stands at. */
function check(name: string): readonly string[] {
  const program = trace({ file: path.join(fixtures, name) });
  return [...program.problems, ...(program.main?.problems ?? [])].map(
    ({ code, severity, message, place }) => `${code} ${severity} ${textAt(place)}: ${message}`,
  );
}

function textAt(place: Place | undefined): string {
  if (place?.kind !== "source") return "nowhere";
  const line = readFileSync(place.file, "utf8").split("\n")[place.line] ?? "";
  const end = place.endLine === place.line ? place.endCharacter : line.length;
  return `${path.basename(place.file)}:${place.line + 1} ${line.slice(place.character, end).trim()}`;
}

test("a shape that does not fit has torch's words, on the call", () => {
  expect(check("shape_error.py")).toEqual([
    "RP1102 error shape_error.py:12 self.fc(x.flatten(1)): mat1 and mat2 shapes cannot be multiplied (1x128 and 512x10).",
  ]);
});

test("the calls that led to an error are told", () => {
  const { main } = trace({ file: path.join(fixtures, "shape_error.py") });
  expect(main?.problems[0]?.related.map(({ message, source }) => [message, source.line])).toEqual([
    ["in forward", 14],
  ]);
});

test("a syntax error stands where Python sees it", () => {
  expect(check("syntax_error.py")).toEqual(["RP1501 error syntax_error.py:5 : expected ':'."]);
});

test("a branch on data, and the layer that it leaves out", () => {
  expect(check("data_dependent.py")).toEqual([
    "RP2210 information data_dependent.py:12 x.sum() > 0: This branch depends on tensor data: line 13 is counted. `# ridgepoint: branch=else` on this line turns it round.",
    "RP2211 warning data_dependent.py:9 nn.Linear(16, 16): `b` (Linear) is not used in this run; its 272 parameters are loaded all the same.",
  ]);
});

test("an import that is missing is told where the file asks for it, and stops nothing", () => {
  expect(check("lightning_like.py")).toEqual([
    "RP1510 information lightning_like.py:2 import pytorch_lightning_that_is_not_there as pl: `pytorch_lightning_that_is_not_there` is not found; a stand-in takes its place. Add the folder that has it to the Python path.",
  ]);
});

test("an expression whose module is missing", () => {
  const { problems } = trace({ entry: "nowhere.make()" });
  expect(problems.map(({ code, message }) => `${code} ${message}`)).toEqual([
    "RP1502 `nowhere.make()` names a module that cannot be imported: No module named 'nowhere'. Add its folder to the Python path.",
  ]);
});

test("an expression that makes no module", () => {
  const { main } = trace({ entry: "1 + 1" });
  expect(main?.problems.map(({ code, message }) => `${code} ${message}`)).toEqual([
    "RP1506 `1 + 1` gives no module but a int.",
  ]);
});

test("positions count UTF-16 units, whatever stands before them", () => {
  const { main } = trace({ file: path.join(fixtures, "zoo/model.py") });
  const nodes = main?.model?.graph.nodes ?? [];
  // The innermost call in the file asked for is where its line is; the frames behind it are kept.
  expect(textAt(nodes[0]?.place)).toBe("model.py:13 self.a(x)");
  const { frames = [], callFrames = [] } = main?.model?.trace?.sources ?? {};
  const inner = frames[callFrames[0]?.[0] ?? -1];
  expect(inner && textAt({ kind: "source", ...inner })).toBe("parts.py:12 self.conv(x)");
});

test("what data decides goes the likelier way, or as comments say", () => {
  // Where in the line a jump stands differs between versions of Python.
  const found = check("data_decisions.py").map((line) =>
    line.replace(/(\.py:\d+) .*?: (?=This|How|When)/, "$1: "),
  );
  expect(found).toEqual([
    "RP2210 information data_decisions.py:13: This branch depends on tensor data: line 14 is left out. `# ridgepoint: branch=then` on this line turns it round.",
    "RP2210 information data_decisions.py:15: This branch depends on tensor data: line 18 is counted, line 16 is not. `# ridgepoint: branch=then` on this line turns it round.",
    "RP2210 information data_decisions.py:19: This branch depends on tensor data: line 22 is counted, line 20 is not, as the comment says. `# ridgepoint: branch=then` on this line turns it round.",
    "RP2210 information data_decisions.py:24: How often this loop runs depends on tensor data; it is counted 3 times: `# ridgepoint: times=N` on this line says how often.",
    "RP2210 information data_decisions.py:28: When this loop ends depends on tensor data; it is counted to its end: `# ridgepoint: times=N` on this line says how often.",
    "RP2210 information data_decisions.py:32: How often this loop runs depends on tensor data; it is counted twice: `# ridgepoint: times=N` on this line says how often.",
    "RP2210 information data_decisions.py:34: This branch depends on tensor data: `self.a(x)` is counted, `self.b(x)` is not. `# ridgepoint: branch=else` on this line turns it round.",
    "RP2210 information data_decisions.py:35: How often this loop runs depends on tensor data; it is counted once: `# ridgepoint: times=N` on this line says how often.",
  ]);
  const nodes = trace({ file: path.join(fixtures, "data_decisions.py") }).main?.model?.graph.nodes;
  // One in the pinned branch's place each, three rounds, three more, two, and one.
  expect(nodes?.filter(({ sourceOp }) => sourceOp === "linear")).toHaveLength(2 + 3 + 3 + 2 + 1);
});

test("a number read out of a tensor goes on, is branched on, and is no size", () => {
  const { main } = trace({ file: path.join(fixtures, "data_numbers.py") });
  const branches = main?.problems.filter(({ code }) => code === "RP2210") ?? [];
  expect(branches.map(({ message }) => /: (.*?)\. /.exec(message)?.[1])).toEqual([
    expect.stringMatching(/^line \d+ is left out, as the comment says$/),
    ...new Array<unknown>(3).fill(expect.stringMatching(/^line \d+ is counted$/)),
  ]);
  const ops = main?.model?.graph.nodes.map(({ sourceOp }) => sourceOp) ?? [];
  expect(ops.filter((op) => op === "linear")).toHaveLength(1);
});

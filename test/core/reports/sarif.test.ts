import { describe, expect, test } from "vitest";
import type { Severity } from "../../../server/core/base/problem.js";
import { report } from "../../../server/core/reports/sarif.js";
import type { ReportDocument, ReportProblem } from "../../../server/core/views/report-document.js";

interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly locations?: readonly object[];
}

interface Run {
  readonly tool: { readonly driver: { readonly name: string; readonly rules: { id: string }[] } };
  readonly invocations: { readonly executionSuccessful: boolean }[];
  readonly artifacts: { readonly location: { readonly uri: string } }[];
  readonly results: readonly Result[];
}

const context = { targetLabels: new Map<string, string>(), width: 80, hasMemory: false };

function runOf(document: Partial<ReportDocument>): Run {
  const whole: ReportDocument = {
    schemaVersion: 1,
    file: "m.onnxtxt",
    kind: null,
    model: null,
    layers: [],
    targets: [],
    problems: [],
    ...document,
  };
  const log = JSON.parse(report.render(whole, context)) as { version: string; runs: Run[] };
  expect(log.version).toBe("2.1.0");
  expect(log.runs).toHaveLength(1);
  return log.runs[0] as Run;
}

function problem(code: string, severity: Severity, rest: Partial<ReportProblem> = {}) {
  return { code, severity, message: `About ${code}.`, source: null, ...rest };
}

describe("SARIF", () => {
  test("each problem is a result of a listed rule, at one of the three levels", () => {
    const { tool, results, invocations } = runOf({
      problems: [
        problem("RP1202", "warning"),
        problem("RP1002", "error"),
        problem("RP1202", "information"),
        problem("RP2402", "hint"),
      ],
    });
    expect(results.map(({ ruleId, level }) => `${ruleId} ${level}`)).toEqual([
      "RP1202 warning",
      "RP1002 error",
      "RP1202 note",
      "RP2402 note",
    ]);
    for (const { ruleId, ruleIndex } of results)
      expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
    expect(tool.driver.rules).toHaveLength(3);
    expect(invocations[0]?.executionSuccessful).toBe(false);
  });

  test("lines and characters count from one", () => {
    const source = { file: "m.onnxtxt", line: 4, character: 2, endLine: 4, endCharacter: 9 };
    const { results } = runOf({ problems: [problem("RP1102", "error", { source })] });
    expect(results[0]?.locations).toEqual([
      {
        physicalLocation: {
          artifactLocation: { uri: "m.onnxtxt", index: 0 },
          region: { startLine: 5, startColumn: 3, endLine: 5, endColumn: 10 },
        },
      },
    ]);
  });

  test("a place in a binary file is a byte, a part of it a logical location", () => {
    const { results } = runOf({
      file: "a folder/m#1.onnx",
      problems: [
        problem("RP1002", "error", { byteOffset: 27 }),
        problem("RP1013", "error", { path: "graph.node[3]" }),
      ],
    });
    const artifactLocation = { uri: "a%20folder/m%231.onnx", index: 0 };
    expect(results.map(({ locations }) => locations)).toEqual([
      [{ physicalLocation: { artifactLocation, region: { byteOffset: 27, byteLength: 0 } } }],
      [
        {
          physicalLocation: { artifactLocation },
          logicalLocations: [{ fullyQualifiedName: "graph.node[3]" }],
        },
      ],
    ]);
  });

  test.each([
    ["/home/me/m.onnx", "file:///home/me/m.onnx"],
    ["C:\\models\\m.onnx", "file:///C:/models/m.onnx"],
    ["models\\m.onnx", "models/m.onnx"],
  ])("%s is %s", (file, uri) => {
    expect(runOf({ file }).artifacts[0]?.location.uri).toBe(uri);
  });

  test("a problem of a layer without a place of its own stands on the layer's line", () => {
    const source = { file: "net.py", line: 7, character: 8, endLine: 7, endCharacter: 20 };
    const layer = { id: "3", name: "conv1", op: "conv2d", scope: "Net/conv1", source };
    const { results, artifacts } = runOf({
      file: null,
      layers: [layer as unknown as ReportDocument["layers"][number]],
      problems: [problem("RP2402", "warning", { layer: "3" })],
    });
    expect(artifacts.map(({ location }) => location.uri)).toEqual(["net.py"]);
    expect(results[0]?.locations).toEqual([
      {
        physicalLocation: {
          artifactLocation: { uri: "net.py", index: 0 },
          region: { startLine: 8, startColumn: 9, endLine: 8, endColumn: 21 },
        },
        logicalLocations: [{ fullyQualifiedName: "conv1", kind: "element" }],
      },
    ]);
  });
});

import type { Severity } from "../base/problem.js";
import type { ReportDocument, ReportProblem } from "../views/report-document.js";
import type { ReportFormat } from "./report.js";

/**
 * The problems as SARIF 2.1.0 (OASIS standard, 27 March 2020), which continuous integration and code hosts read. A
 * place in a text becomes a region of lines, one in a binary file a region of bytes; a node is a logical location.
 * Costs are no findings: each target's totals stand in the run's property bag.
 */
export const report: ReportFormat = {
  id: "sarif",
  render: (document) => `${JSON.stringify(sarifLog(document), null, 1)}\n`,
};

function sarifLog(document: ReportDocument): object {
  const codes = [...new Set(document.problems.map((problem) => problem.code))].sort();
  const artifacts = artifactsOf(document);
  const ruleIndex = new Map(codes.map((code, index) => [code, index]));
  const { model, kernels = [] } = document;
  const isRead = (model?.parameterCount ?? null) !== null || kernels.length > 0;
  return {
    $schema:
      "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "Ridgepoint",
            rules: codes.map((code) => ({
              id: code,
              shortDescription: { text: topicOf(code) },
              defaultConfiguration: { level: levelOf(worstSeverity(document, code)) },
            })),
          },
        },
        // A file of which nothing could be read has a model of unknowns.
        invocations: [{ executionSuccessful: isRead }],
        columnKind: "utf16CodeUnits",
        artifacts: artifacts.map((file) => ({ location: { uri: uriOf(file) } })),
        results: document.problems.map((problem) => ({
          ruleId: problem.code,
          ruleIndex: ruleIndex.get(problem.code),
          level: levelOf(problem.severity),
          message: { text: problem.message },
          ...locationsOf(document, problem, artifacts),
        })),
        properties: {
          kind: document.kind,
          model,
          targets: document.targets.map(({ id, batch, latency, memory, energy }) => ({
            id,
            batch,
            latency,
            energy,
            memory: { ...memory, plan: undefined },
          })),
        },
      },
    ],
  };
}

/** What the codes of one stage are about; `Problem.code` says how they are grouped. */
const topics: readonly (readonly [prefix: string, text: string])[] = [
  ["RP10", "Reading a model file"],
  ["RP11", "Shapes and types"],
  ["RP12", "Operators without a rule, or without support on the target"],
  ["RP15", "Running Python source"],
  ["RP20", "Targets"],
  ["RP21", "Cost on the target"],
  ["RP22", "Control flow that depends on data"],
  ["RP23", "Quantization"],
  ["RP24", "Memory"],
  ["RP56", "GPU kernels"],
  ["RP5", "Hardware descriptions"],
  ["RP9", "A mistake in Ridgepoint itself"],
];

function topicOf(code: string): string {
  return topics.find(([prefix]) => code.startsWith(prefix))?.[1] ?? "Analysis";
}

const severities: readonly Severity[] = ["error", "warning", "information", "hint"];

function worstSeverity({ problems }: ReportDocument, code: string): Severity {
  const found = new Set(
    problems.filter((problem) => problem.code === code).map((problem) => problem.severity),
  );
  return severities.find((severity) => found.has(severity)) ?? "hint";
}

/** SARIF knows `error`, `warning`, `note` and `none`; most readers drop `none`. */
function levelOf(severity: Severity): "error" | "warning" | "note" {
  return severity === "error" || severity === "warning" ? severity : "note";
}

function artifactsOf({ file, problems, layers }: ReportDocument): readonly string[] {
  const places = [...problems, ...layers].flatMap(({ source }) =>
    source === null ? [] : [source.file],
  );
  return [...new Set([...(file === null ? [] : [file]), ...places])];
}

function locationsOf(
  document: ReportDocument,
  problem: ReportProblem,
  artifacts: readonly string[],
): object {
  const { byteOffset, path, layer: layerId } = problem;
  const layer = document.layers.find(({ id }) => id === layerId);
  const source = problem.source ?? layer?.source ?? null;
  const file = source?.file ?? document.file;
  const logical =
    layer === undefined
      ? (path ?? "")
      : layer.name || layer.scope || layer.outputs[0]?.name || layer.op;
  const region =
    source !== null
      ? {
          startLine: source.line + 1,
          startColumn: source.character + 1,
          endLine: source.endLine + 1,
          endColumn: source.endCharacter + 1,
        }
      : byteOffset !== undefined
        ? { byteOffset, byteLength: 0 }
        : undefined;
  if (file === null && logical === "") return {};
  return {
    locations: [
      {
        ...(file !== null && {
          physicalLocation: {
            artifactLocation: { uri: uriOf(file), index: artifacts.indexOf(file) },
            ...(region !== undefined && { region }),
          },
        }),
        ...(logical !== "" && {
          logicalLocations: [
            { fullyQualifiedName: logical, ...(layer !== undefined && { kind: "element" }) },
          ],
        }),
      },
    ],
  };
}

/** RFC 3986: a relative path stays relative, which lets a reader of the log find it in its own checkout. */
function uriOf(file: string): string {
  const path = file.replaceAll("\\", "/");
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  if (path.startsWith("/")) return `file://${encoded}`;
  return /^[a-z]:\//i.test(path) ? `file:///${path.slice(0, 2)}${encoded.slice(4)}` : encoded;
}

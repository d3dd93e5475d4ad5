import path from "node:path";
import type { DesignProblem } from "../../core/design/design.js";
import { emptyDesign } from "../../core/design/empty-design.js";
import { designExtensions } from "../../core/design/file-kinds.js";
import { partFacts } from "../../core/design/part-facts.js";
import { sourceFile } from "../../core/design/places.js";
import type { Problem } from "../../core/base/problem.js";
import { estimateKernel } from "../../core/hls/estimate-kernel.js";
import { hlsDesign, Lines } from "../../core/hls/hls-design.js";
import { checkRules } from "../../core/hls/rules/check.js";
import { findProfile } from "../../core/hls/tool-names.js";
import { cppParser } from "../cpp-parser.js";
import { loadHlsProfiles } from "../hls-files.js";
import type { ChosenPart } from "../../core/design/part.js";
import type { DesignAnalyst, DesignRequest } from "./design-request.js";
import { findHlsProject, type FoundProject } from "./hls-project.js";
import { profileFor, readHls } from "./hls-reading.js";
import { withReports } from "./with-reports.js";

/** C and C++ for high-level synthesis: read and reckoned, nothing is run. */
export const designAnalyst: DesignAnalyst = {
  kind: "hls",
  extensions: designExtensions.hls,
  defaultPart: "xcvu9p",
  partOf: (request) => findHlsProject(request)?.part,
  analyse: async (request, part, context) => {
    const { file, text } = request;
    const lines = new Lines(text);
    const parser = await cppParser();
    const reading = readHls(request, (...source) => parser.parse(...source));
    const { unit, source, project, target } = reading;
    const { headers } = source;
    const unread = [...reading.problems, ...projectProblems(project, request, part)];
    const placed = (list: readonly Problem[]): readonly DesignProblem[] =>
      list.map((problem) => withPlace(problem, file, lines));
    const { value: profiles } = loadHlsProfiles(context.dataFolder);
    const profile = findProfile(profiles, request.tool);
    const fail = (code: string, message: string): ReturnType<typeof emptyDesign> => ({
      ...emptyDesign(
        "hls",
        [...placed(unread), { code, severity: "error", message, place: sourceFile(file) }],
        [file, ...headers],
      ),
      ...partFacts(part),
    });
    if (profile === undefined)
      return fail(
        "RP5003",
        `Tool \`${request.tool ?? ""}\` is not known; there are ${profiles.map(({ label }) => label).join(", ")}.`,
      );
    if (target === undefined)
      return request.top === undefined
        ? {
            ...emptyDesign("hls", placed(unread), [file, ...headers]),
            ...partFacts(part),
          }
        : fail(
            "RP5026",
            `Function \`${request.top}\` is not in this file; there are ${unit.functions
              .map(({ name }) => name)
              .slice(0, 12)
              .join(", ")}.`,
          );
    const estimate = estimateKernel(target, profileFor(profile, part.family.id, request, project));
    const rules = checkRules(estimate, { text, file, capacity: part.part?.capacity ?? {} });
    const isOwn = ({ place }: Problem): boolean =>
      place?.kind !== "text" || place.span.start < source.ownLength;
    const problems = [
      ...placed([...unread, ...estimate.problems].filter(isOwn)),
      ...rules.map((problem) => ({ ...problem, ...withPlace(problem, file, lines) })),
    ];
    const files = project === undefined ? headers : [...headers, project.file];
    const counted = hlsDesign(estimate, file, text, part, problems, files);
    const estimated =
      project === undefined
        ? counted
        : { ...counted, tool: `${counted.tool}, with ${path.basename(project.file)}` };
    const found = { design: estimated, texts: source.texts, missing: estimate.uncounted };
    const { design, problems: told } = withReports(request, part, found, context);
    return { ...design, problems: [...design.problems, ...told] };
  },
  dispose: () => undefined,
};

function projectProblems(
  project: FoundProject | undefined,
  request: DesignRequest,
  part: ChosenPart,
): readonly Problem[] {
  const named = project?.part;
  if (project === undefined || named === undefined || request.part !== undefined) return [];
  if (named.toLowerCase().startsWith(part.part?.id ?? part.family.id)) return [];
  return [
    {
      code: "RP5028",
      severity: "information",
      message: `Part \`${named}\` of ${path.basename(project.file)} is in no table here; shares are of \`${part.part?.id ?? part.family.id}\`.`,
      place: { kind: "text", span: { start: 0, end: 0 } },
    },
  ];
}

function withPlace(problem: DesignProblem, file: string, lines: Lines): DesignProblem {
  const { place } = problem;
  if (place?.kind !== "text") return problem;
  return { ...problem, place: { kind: "source", file, ...lines.range(place.span) } };
}

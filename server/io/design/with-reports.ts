import { calibrated } from "../../core/design/calibration/calibrate.js";
import { countedOf } from "../../core/design/calibration/counted.js";
import { type FoundReport, pairReports } from "../../core/design/calibration/pair-reports.js";
import { isSameSubject } from "../../core/design/calibration/report-pair.js";
import type { Design, DesignProblem, MeasuredDesign } from "../../core/design/design.js";
import type { ChosenPart } from "../../core/design/part.js";
import { readPairs, writePairs } from "./calibration-file.js";
import type { DesignContext, DesignRequest } from "./design-request.js";
import { measuredReports } from "./measured-reports.js";
import { hashOf } from "../quant/result-cache.js";
import { productVersion } from "../product-version.js";
import { projectFolder } from "./project-folder.js";
import { hashOfSources, statesOf } from "./source-states.js";

/**
 * A design with the reports of other tools beside, and its numbers as they make them. A report that is new is held against what was
 * counted of the sources it speaks of, and kept for all later edits.
 */
export function withReports(
  request: DesignRequest,
  part: ChosenPart,
  found: {
    readonly design: Design;
    readonly texts: ReadonlyMap<string, string>;
    /** What the count is without. */
    readonly missing?: readonly string[];
    /** What was placed and routed of these very sources. */
    readonly routed?: readonly MeasuredDesign[];
  },
  context: Pick<DesignContext, "families" | "log">,
): { readonly design: Design; readonly problems: readonly DesignProblem[] } {
  const { design, texts, missing = [], routed = [] } = found;
  const { top, kind } = design;
  const project = projectFolder(request);
  const reports = measuredReports(request, top, project);
  const measured = [...routed, ...reports.found.map((report) => report.design)];
  if (request.isCalibrated === false || top === undefined || design.total === undefined)
    return { design: { ...design, measured }, problems: reports.problems };
  const { factors, timing } = part.family;
  // Yosys' script and our factors say how RTL is counted; of HLS the whole of our rules does.
  const rules = kind === "rtl" ? [factors, timing] : [productVersion()];
  const by = hashOf(JSON.stringify([design.tool, ...rules])).slice(0, 16);
  const subject = { kind, top, family: part.family.id, part: part.part?.id ?? part.family.id };
  const sources = hashOfSources(texts, project);
  const { parameters, defines, hierarchy, clockNanoseconds } = request;
  const key = JSON.stringify([subject, by, parameters, defines, hierarchy, clockNanoseconds]);
  const states = statesOf(request, { texts, sources, ours: countedOf(design) }, { project, key });
  const known = readPairs(project, context.log);
  const { families } = context;
  const made = [...routed.map(asReport), ...reports.found];
  const { pairs, refusals } = pairReports(made, {
    design,
    subject,
    sources,
    by,
    part,
    families,
    states,
    known,
    missing,
  });
  if (pairs !== known) writePairs(project, pairs, context.log);
  // What reports have said of the whole says nothing of a part of it.
  const isWhole = missing.length === 0;
  const own = pairs.filter(
    (pair) => isWhole && pair.by === by && isSameSubject(pair.subject, subject),
  );
  const shown = made.map((report) => {
    const reason = refusals.get(report.file);
    return reason === undefined
      ? report.design
      : { ...report.design, standing: `not calibrated by it: ${reason}` };
  });
  return {
    design: { ...calibrated(design, own, { subject, sources }), measured: shown },
    problems: reports.problems,
  };
}

/** What has been placed and routed at the user's request is a report like those of files. */
function asReport(design: MeasuredDesign): FoundReport {
  return {
    format: { id: "place-and-route", stage: "logic" },
    design,
    file: "Place and Route",
    time: new Date().toISOString(),
    hash: hashOf(JSON.stringify(design)),
    isOfNow: true,
  };
}

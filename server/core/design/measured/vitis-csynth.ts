import type { MeasuredLoop } from "../design.js";
import {
  type MeasuredCounts,
  type MeasuredFormat,
  leadingNumber,
  measuredDesign,
} from "./measured-format.js";

/** `csynth.xml` of Vitis HLS: cycles, loops and the HLS estimate of resources, which is no synthesis. */
export const measuredFormat: MeasuredFormat = {
  id: "vitis-csynth",
  stage: "hls",
  names: /csynth\.xml$/i,
  sniff: (text) => /<profile>/.test(text) && /<AreaEstimates>/.test(text),
  read: (text, file) => {
    const area = between(between(text, "AreaEstimates") ?? "", "Resources") ?? "";
    const counts: MeasuredCounts = {};
    for (const [tag, kind] of tags) {
      const count = leadingNumber(between(area, tag));
      if (count !== undefined) counts[kind] = count;
    }
    const overall = between(text, "SummaryOfOverallLatency") ?? "";
    const latency = leadingNumber(
      between(overall, "Worst-caseLatency") ?? between(overall, "Average-caseLatency"),
    );
    const version = between(between(text, "ReportVersion") ?? "", "Version") ?? "";
    return measuredDesign(`Vitis HLS ${version} estimate`, file, {
      top: between(text, "TopModelName"),
      device: between(text, "Part"),
      counts,
      loops: [...text.matchAll(summaryPattern)].flatMap(([, summary = ""]) => loopsOf(summary)),
      ...(latency !== undefined && { latencyCycles: latency }),
    });
  },
};

/** The top has one, and each function and each loop that Vitis HLS has made a module of. */
const summaryPattern = /<SummaryOfLoopLatency>([\s\S]*?)<\/SummaryOfLoopLatency>/g;

const tags = [
  ["BRAM_18K", "bram"],
  ["DSP", "dsp"],
  ["DSP48E", "dsp"],
  ["FF", "ff"],
  ["LUT", "lut"],
  ["URAM", "uram"],
] as const;

/** A loop is an element of its name, or a `ROW` with a `Name`, by version. */
function loopsOf(summary: string): readonly MeasuredLoop[] {
  const loops: MeasuredLoop[] = [];
  for (const [, tag = "", body = ""] of summary.matchAll(
    /<(\w[\w.-]*)>((?:(?!<\1>)[\s\S])*?<TripCount>[\s\S]*?)<\/\1>/g,
  ))
    loops.push({
      label: between(body, "Name") ?? tag,
      tripCount: most(between(body, "TripCount")),
      initiationInterval: leadingNumber(between(body, "PipelineII")),
      depthCycles: leadingNumber(
        between(body, "PipelineDepth") ?? between(body, "IterationLatency"),
      ),
      latencyCycles: most(between(body, "Latency")),
    });
  return loops;
}

/** A number, or the end of a range (`<range><min>2</min><max>9</max></range>`). */
function most(text: string | undefined): number | undefined {
  return leadingNumber(between(text ?? "", "max") ?? text);
}

function between(text: string, tag: string): string | undefined {
  const start = text.indexOf(`<${tag}>`);
  if (start < 0) return undefined;
  const end = text.indexOf(`</${tag}>`, start);
  return end < 0 ? undefined : text.slice(start + tag.length + 2, end).trim();
}

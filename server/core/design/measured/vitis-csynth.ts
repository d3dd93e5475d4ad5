import type { MeasuredLoop, MeasuredModule } from "../design.js";
import {
  type MeasuredCounts,
  type MeasuredFormat,
  leadingNumber,
  measuredDesign,
} from "./measured-format.js";
import { childAt, textAt, type XmlElement, xmlTree } from "./xml-tree.js";

/** `csynth.xml` of Vivado and Vitis HLS: cycles, loops and the HLS estimate of resources, which is no synthesis. */
export const measuredFormat: MeasuredFormat = {
  id: "vitis-csynth",
  stage: "hls",
  names: /csynth\.xml$/i,
  sniff: (text) => /<profile>/.test(text) && /<AreaEstimates>/.test(text),
  read: (text, file) => {
    const profile = childAt(xmlTree(text), "profile");
    if (profile === undefined) return undefined;
    const listed = childAt(profile, "ModuleInformation")?.children ?? [];
    const version = textAt(profile, "ReportVersion", "Version") ?? "";
    const tool = Number.parseInt(version, 10) < 2020 ? "Vivado HLS" : "Vitis HLS";
    const top = textAt(profile, "UserAssignments", "TopModelName");
    return measuredDesign(`${tool} ${version} estimate`, file, {
      top,
      device: textAt(profile, "UserAssignments", "Part"),
      counts: countsOf(profile),
      modules: listed.map(moduleOf).filter(({ name }) => name !== "" && name !== top),
      loops: distinct([profile, ...listed].flatMap(loopsOf)),
      ...latencyOf(profile),
    });
  },
};

const tags = [
  ["BRAM_18K", "bram"],
  ["DSP", "dsp"],
  ["DSP48E", "dsp"],
  ["FF", "ff"],
  ["LUT", "lut"],
  ["URAM", "uram"],
] as const;

function countsOf(element: XmlElement): MeasuredCounts {
  const counts: MeasuredCounts = {};
  for (const [tag, kind] of tags) {
    const count = leadingNumber(textAt(element, "AreaEstimates", "Resources", tag));
    if (count !== undefined) counts[kind] = count;
  }
  return counts;
}

function moduleOf(module: XmlElement): MeasuredModule {
  return { name: textAt(module, "Name") ?? "", counts: countsOf(module), ...latencyOf(module) };
}

function latencyOf(element: XmlElement): Pick<MeasuredModule, "latencyCycles"> {
  const overall = childAt(element, "PerformanceEstimates", "SummaryOfOverallLatency");
  const latencyCycles =
    overall &&
    leadingNumber(textAt(overall, "Worst-caseLatency") ?? textAt(overall, "Average-caseLatency"));
  return latencyCycles === undefined ? {} : { latencyCycles };
}

/** The top has a summary, and each function and each loop that Vitis HLS has made a module of. */
function loopsOf(element: XmlElement): readonly MeasuredLoop[] {
  const summary = childAt(element, "PerformanceEstimates", "SummaryOfLoopLatency");
  return summary?.children.flatMap(loopsIn) ?? [];
}

/** A loop is an element of its name, or a `ROW` with a `Name`, by version; loops in it are among its children. */
function loopsIn(element: XmlElement): readonly MeasuredLoop[] {
  if (!element.children.some(({ tag }) => tag === "TripCount" || tag === "Latency")) return [];
  const loop = {
    label: textAt(element, "Name") ?? element.tag,
    tripCount: mostAt(element, "TripCount"),
    initiationInterval: leadingNumber(textAt(element, "PipelineII")),
    depthCycles:
      leadingNumber(textAt(element, "PipelineDepth")) ?? mostAt(element, "IterationLatency"),
    latencyCycles: mostAt(element, "Latency"),
  };
  return [loop, ...element.children.flatMap(loopsIn)];
}

/** A number, or the end of a range (`<range><min>2</min><max>9</max></range>`). */
function mostAt(element: XmlElement, tag: string): number | undefined {
  return leadingNumber(textAt(element, tag, "range", "max") ?? textAt(element, tag));
}

function distinct(loops: readonly MeasuredLoop[]): readonly MeasuredLoop[] {
  return [...new Map(loops.map((loop) => [JSON.stringify(loop), loop])).values()];
}

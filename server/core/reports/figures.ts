import type { Analysis } from "../analysis.js";
import { exportFormats } from "../exports/index.generated.js";

/** A picture of a report: SVG text, with the sentence below it. */
export interface ReportFigure {
  readonly title: string;
  readonly svg: string;
}

/** Figures of more targets than this would make a book. */
const targetLimit = 4;

const kinds: readonly (readonly [id: string, title: string])[] = [
  ["roofline", "What limits the kernels"],
  ["timeline", "The predicted execution"],
  ["memory", "How activations share memory"],
];

/** The graph once, and every target's roofline, timeline and memory plan. */
export function reportFigures(analysis: Analysis): readonly ReportFigure[] {
  const figures: ReportFigure[] = [];
  const add = (
    id: string,
    title: string,
    target: Analysis["targets"][number] | undefined,
  ): void => {
    const svg = exportFormats.find((format) => format.id === id)?.write(analysis, target);
    if (svg !== undefined) figures.push({ title, svg });
  };
  for (const target of analysis.targets.slice(0, targetLimit))
    for (const [id, title] of kinds) add(id, `${title} on ${target.target.label}`, target);
  if (analysis.model.graph.nodes.length > 0) {
    const [first] = analysis.targets;
    add(
      "graph",
      first === undefined ? "The graph" : `The graph, coloured by latency on ${first.target.label}`,
      first,
    );
  }
  return figures;
}

import type { TextSpan } from "../../base/text-span.js";
import { absent, type SourceFrame } from "../../graph/graph.js";
import { lineStartsOf } from "../../base/line-starts.js";
import { type Misaligned, misalignedSites } from "./misaligned.js";
import { pinSpan } from "./pin-span.js";
import { sourceAnchors } from "./source-syntax.js";
import { quantizationFixes } from "./source-quantization.js";
import type { SourceState } from "./source-state.js";

/** A change of the text that answers a problem. */
export interface SourceFix {
  readonly title: string;
  readonly code: string;
  readonly edits: readonly { readonly span: TextSpan; readonly text: string }[];
}

/** What can be done about the problems at the offset's line. */
export function fixesAt(state: SourceState, offset: number): readonly SourceFix[] {
  const { numbers, text } = state;
  if (numbers === undefined || numbers.moved !== undefined) return [];
  const starts = lineStartsOf(text);
  const line = starts.filter((start) => start <= offset).length - 1;
  const here = misalignedSites(numbers.index).filter(({ site }) => site.line === line);
  return [
    ...here.flatMap((found) =>
      found.choices.flatMap(({ channels }) => alignmentFix(state, found, channels) ?? []),
    ),
    ...branchFixes(state, line),
    ...quantizationFixes(state, line),
    ...deployFix(state, offset),
  ];
}

/** On a branch that depends on data: the comment that has the other way counted. */
function branchFixes({ program, text, file }: SourceState, line: number): readonly SourceFix[] {
  const problems = (program?.models ?? []).flatMap((model) => model.problems);
  const pins = problems.flatMap(({ pin, place }) =>
    pin !== undefined && place?.kind === "source" && place.file === file && place.line === line
      ? [pin]
      : [],
  );
  return [...new Set(pins)].map((pin): SourceFix => {
    const { span, words } = pinSpan(text, line, "branch|times");
    const isLoop = pin.startsWith("times=");
    const title = isLoop ? "Pin how often this loop runs" : "Count the other branch";
    return { title, code: "RP2210", edits: [{ span, text: `${words}${pin}` }] };
  });
}

/**
 * The number in every line that makes a layer with as many channels, so that producers and consumers stay of one width.
 * Offered only where each such layer's line says the number itself, and none of them is the model's head.
 */
function alignmentFix(
  { text, file }: SourceState,
  { site, channels }: Misaligned,
  wanted: number,
): SourceFix | undefined {
  const { model } = site.model.analysis;
  const sources = model.trace?.sources;
  if (sources === undefined) return undefined;
  const { graph } = model;
  const starts = lineStartsOf(text);
  const edits = new Map<number, { span: TextSpan; text: string }>();
  for (const [nodeId, node] of graph.nodes.entries()) {
    const weights = node.inputs.flatMap((id) => {
      const weight = id === absent ? undefined : graph.values[id]?.weight;
      return weight === undefined ? [] : [weight];
    });
    if (!weights.some(({ shape }) => shape.slice(0, 2).includes(channels))) continue;
    const makesOutput = node.outputs.some((id) => graph.outputs.includes(id));
    if (makesOutput && weights[0]?.shape[0] === channels) return undefined;
    const made = sources.modules[sources.moduleOfNode[nodeId] ?? -1];
    // The number stands where the layer is made, or where what makes it is: `Block(60)`.
    const places = (made?.creationFrames ?? [])
      .map((frameId) => numbersIn(text, starts, file, sources.frames[frameId], channels))
      .find((found) => found.length > 0);
    if (places === undefined) return undefined;
    for (const start of places) {
      const span = { start, end: start + `${channels}`.length };
      edits.set(start, { span, text: `${wanted}` });
    }
  }
  if (edits.size === 0) return undefined;
  return {
    title: `Use ${wanted} channels in place of ${channels}`,
    code: "RP2104",
    edits: [...edits.values()],
  };
}

/** Where the frame's expression says the number, if it stands in the file. */
function numbersIn(
  text: string,
  starts: readonly number[],
  file: string,
  frame: SourceFrame | undefined,
  wanted: number,
): readonly number[] {
  const from = frame?.file === file ? starts[frame.line] : undefined;
  if (frame === undefined || from === undefined) return [];
  const begin = from + frame.character;
  const end = (starts[frame.endLine] ?? text.length) + frame.endCharacter;
  const places = text.slice(begin, end).matchAll(new RegExp(`(?<![\\w.])${wanted}(?![\\w.])`, "g"));
  return [...places].map(({ index }) => begin + index);
}

/** On the definition of a model that folds: a pin that says `deploy`. */
function deployFix({ text, numbers }: SourceState, offset: number): readonly SourceFix[] {
  const anchor = sourceAnchors(text).find(
    ({ start, span }) => Math.min(start, span.start) <= offset && offset <= span.end,
  );
  const folds = numbers?.models.some(
    ({ traced }) =>
      traced.name === anchor?.name && traced.problems.some(({ code }) => code === "RP2213"),
  );
  if (anchor === undefined || folds !== true) return [];
  const title = "Pin the deploy form";
  const code = "RP2213";
  if (anchor.pin !== undefined) {
    const { end } = anchor.span;
    return [{ title, code, edits: [{ span: { start: end, end }, text: "; deploy" }] }];
  }
  const indent = /^[ \t]*/.exec(text.slice(anchor.start))?.[0] ?? "";
  const lineBreak = text.includes("\r\n") ? "\r\n" : "\n";
  const span = { start: anchor.start, end: anchor.start };
  return [{ title, code, edits: [{ span, text: `${indent}# ridgepoint: deploy${lineBreak}` }] }];
}

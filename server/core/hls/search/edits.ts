import type { DesignFix } from "../../design/design.js";
import { directiveOf } from "../directives.js";
import type { HlsFunction } from "../ir.js";
import { changeText, distinct, insertInLoop, partitionFix, trimmed } from "../rules/change.js";
import type { RuleContext } from "../rules/check.js";
import type { Knob } from "./space.js";
import { partitionsFor, type Point, type SearchResult } from "./search.js";

/** What to change in the text to get from what stands there to a point of the space. */
export function editsOf(
  context: RuleContext,
  target: HlsFunction,
  { knobs, now }: SearchResult,
  point: Point,
): DesignFix["edits"] {
  const edits: DesignFix["edits"][number][] = [];
  const unrolled = new Map<string, number>();
  const added = new Map<Knob["loop"], string[]>();
  knobs.forEach((knob, index) => {
    const value = knob.values[point.choice[index] ?? 0];
    if (value === undefined) return;
    if (knob.what === "unroll" && value.directive?.kind === "unroll")
      unrolled.set(knob.loop.iterator, value.directive.factor ?? 1);
    if (point.choice[index] === now.choice[index]) return;
    const own = directiveOf(knob.loop.directives, knob.what);
    if (own !== undefined && own.dialect === "merlin") {
      edits.push({
        span: own.span,
        text: merlinText(context.text, own.span, knob.what, value.text),
      });
      return;
    }
    if (own !== undefined && value.directive === undefined) {
      edits.push({ span: trimmed(context.text, own.span), text: "" });
      return;
    }
    const name = knob.what === "pipeline" ? "PIPELINE" : "UNROLL";
    const pragma = `HLS ${name}${value.text === "" ? "" : ` ${value.text}`}`;
    if (own !== undefined)
      edits.push({ span: trimmed(context.text, own.span), text: `#pragma ${pragma}` });
    else added.set(knob.loop, [...(added.get(knob.loop) ?? []), pragma]);
  });
  for (const [loop, pragmas] of added)
    edits.push(...insertInLoop(context, loop, pragmas, "").edits);
  const cuts: DesignFix["edits"][number][] = [];
  for (const [key, factor] of partitionsFor(target, unrolled)) {
    const [variable = "", dim = ""] = key.split("#");
    const cut = { name: variable, factor, dim: Number(dim) };
    cuts.push(...(partitionFix(context, target, cut, "")?.edits ?? []));
  }
  // What is declared in a header stays as it is.
  return [...edits, ...distinct(cuts)].filter(({ span }) => span.end <= context.text.length);
}

/** `#pragma ACCEL PARALLEL reduction=s FACTOR=4`, with its other words as they were. */
function merlinText(
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
  what: string,
  value: string,
): string {
  const line = text.slice(start, end).trimEnd();
  const tail = text.slice(start + line.length, end);
  if (what === "pipeline")
    return `${line.replace(/(PIPELINE).*$/i, "$1")}${value === "" ? "" : ` ${value}`}${tail}`;
  const factor = value.replace(/^FACTOR=/, "");
  return /FACTOR\s*=/i.test(line)
    ? `${line.replace(/(FACTOR\s*=\s*)(?:auto\s*\{\s*\w+\s*\}|\w+)/i, `$1${factor}`)}${tail}`
    : `${line} FACTOR=${factor}${tail}`;
}

/** A point of the space as one change of the file; undefined where it is no faster than what stands there. */
export function pointFix(
  context: RuleContext,
  target: HlsFunction,
  result: SearchResult,
  point: Point,
): DesignFix | undefined {
  const { now } = result;
  if (point.cycles >= 0.95 * now.cycles && point.utilisation >= now.utilisation) return undefined;
  const edits = editsOf(context, target, result, point);
  if (edits.length === 0) return undefined;
  return {
    title: `Better pragmas: ${changeText(now.estimate, point.estimate)}`,
    file: context.file,
    edits,
  };
}

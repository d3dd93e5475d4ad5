import type { DesignFix } from "../../design/design.js";
import type { TextSpan } from "../../base/text-span.js";
import { directivesOf, type Directive, type DirectiveBody } from "../directives.js";
import { estimateKernel, type KernelEstimate } from "../estimate-kernel.js";
import type { HlsFunction, Loop, Step } from "../ir.js";
import { sourceName } from "../source-name.js";
import type { RuleContext } from "./check.js";

const nowhere = { start: 0, end: 0 };

/** A directive as if it stood in the file. */
export function directive(body: DirectiveBody): Directive {
  return { ...body, dialect: "vitis", span: nowhere };
}

/** The kernel with one more directive on the function. */
export function withFunctionDirective(target: HlsFunction, added: Directive): HlsFunction {
  return { ...target, directives: [...target.directives, added] };
}

/** The kernel with a loop's directives changed. */
export function withLoop(
  target: HlsFunction,
  id: number,
  change: (directives: readonly Directive[]) => readonly Directive[],
): HlsFunction {
  const visit = (steps: readonly Step[]): readonly Step[] =>
    steps.map((step): Step => {
      switch (step.kind) {
        case "assign":
          return step;
        case "branch":
          return { ...step, then: visit(step.then), otherwise: visit(step.otherwise) };
        case "call":
          return { ...step, body: visit(step.body) };
        case "loop":
          return {
            ...step,
            body: visit(step.body),
            directives: step.id === id ? change(step.directives) : step.directives,
          };
      }
    });
  return { ...target, body: visit(target.body) };
}

/** "118,128 → 13,647 cycles, +236 DSP"; cycles that are counted alone where some are not. */
export function changeText(before: KernelEstimate, after: KernelEstimate): string {
  const cycles = `${count(before.assumedCycles)} → ${count(after.assumedCycles)} ${before.uncounted.length > 0 ? "counted cycles" : "cycles"}`;
  const parts = (
    [
      ["DSP", after.area.dsp - before.area.dsp],
      ["BRAM", after.area.bram18 - before.area.bram18],
      ["LUT", after.area.lut - before.area.lut],
    ] as const
  ).flatMap(([name, difference]) => {
    const rounded = Math.round(difference);
    if (rounded === 0) return [];
    return [`${rounded > 0 ? "+" : "−"}${count(Math.abs(rounded))} ${name}`];
  });
  return [cycles, ...parts.slice(0, 2)].join(", ");
}

export function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

export function reestimate(estimate: KernelEstimate, target: HlsFunction): KernelEstimate {
  return estimateKernel(target, estimate.profile);
}

/** Puts pragmas on lines of their own, at the beginning of a loop's body, which gets braces where it has none. */
export function insertInLoop(
  { file, text }: RuleContext,
  loop: Loop,
  pragmas: readonly string[],
  title: string,
): DesignFix {
  const outer = indentOf(text, loop.startOffset);
  const indent = `${outer}  `;
  const lines = pragmas.join(`\n${indent}#pragma `);
  const brace = text.indexOf("{", loop.headerSpan.end - 1);
  if (brace === loop.headerSpan.end || brace === loop.headerSpan.end - 1) {
    const span = { start: brace + 1, end: brace + 1 };
    return { title, file, edits: [{ span, text: ownLine(text, brace + 1, indent, lines) }] };
  }
  const end = text.slice(0, loop.headerSpan.end).trimEnd().length;
  return {
    title,
    file,
    edits: [
      { span: { start: end, end }, text: ` {${ownLine(text, end, indent, lines)}` },
      { span: { start: loop.span.end, end: loop.span.end }, text: `\n${outer}}` },
    ],
  };
}

/** Puts a pragma behind the line of a local variable, or at the beginning of the function. */
export function insertForVariable(
  { file, text }: RuleContext,
  target: HlsFunction,
  variable: string,
  pragma: string,
  title: string,
): DesignFix | undefined {
  const found = target.variables.get(variable);
  const isLocal = found?.kind === "local";
  const from = isLocal ? text.indexOf(";", found.span.end) : text.indexOf("{", target.nameSpan.end);
  if (from < 0) return undefined;
  const indent = isLocal
    ? indentOf(text, found.span.start)
    : `${indentOf(text, target.span.start)}  `;
  return {
    title,
    file,
    edits: [
      {
        span: { start: from + 1, end: from + 1 },
        text: ownLine(text, from + 1, indent, pragma),
      },
    ],
  };
}

/** A pragma takes its whole line: code behind it in the same line goes to the next. */
function ownLine(text: string, offset: number, indent: string, pragma: string): string {
  const rest = /^[^\r\n]*/.exec(text.slice(offset))?.[0] ?? "";
  const isLast = /^\s*(\/\/.*)?$/.test(rest);
  return `\n${indent}#pragma ${pragma}${isLast ? "" : `\n${indent.slice(rest.startsWith(" ") ? 1 : 0)}`}`;
}

export interface ArrayCut {
  readonly name: string;
  readonly factor: number;
  readonly dim: number;
}

/** A partition of an array, in place of the one that cuts the same dimension already: two of them the tool refuses. */
export function partitionFix(
  context: RuleContext,
  target: HlsFunction,
  { name, factor, dim }: ArrayCut,
  title: string,
): DesignFix | undefined {
  const pragma = `HLS ARRAY_PARTITION variable=${sourceName(name)} cyclic factor=${factor} dim=${dim}`;
  const present = directivesOf(target.directives, "partition").find(
    (one) =>
      one.variable === name &&
      (one.dim === dim || one.dim === 0) &&
      (0 < one.span.end || one.isElsewhere === true),
  );
  // It stands in a script of the project.
  if (present?.isElsewhere === true) return undefined;
  if (present === undefined) return insertForVariable(context, target, name, pragma, title);
  const edits = [{ span: trimmed(context.text, present.span), text: `#pragma ${pragma}` }];
  return { title, file: context.file, edits };
}

/** Changes in the order of the text, each once: a function that is called twice asks twice for the same. */
export function distinct(edits: DesignFix["edits"]): DesignFix["edits"] {
  const keyOf = ({ span, text }: DesignFix["edits"][number]): string =>
    `${span.start} ${span.end} ${text}`;
  return [...new Map(edits.map((one) => [keyOf(one), one])).values()];
}

/** Without the line break that a pragma ends with. */
export function trimmed(text: string, { start, end }: TextSpan): TextSpan {
  return { start, end: start + text.slice(start, end).trimEnd().length };
}

export function indentOf(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? "";
}

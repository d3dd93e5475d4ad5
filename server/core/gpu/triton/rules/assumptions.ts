import type { KernelFix, KernelProblem } from "../../kernel-file.js";
import { type KernelRule, listText, problemAt } from "./rule.js";

/** What nobody has said, with what it is taken to be, and a comment that would say it. */
export const assumptions: KernelRule = ({ source, result, programs }, { python }) => {
  const [program] = programs;
  if (program === undefined) return [];
  const problems: KernelProblem[] = source.pins.wrong.map(({ text, span }) =>
    problemAt(
      "RP5644",
      "warning",
      span,
      `\`${text}\` is no pin: write NAME=NUMBER, NAME=TYPE or NAME=TYPE[DIMS], as in \`# ridgepoint: M=4096, a_ptr=float16[4096,4096]\`.`,
    ),
  );
  const names = new Set(source.function.parameters.map(({ name }) => name));
  const known = new Set([...names, "grid", "num_warps", "num_stages", "num_ctas", "maxnreg"]);
  const inside = new Set(program.bindings.assumed.map(({ name }) => name));
  for (const { name, span, isFromText } of source.pins.pins)
    if (isFromText && !known.has(name) && !inside.has(name) && source.launches.length === 0)
      problems.push(
        problemAt(
          "RP5644",
          "warning",
          span,
          `\`${source.function.name}\` has no parameter \`${name}\`.`,
        ),
      );
  const assumed = result.parameters.filter(({ from }) => from === "assumed");
  const indent = /^[ \t]*/.exec(lineOf(python.text, source.function.start))?.[0] ?? "";
  const lineBreak = python.text.includes("\r\n") ? "\r\n" : "\n";
  const pinnable = assumed.filter(
    ({ name, text }) => /^\w+$/.test(name) && /^[\w.[\],]+$/.test(text),
  );
  const isGridKnown = program.bindings.grid?.every((extent) => extent !== undefined) === true;
  const words = [
    ...pinnable.slice(0, 12).map(({ name, text }) => `${name}=${text}`),
    ...(isGridKnown ? [] : ["grid=[1024]"]),
  ];
  const fix: KernelFix = {
    title: "Pin these sizes and types in a comment",
    edits: [
      {
        span: { start: source.function.start, end: source.function.start },
        text: `# ridgepoint: ${words.join(", ")}${lineBreak}${indent}`,
      },
    ],
  };
  if (assumed.length > 0 || !isGridKnown) {
    const texts = assumed.map(({ name, text }) => `${name} = ${text}`);
    const said =
      texts.length > 0
        ? `Nothing here says what these are, so they are assumed: ${listText(texts)}.`
        : "";
    const grid = isGridKnown
      ? ""
      : " How many programs are launched is not known, so there is no time: pin the grid.";
    const fixes = words.length > 0 ? [fix] : [];
    problems.push(problemAt("RP5643", "hint", result.place, `${said}${grid}`.trim(), fixes));
  }
  const calls = [...new Set(program.unknownCalls.map(({ name }) => name))].filter(
    (name) => name !== "",
  );
  const [firstCall] = program.unknownCalls;
  if (firstCall !== undefined && calls.length > 0)
    problems.push(
      problemAt(
        "RP5645",
        "information",
        inKernel(firstCall.span, result.span) ? firstCall.span : result.place,
        `${listText(calls.map((name) => `\`${name}\``))} ${calls.length > 1 ? "are" : "is"} not known here: counted as one instruction an element.`,
      ),
    );
  return problems;
};

function inKernel(
  span: { readonly start: number; readonly end: number },
  kernel: { readonly start: number; readonly end: number },
): boolean {
  return kernel.start <= span.start && span.end <= kernel.end;
}

function lineOf(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return text.slice(start, offset + 1);
}

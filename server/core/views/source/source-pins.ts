import { sourceAnchors } from "./source-syntax.js";
import type { SourceState } from "./source-state.js";

/** A comment that would fix what a model's numbers rest on, and where it goes. */
export interface SourcePin {
  readonly name: string;
  /** Where the comment's line is inserted. */
  readonly offset: number;
  /** Ends with a line break. */
  readonly text: string;
}

/** The pin of the model whose definition begins at the offset's line; undefined where it has one, or did not run. */
export function pinAt({ text, numbers }: SourceState, offset: number): SourcePin | undefined {
  if (numbers === undefined || numbers.moved !== undefined) return undefined;
  const anchor = sourceAnchors(text).find(
    ({ start, span, pin }) =>
      pin === undefined && start <= offset && offset <= Math.max(span.end, lineEnd(text, span.end)),
  );
  const model = numbers.models.find(({ traced }) => traced.name === anchor?.name);
  if (anchor === undefined || model === undefined || model.traced.inputs.length === 0)
    return undefined;
  const { inputs, entry } = model.traced;
  const [only] = inputs;
  const specs =
    inputs.length === 1 && only !== undefined
      ? [`input=${only.type}[${only.shape.join(",")}]`]
      : inputs.map(({ name, type, shape }) => `${name}=${type}[${shape.join(",")}]`);
  // Only where arguments had to be found is how it is made worth writing down.
  const how =
    anchor.kind !== "instance" && /\(.+\)$/s.test(entry) && !entry.includes("\n")
      ? `; entry=${entry}`
      : "";
  const indent = /^[ \t]*/.exec(text.slice(anchor.start))?.[0] ?? "";
  const lineBreak = text.includes("\r\n") ? "\r\n" : "\n";
  return {
    name: anchor.name,
    offset: anchor.start,
    text: `${indent}# ridgepoint: ${specs.join(", ")}${how}${lineBreak}`,
  };
}

function lineEnd(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end;
}

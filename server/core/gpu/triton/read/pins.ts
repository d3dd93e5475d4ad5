import type { TextSpan } from "../../../base/text-span.js";
import type { PyFunction, PythonFile } from "../../../python/syntax.js";
import type { HostValue } from "./host-value.js";
import { typeOfName } from "./type-names.js";

/** What a comment `# ridgepoint: M=4096, a_ptr=float16[4096,4096]` above or inside of a kernel says. */
export interface KernelPin {
  readonly name: string;
  readonly value: HostValue;
  readonly span: TextSpan;
  /** False for what was said elsewhere: on the command line. */
  readonly isFromText: boolean;
}

export interface KernelPins {
  readonly pins: readonly KernelPin[];
  /** Words that are no pin. */
  readonly wrong: readonly { readonly text: string; readonly span: TextSpan }[];
}

/** Pins of one kernel: in its body, or in the comment lines right above it. */
export function pinsOf({ text, comments }: PythonFile, kernel: PyFunction): KernelPins {
  const pins: KernelPin[] = [];
  const wrong: { text: string; span: TextSpan }[] = [];
  let above = kernel.start;
  for (const comment of [...comments].reverse()) {
    if (comment.start >= kernel.end) continue;
    const isInside = comment.start >= kernel.start;
    if (!isInside) {
      if (!/^\s*$/.test(text.slice(comment.end, above))) break;
      above = comment.start;
    }
    const said = /^\s*ridgepoint:\s*/.exec(comment.text);
    if (said === null) continue;
    const start = comment.start + 1 + said[0].length;
    for (const word of wordsOf(text.slice(start, comment.end), start)) {
      const pin = pinOf(word.text, word.span);
      if (pin === undefined) wrong.push(word);
      else pins.push(pin);
    }
  }
  return { pins, wrong };
}

function wordsOf(
  text: string,
  offset: number,
): readonly { readonly text: string; readonly span: TextSpan }[] {
  return [...text.matchAll(/[^\s,;[]+(?:\[[^\]]*\])?/g)].map((match) => ({
    text: match[0],
    span: { start: offset + match.index, end: offset + match.index + match[0].length },
  }));
}

function pinOf(text: string, span: TextSpan): KernelPin | undefined {
  const match = /^([A-Za-z_]\w*)=(.+)$/.exec(text);
  const [, name = "", written = ""] = match ?? [];
  const value = match === null ? undefined : valueOf(written);
  return value === undefined ? undefined : { name, value, span, isFromText: true };
}

function valueOf(text: string): HostValue | undefined {
  if (/^-?\d[\d_]*$/.test(text)) return { kind: "number", value: Number(text.replaceAll("_", "")) };
  const power = /^(\d+)\*\*(\d+)$/.exec(text);
  if (power !== null) return { kind: "number", value: Number(power[1]) ** Number(power[2]) };
  if (/^-?\d*\.\d+$/.test(text)) return { kind: "number", value: Number(text), isFloat: true };
  if (text === "True" || text === "False") return { kind: "boolean", value: text === "True" };
  if (text === "None") return { kind: "none" };
  const list = /^\[([\d\s,_]*)\]$/.exec(text);
  if (list !== null) {
    const items = numbersIn(list[1] ?? "");
    return { kind: "list", items: items.map((value) => ({ kind: "number", value })) };
  }
  const tensor = /^([A-Za-z]\w*)(?:\[([\d\s,_]*)\])?$/.exec(text);
  const type = typeOfName(tensor?.[1] ?? "");
  if (type === undefined) return undefined;
  if (tensor?.[2] === undefined) return { kind: "type", type };
  return { kind: "tensor", type, shape: numbersIn(tensor[2]) };
}

function numbersIn(text: string): readonly number[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => Number(part.replaceAll("_", "")));
}

import type { SourceRange } from "../../../base/text-span.js";
import type { DesignFix, DesignProblem } from "../../design.js";
import { fixOf } from "../../fix.js";
import {
  freshName,
  indentAt,
  isSigned,
  type ModuleText,
  moduleText,
  onlyClock,
  registeredAssign,
} from "../module-text.js";
import { formatNumber } from "../../../base/units.js";
import type { RtlRule, RuleSubject } from "./rule.js";

/** AMD's and Lattice's DSPs have registers of their own that cost nothing. */
export const rtlRule: RtlRule = {
  code: "RP5202",
  check: (subject) => {
    const { cells, placesOf, part } = subject;
    const found = new Map<string, DesignProblem>();
    const slow = part.family.timing?.dsp;
    for (const module of cells.modules.values())
      for (const cell of module.cells) {
        if (!/^DSP48E[12]$/.test(cell.type)) continue;
        const isSet = (name: string): boolean => /1$/.test(cell.parameters[name] ?? "");
        const missing = [
          ...(isSet("AREG") && isSet("BREG") ? [] : ["inputs"]),
          ...(isSet("MREG") || isSet("PREG") ? [] : ["output"]),
        ];
        const [place] = placesOf(cell.attributes["src"]);
        if (place === undefined || missing.length === 0) continue;
        const time =
          missing.includes("output") && slow !== undefined
            ? ` Without one the whole product is in one path: about ${formatNumber(slow)} ns.`
            : "";
        const fix = missing.includes("output")
          ? registerProduct(subject, place)
          : registerOperands(subject, place);
        found.set(`${place.file}:${place.line}`, {
          code: "RP5202",
          severity: missing.includes("output") ? "information" : "hint",
          message: `The ${missing.join(" and the ")} of this ${cell.type} ${missing[0] === "inputs" ? "have" : "has"} no register.${time} A register there is taken into the DSP: +0 FF, +1 cycle.`,
          place: { kind: "source", ...place, endLine: place.line + 1, endCharacter: 0 },
          ...(fix !== undefined && { fixes: [fix] }),
        });
      }
    return [...found.values()];
  },
};

/** `assign p = a * b;` with a register behind the product. */
function registerProduct(subject: RuleSubject, place: SourceRange): DesignFix | undefined {
  for (const { text, clock, at } of clockedTexts(subject, place)) {
    const product = text.assignments.find(
      ({ kind, target, name, value, span }) =>
        kind === "assign" &&
        target === name &&
        /^\s*[^*]+\*[^*]+$/.test(value) &&
        span.start <= at &&
        at < span.end,
    );
    const width = product && text.scope.widthOf(product.name);
    if (product === undefined || width === undefined) continue;
    const indent = indentAt(text, product.span.start);
    return fixOf(
      `Register \`${product.name}\` in the DSP`,
      { ff: 0, dsp: 0 },
      {
        file: text.file,
        cycles: 1,
        edits: [
          { span: product.span, text: registeredAssign(text, product, { clock, width, indent }) },
        ],
      },
    );
  }
  return undefined;
}

/** `p <= a * b;` with registers before both names. */
function registerOperands(subject: RuleSubject, place: SourceRange): DesignFix | undefined {
  for (const { text, clock, at } of clockedTexts(subject, place)) {
    const product = text.assignments.find(
      ({ kind, span }) => kind === "block" && span.start <= at && at < span.end,
    );
    const [, left = "", right = ""] =
      /^(\w+)\s*\*\s*(\w+)$/.exec(product?.value.trim() ?? "") ?? [];
    const names = [...new Set([left, right])];
    const block = text.code.lastIndexOf("always", at);
    if (product === undefined || block < text.span.start) continue;
    const registers = names.map((name) => {
      const width = text.scope.widthOf(name);
      return width === undefined ? undefined : { name, width, register: freshName(text, name) };
    });
    const known = registers.filter((one) => one !== undefined);
    if (
      known.length < names.length ||
      known.some(({ name }) => isSigned(text, name) !== isSigned(text, left))
    )
      continue;
    const [type, always] = text.isSystemVerilog ? ["logic", "always_ff"] : ["reg", "always"];
    const sign = isSigned(text, left) ? " signed" : "";
    const indent = indentAt(text, block);
    const lines = known.flatMap(({ name, width, register }) => [
      `${type}${sign}${width === 1 ? "" : ` [${width - 1}:0]`} ${register};`,
      `${always} @(posedge ${clock}) ${register} <= ${name};`,
    ]);
    const registerOf = new Map(known.map(({ name, register }) => [name, register]));
    const value = `${registerOf.get(left) ?? left} * ${registerOf.get(right) ?? right}`;
    return fixOf(
      `Register ${names.map((name) => `\`${name}\``).join(" and ")} in the DSP`,
      { ff: 0, dsp: 0 },
      {
        file: text.file,
        cycles: 1,
        edits: [
          { span: { start: block, end: block }, text: `${lines.join(`\n${indent}`)}\n${indent}` },
          { span: product.valueSpan, text: value },
        ],
      },
    );
  }
  return undefined;
}

/** Modules of the place's file that have one clock, and where in their text the place is. */
function* clockedTexts(
  subject: RuleSubject,
  place: SourceRange,
): Generator<{ readonly text: ModuleText; readonly clock: string; readonly at: number }> {
  for (const module of subject.modules) {
    const text = moduleText(module, subject);
    const clock = onlyClock(module);
    if (text?.file === place.file && clock !== undefined)
      yield { text, clock, at: text.offsetOf(place.line, place.character) };
  }
}

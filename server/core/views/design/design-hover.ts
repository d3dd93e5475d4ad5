import { energyLines } from "./energy-text.js";
import type { TextSpan } from "../../base/text-span.js";
import { endOfLineAt } from "../../base/line-starts.js";
import { beforeEditText } from "../source/source-hints.js";
import type { HoverText } from "../text/hover.js";
import { codeSpan } from "../text/markdown.js";
import {
  type DesignNumbers,
  type DesignState,
  lineThen,
  linesOfFile,
  loopsOfFile,
} from "./design-state.js";
import { lineTable, loopText, measuredText, pathTable, resourceTable } from "./design-tables.js";
import { cyclesText, megahertzText, nanosecondsText } from "./resource-text.js";

/** On a module's name the module; elsewhere what the line, its block and its loop cost, and the longest path through it. */
export function designHover(state: DesignState, offset: number): HoverText | null {
  const { numbers, text } = state;
  if (numbers === undefined) return null;
  const span = lineSpan(text, offset);
  const parts = moduleParts(state, numbers, span) ?? lineParts(state, numbers, offset);
  if (parts.length === 0) return null;
  const isOld = numbers.isOld || numbers.moved !== undefined;
  return { span, markdown: [...(isOld ? [beforeEditText] : []), ...parts].join("\n\n") };
}

function moduleParts(
  { anchors }: DesignState,
  numbers: DesignNumbers,
  span: TextSpan,
): readonly string[] | undefined {
  const anchor = anchors().find(
    (candidate) => span.start <= candidate.span.start && candidate.span.start <= span.end,
  );
  const { design } = numbers;
  const modules = design.modules.filter(({ name }) => name === anchor?.name);
  if (anchor === undefined || modules.length === 0) return undefined;
  const isTop = design.top === anchor.name;
  return [
    ...modules.slice(0, 4).map((module) => {
      const times = module.instanceCount > 1 ? ` × ${module.instanceCount}` : "";
      const cycles =
        module.latencyCycles === undefined ? "" : ` · ${cyclesText(module.latencyCycles)}`;
      return `**${codeSpan(module.variant)}**${times}${cycles}\n\n${resourceTable(design, module.whole)}`;
    }),
    ...(isTop && design.fmaxHertz !== undefined
      ? [`Fmax ${megahertzText(design.fmaxHertz)}`, pathTable(design)]
      : []),
    ...(isTop ? energyLines(design) : []),
    ...(isTop && (design.measured.length > 0 || design.calibration !== undefined)
      ? [measuredText(design)]
      : []),
  ];
}

function lineParts(state: DesignState, numbers: DesignNumbers, offset: number): readonly string[] {
  const line = lineThen(state, numbers, offset);
  const { design } = numbers;
  const costs = linesOfFile(numbers, state.file).filter((entry) => entry.line === line);
  const loops = loopsOfFile(numbers, state.file).filter(
    (loop) => loop.line === line || loop.pragmaLine === line,
  );
  const path = design.paths.find(({ places }) =>
    places.some((place) => place.file === state.file && place.line === line),
  );
  return [
    ...costs.map((entry) => lineTable(design, entry)),
    ...loops.map((loop) => loopText(design, loop)),
    ...(path === undefined || loops.length > 0
      ? []
      : [
          `On the path ${codeSpan(path.start)} → ${codeSpan(path.end)}: ${nanosecondsText(path.nanoseconds)}, ${path.levels} levels.`,
        ]),
  ];
}

function lineSpan(text: string, offset: number): TextSpan {
  let start = Math.min(offset, text.length);
  while (start > 0 && text.charCodeAt(start - 1) !== 10) start -= 1;
  const end = endOfLineAt(text, start);
  const indent = text.slice(start, end).search(/\S/);
  return { start: start + Math.max(indent, 0), end };
}

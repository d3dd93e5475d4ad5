import type { TextSpan } from "../../base/text-span.js";
import type { Design, DesignLine, DesignLoop, MeasuredLoop } from "../../design/design.js";
import { endOfLineAt } from "../../base/line-starts.js";
import { beforeEditText } from "../source/source-hints.js";
import type { Hint } from "../text/hints.js";
import { type DesignState, lineNow, linesOfFile, loopsOfFile } from "./design-state.js";
import { lineTable, loopText } from "./design-tables.js";
import { measuredOf } from "../../design/measured-loop.js";
import { countText, loopCyclesText, nanosecondsText, usedTexts } from "./resource-text.js";

/** Editors give a line's hints 43 characters, for all providers together. */
const labelLimit = 20;

/** What lines and loops of the asked part of the text cost: one measure and one more at most. */
export function designHints(state: DesignState, span: TextSpan): readonly Hint[] {
  const { numbers } = state;
  if (numbers === undefined) return [];
  const { design } = numbers;
  const labels = new Map<number, { readonly label: string; readonly tooltip: string }>();
  // Where a block begins on a line with a cost of its own, the block counts both.
  for (const line of linesOfFile(numbers, state.file)) {
    const label = lineLabel(design, line);
    if (label === "" || (labels.has(line.line) && line.kind !== "block")) continue;
    labels.set(line.line, { label, tooltip: lineTable(design, line) });
  }
  for (const loop of loopsOfFile(numbers, state.file)) {
    const tooltip = loopText(design, loop);
    const report = measuredOf(design, loop)[0]?.loop;
    labels.set(loop.line, { label: cyclesLabel(loop, report), tooltip });
    if (loop.pragmaLine !== undefined && loop.initiationInterval !== undefined)
      labels.set(loop.pragmaLine, { label: intervalLabel(loop, report), tooltip });
  }
  const isOld = numbers.isOld || numbers.moved !== undefined;
  return [...labels].flatMap(([line, { label, tooltip }]): Hint[] => {
    const now = lineNow(state, numbers, line);
    if (now === undefined || now.start < span.start || span.end < now.start || label === "")
      return [];
    return [
      {
        offset: endOfLineAt(state.text, now.start),
        label: shortened(isOld ? `was ${label}` : label),
        tooltip: isOld ? `${beforeEditText}\n\n${tooltip}` : tooltip,
      },
    ];
  });
}

function lineLabel(design: Design, line: DesignLine): string {
  const [first, second] = usedTexts(line.resources);
  if (first === undefined) return "";
  const worst = design.paths[0]?.worst;
  const delay =
    worst !== undefined && worst.file === line.file && worst.line === line.line
      ? design.paths[0]
      : undefined;
  const more = delay !== undefined ? nanosecondsText(delay.nanoseconds) : second;
  return more === undefined || first.length + more.length + 3 > labelLimit
    ? first
    : `${first} · ${more}`;
}

/** `~4,226 · report 4,150`. */
function cyclesLabel(loop: DesignLoop, report: MeasuredLoop | undefined): string {
  const ours = loopCyclesText(loop);
  const measured = report?.latencyCycles;
  if (measured === undefined || loop.latencyCycles === undefined) return ours;
  return `${ours.replace(/ cycles?$/, "")} · report ${measured.toLocaleString("en-US")}`;
}

/** `II=4 !` when it is worse than what was asked for. */
function intervalLabel(
  { initiationInterval, targetInterval, depthCycles }: DesignLoop,
  report: MeasuredLoop | undefined,
): string {
  const isMissed =
    targetInterval !== undefined && (initiationInterval ?? 0) > targetInterval ? " !" : "";
  if (report?.initiationInterval !== undefined)
    return `II=${initiationInterval ?? "?"}${isMissed} · report ${report.initiationInterval}`;
  const depth =
    depthCycles === undefined
      ? ""
      : ` · depth ${countText({ value: depthCycles, low: depthCycles, high: depthCycles })}`;
  return `II=${initiationInterval ?? "?"}${isMissed}${depth}`;
}

function shortened(label: string): string {
  return label.length <= labelLimit ? label : (label.split(" · ")[0] ?? label).slice(0, labelLimit);
}

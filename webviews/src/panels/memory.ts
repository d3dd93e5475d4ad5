import { formatBytes } from "../../../server/core/base/units.js";
import type { BufferRow, MemoryView } from "../../../server/core/views/memory.js";
import type { MemoryUseView } from "../../../server/core/views/memory-use.js";
import type { SummaryView } from "../../../server/core/views/summary.js";
import { plainText } from "../kit/canvas.js";
import { choice, toggle, tool } from "../kit/controls.js";
import { h, put } from "../kit/dom.js";
import { bootPage, messageOf } from "../kit/page.js";
import { createPanelFrame } from "../kit/panel-frame.js";
import { createPlot } from "../kit/plot.js";
import { createPlotWords, nodeTools } from "../kit/plot-words.js";
import { region } from "../kit/region.js";
import { exportedFile, saveFile } from "../kit/save-file.js";
import { controlRange } from "../kit/range-control.js";
import { bufferTable } from "../memory/buffer-table.js";
import { memoryFills } from "../memory/fills.js";
import {
  drawMemory,
  drawSelectedBuffer,
  isOnBuffer,
  stepScale,
  type MemoryDrawing,
  type PlacedBuffer,
} from "../memory/plot.js";
import { scratchpadTable, strategyTable } from "../memory/strategies.js";
import { whatIfsTable } from "../memory/what-ifs.js";
import { bufferName, nodeText } from "../model/memory-picture.js";

interface MemoryState {
  readonly target: string | null;
  readonly hasTable: boolean;
  readonly hasWhatIfs: boolean;
}

/** The memory panel: does it fit, what sets the peak, and what would take less. */
const page = bootPage<MemoryState>({
  stateVersion: 1,
  initialState: { target: null, hasTable: false, hasWhatIfs: true },
  decodeState: (kept) => ({
    ...(typeof kept["target"] === "string" ? { target: kept["target"] } : {}),
    ...(typeof kept["hasTable"] === "boolean" ? { hasTable: kept["hasTable"] } : {}),
    ...(typeof kept["hasWhatIfs"] === "boolean" ? { hasWhatIfs: kept["hasWhatIfs"] } : {}),
  }),
  api: {
    changed() {
      ask();
      return null;
    },
    reveal({ nodeId }) {
      const buffer = drawing?.plan.buffers.find(({ writer }) => writer?.id === String(nodeId));
      if (buffer !== undefined) select(buffer, { isTold: false });
      return null;
    },
  },
});

let summary: SummaryView | undefined;
let drawing: MemoryDrawing | undefined;
let selected: BufferRow | null = null;
let asked = 0;

const frame = createPanelFrame(page, {
  panel: "memory",
  title: "Memory",
  retry: () => ask(),
});
const plot = createPlot<PlacedBuffer>({
  label: "Addresses of activations over the execution",
  draw: (context, size, colours) =>
    drawing === undefined ? [] : drawMemory(context, size, colours, drawing),
  drawOver: (context, _size, colours, items) =>
    drawSelectedBuffer(context, colours, items, selected),
  hit: isOnBuffer,
  describe: ({ buffer }) => describe(buffer),
  isSelected: ({ buffer }) => buffer === selected,
  onSelect: (item) => select(item?.buffer ?? null),
  onOpen: ({ buffer }) => openSource(buffer),
});
const fills = h("div", {});
const words = createPlotWords(
  "Click a buffer, or walk with the arrow keys; Enter goes to its line. The wheel zooms, p goes to the peak.",
);
const whatIfs = region("memory-what-ifs", "What would take less memory");
const table = region("plot-table", "Buffers as a table");
const targets = choice({
  label: "Target",
  onChange: (target) => {
    page.keep({ target });
    ask();
  },
});
put(
  frame.tools,
  targets.element,
  tool("In", "zoom-in", () => control.zoom(0.5), "Zoom in (+)"),
  tool("Out", "zoom-out", () => control.zoom(2), "Zoom out (-)"),
  tool("All", "screen-full", () => control.zoom(Infinity), "Show all steps (0)"),
  tool("Peak", "arrow-up", toPeak, "Go to the peak"),
  toggle(
    "What if",
    "lightbulb",
    page.state.hasWhatIfs,
    (hasWhatIfs) => {
      page.keep({ hasWhatIfs });
      showWhatIfs();
    },
    "Another order, writing in place, recomputing, patches",
  ),
  toggle("Table", "table", page.state.hasTable, (hasTable) => {
    page.keep({ hasTable });
    showTable();
  }),
  tool("SVG", "desktop-download", saveFigure, "Save the memory plan as SVG"),
);
frame.body.append(
  fills,
  h("div", { class: "plot-main" }, plot.place),
  h(
    "div",
    { class: "plot-foot" },
    h(
      "ul",
      { class: "plot-legend" },
      h(
        "li",
        { class: "dim" },
        "orange: alive at the peak · purple: workspace of a kernel · line: all that is alive",
      ),
    ),
    ...words.elements,
  ),
  whatIfs,
  table,
);
const control = controlRange(plot.canvas, {
  range: () => drawing?.range,
  whole: stepCount,
  least: () => Math.min(4, stepCount()),
  valueAt: (x) => (drawing === undefined ? 0 : stepScale(drawing, plot.canvas.size()).toValue(x)),
  onMove(range) {
    if (drawing === undefined) return;
    drawing = { ...drawing, range };
    plot.redraw();
  },
  keys: { p: toPeak },
});
ask();

function ask(): void {
  frame.busy();
  asked += 1;
  const now = asked;
  page
    .ask("summary", { problemLimit: 0 })
    .then(async (facts) => {
      if (facts.kind !== "view") return facts;
      summary = facts.view;
      const target = targetOf(summary)?.id ?? null;
      const [plan, use] = await Promise.all([
        page.ask("memory", { target, aliveLimit: 0, hasBuffers: true, bufferLimit: 5000 }),
        page.ask("memory-use", { target, pointLimit: 2000 }),
      ]);
      if (plan.kind !== "view") return plan;
      if (now === asked) show(plan.view, use.kind === "view" ? use.view : null);
      return undefined;
    })
    .then(
      (failure) => {
        if (now !== asked || failure === undefined) return;
        frame.refused(failure);
      },
      (error: unknown) => {
        if (now === asked) frame.failed(messageOf(error));
      },
    );
}

function targetOf(of: SummaryView): SummaryView["targets"][number] | undefined {
  return of.targets.find(({ id }) => id === page.state.target) ?? of.targets[0];
}

/** Undefined does not survive the way through the editor, and may arrive as null. */
function show(plan: MemoryView | null | undefined, use: MemoryUseView | null): void {
  if (summary === undefined) return;
  targets.show(
    summary.targets.map(({ id, label }) => ({ id, label })),
    targetOf(summary)?.id ?? "",
  );
  targets.element.hidden = summary.targets.length === 0;
  if (plan === null || plan === undefined) {
    const target = targetOf(summary);
    frame.nothing(
      target !== undefined && target.uncostedCount > 0
        ? `Nothing to show, because what ${target.uncostedCount} uncosted nodes keep alive is not known. ${target.uncostedReason ?? ""}`.trim()
        : "Nothing to show, because the sizes of some tensors are not known: bind the dimensions.",
    );
    return;
  }
  if (plan.bufferCount === 0) {
    frame.nothing("Nothing to show, because the model writes no activations.");
    return;
  }
  const steps = Math.max(1, plan.stepCount);
  const isSame = drawing?.plan.stepCount === plan.stepCount;
  drawing = {
    plan,
    use,
    range: isSame && drawing !== undefined ? drawing.range : { start: 0, end: steps },
  };
  selected = plan.buffers.find((buffer) => isLike(buffer, selected)) ?? null;
  frame.current();
  frame.setFacts(
    `arena ${formatBytes(plan.arenaBytes)} by ${plan.strategy}`,
    `least possible ${formatBytes(plan.lowerBoundBytes)}`,
    ...(plan.peak === null ? [] : [`peak set by ${plainText(nodeText(plan.peak)).slice(0, 80)}`]),
    `batch ${summary.batch ?? "?"}`,
    ...(plan.buffers.length < plan.bufferCount
      ? [`the ${plan.buffers.length} largest of ${plan.bufferCount} buffers are drawn`]
      : []),
  );
  put(fills, use === null ? null : memoryFills(use, frame.openDetails));
  showWords();
  showTable();
  showWhatIfs();
  plot.redraw();
}

function isLike(a: BufferRow, b: BufferRow | null): boolean {
  return b !== null && a.tensors[0] === b.tensors[0] && a.firstStep === b.firstStep;
}

function showWhatIfs(): void {
  whatIfs.hidden = !page.state.hasWhatIfs || drawing === undefined;
  if (whatIfs.hidden || summary === undefined) return;
  const now = asked;
  page.ask("memory-what-ifs", { target: targetOf(summary)?.id ?? null }).then(
    (reply) => {
      if (now !== asked || reply.kind !== "view" || !reply.view) return;
      if (drawing === undefined) return;
      const { plan } = drawing;
      put(
        whatIfs,
        whatIfsTable(reply.view, frame.openDetails),
        h("div", { class: "memory-ways" }, strategyTable(plan), scratchpadTable(plan)),
      );
    },
    (error: unknown) => frame.say(messageOf(error)),
  );
}

function stepCount(): number {
  return Math.max(1, drawing?.plan.stepCount ?? 1);
}

function toPeak(): void {
  if (drawing === undefined) return;
  const { plan } = drawing;
  const span = Math.min(stepCount(), 24);
  control.moveTo(plan.peakStep + 0.5 - span / 2, span);
}

function select(
  buffer: BufferRow | null,
  { isTold = true }: { readonly isTold?: boolean } = {},
): void {
  selected = buffer;
  if (buffer !== null && drawing !== undefined) {
    const { start, end } = drawing.range;
    if (buffer.lastStep + 1 <= start || end <= buffer.firstStep)
      control.moveTo(buffer.firstStep - (end - start) / 2, end - start);
  }
  plot.redrawOver();
  showWords();
  const nodeId = buffer?.writer?.id;
  if (isTold && nodeId !== undefined) frame.select(Number(nodeId));
}

function showWords(): void {
  if (selected === null) {
    words.clear();
    return;
  }
  const { writer } = selected;
  words.show(describe(selected), ...(writer === null ? [] : nodeTools(frame, Number(writer.id))));
}

function describe(buffer: BufferRow): string {
  const { bytes, offset, firstStep, lastStep, writer, lastReader, tensors } = buffer;
  const steps =
    firstStep === lastStep ? `step ${firstStep + 1}` : `steps ${firstStep + 1}–${lastStep + 1}`;
  const name = plainText(bufferName(buffer));
  return [
    `${name.length > 160 ? `${name.slice(0, 159)}…` : name}${tensors.length > 1 ? ` and ${tensors.length - 1} views of it` : ""}`,
    `${formatBytes(bytes)} at address ${offset.toLocaleString("en-US")}, ${steps}`,
    writer === null ? "an input" : `written by ${plainText(nodeText(writer)).slice(0, 120)}`,
    ...(lastReader === null
      ? []
      : [`read last by ${plainText(nodeText(lastReader)).slice(0, 120)}`]),
  ].join("\n");
}

function showTable(): void {
  table.hidden = !page.state.hasTable;
  if (!page.state.hasTable || drawing === undefined) put(table);
  else put(table, bufferTable(drawing.plan, select));
}

function openSource({ writer }: BufferRow): void {
  if (writer !== null) frame.openSource(Number(writer.id));
}

function saveFigure(): void {
  const target = summary === undefined ? null : (targetOf(summary)?.id ?? null);
  saveFile(page, frame, exportedFile(page, { format: "memory", target }));
}

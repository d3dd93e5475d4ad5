import { formatSeconds, formatShare } from "../../../server/core/base/units.js";
import type { SummaryView } from "../../../server/core/views/summary.js";
import type { TimelineSpan, TimelineView } from "../../../server/core/views/timeline.js";
import { plainText } from "../kit/canvas.js";
import { choice, toggle, tool } from "../kit/controls.js";
import { h, put } from "../kit/dom.js";
import { elidedMiddle } from "../kit/elided-middle.js";
import { bootPage, messageOf } from "../kit/page.js";
import { createPanelFrame } from "../kit/panel-frame.js";
import { createPlot } from "../kit/plot.js";
import { createPlotWords, nodeTools } from "../kit/plot-words.js";
import { region } from "../kit/region.js";
import { exportedFile, saveFile } from "../kit/save-file.js";
import { controlRange } from "../kit/range-control.js";
import { counted, secondsText } from "../kit/quantity-text.js";
import {
  drawTimeline,
  isOnSpan,
  timeScale,
  type PlacedSpan,
  type TimeRange,
} from "../timeline/plot.js";

interface TimelineState {
  readonly target: string | null;
  readonly hasTable: boolean;
}

/** The timeline panel: one inference as it is predicted to run, engine by engine. */
const page = bootPage<TimelineState>({
  stateVersion: 1,
  initialState: { target: null, hasTable: false },
  decodeState: (kept) => ({
    ...(typeof kept["target"] === "string" ? { target: kept["target"] } : {}),
    ...(typeof kept["hasTable"] === "boolean" ? { hasTable: kept["hasTable"] } : {}),
  }),
  api: {
    changed() {
      ask();
      return null;
    },
    reveal({ nodeId }) {
      const span = view?.spans.find((candidate) => candidate.nodeId === nodeId);
      if (span !== undefined) select(span, { isTold: false });
      return null;
    },
  },
});

let view: TimelineView | undefined;
let summary: SummaryView | undefined;
let range: TimeRange | undefined;
let selected: TimelineSpan | null = null;
let asked = 0;

const frame = createPanelFrame(page, {
  panel: "timeline",
  title: "Timeline",
  retry: () => ask(),
});
const plot = createPlot<PlacedSpan>({
  label: "Timeline of one inference",
  draw: (context, size, colours) =>
    view === undefined || range === undefined
      ? []
      : drawTimeline(context, size, colours, view, range, selected),
  hit: isOnSpan,
  describe: ({ span }) => describe(span),
  isSelected: ({ span }) => span === selected,
  onSelect: (item) => select(item?.span ?? null),
  onOpen: ({ span }) => openSource(span),
});
const words = createPlotWords(
  "Click a kernel, or walk with the arrow keys; Enter goes to its line. The wheel zooms.",
);
const table = region("plot-table", "Kernels in the order of execution");
const targets = choice({
  label: "Target",
  onChange: (target) => {
    page.keep({ target });
    range = undefined;
    ask();
  },
});
put(
  frame.tools,
  targets.element,
  tool("In", "zoom-in", () => control.zoom(0.5), "Zoom in (+)"),
  tool("Out", "zoom-out", () => control.zoom(2), "Zoom out (-)"),
  tool("All", "screen-full", () => control.zoom(Infinity), "Show all of it (0)"),
  toggle("Table", "table", page.state.hasTable, (hasTable) => {
    page.keep({ hasTable });
    showTable();
  }),
  tool(
    "Perfetto trace",
    "desktop-download",
    () => save("perfetto"),
    "Save a trace for ui.perfetto.dev",
  ),
  tool("SVG", "desktop-download", () => save("timeline"), "Save the timeline as SVG"),
);
frame.body.append(
  h("div", { class: "plot-main" }, plot.place),
  h(
    "div",
    { class: "plot-foot" },
    h(
      "ul",
      { class: "plot-legend" },
      h(
        "li",
        { class: "plot-bounds" },
        ...(["compute", "memory", "overhead"] as const).map((bound) =>
          h("span", { class: `bound is-${bound}` }, bound),
        ),
      ),
    ),
    ...words.elements,
  ),
  table,
);
const control = controlRange(plot.canvas, {
  range: () => range,
  whole: () => view?.seconds ?? 0,
  least: () => (view?.seconds ?? 0) / 1e5,
  valueAt: (x) => (range === undefined ? 0 : timeScale(range, plot.canvas.size()).toValue(x)),
  onMove(moved) {
    if (view === undefined) return;
    range = moved;
    plot.redraw();
    // With all spans at hand nothing more is to be asked for.
    if (view.spans.length < view.spanCount || moved.end - moved.start < view.seconds) ask();
  },
});
ask();
page.ask("summary", { problemLimit: 0 }).then(
  (reply) => {
    if (reply.kind === "view") summary = reply.view;
    showFacts();
  },
  () => undefined,
);

function ask(): void {
  if (view === undefined) frame.busy();
  asked += 1;
  const now = asked;
  // As much again on both sides, so that panning shows what is there already.
  const span = range === undefined ? 0 : range.end - range.start;
  page
    .ask("timeline", {
      target: page.state.target,
      start: range === undefined ? null : range.start - span,
      end: range === undefined ? null : range.end + span,
      limit: 3000,
    })
    .then(
      (reply) => {
        if (now !== asked) return;
        if (reply.kind !== "view") frame.refused(reply);
        else if (reply.view === null)
          frame.nothing("Nothing to show, because no target is chosen.", frame.pickTargets);
        else if (reply.view.spanCount === 0)
          frame.nothing("Nothing to show, because no kernel of the model is costed.");
        else show(reply.view);
      },
      (error: unknown) => frame.failed(messageOf(error)),
    );
}

function show(next: TimelineView): void {
  view = next;
  range ??= { start: 0, end: next.seconds };
  frame.current();
  showFacts();
  showWords();
  showTable();
  plot.redraw();
}

function select(
  span: TimelineSpan | null,
  { isTold = true }: { readonly isTold?: boolean } = {},
): void {
  selected = span;
  if (span !== null && range !== undefined && (span.start < range.start || range.end < span.start))
    control.moveTo(span.start - (range.end - range.start) / 2, range.end - range.start);
  plot.redraw();
  showWords();
  if (isTold && span?.nodeId != null) frame.select(span.nodeId);
}

function showWords(): void {
  if (selected === null) {
    words.clear();
    return;
  }
  const { nodeId } = selected;
  words.show(describe(selected), ...(nodeId === null ? [] : nodeTools(frame, nodeId)));
}

function describe(span: TimelineSpan): string {
  const share = view === undefined ? 0 : span.seconds / view.seconds;
  return [
    `${plainText(span.name)}${span.op === "" ? "" : ` · ${plainText(span.op)}`}`,
    `${formatSeconds(span.seconds, 2)} (${formatSeconds(span.low, 2)}–${formatSeconds(span.high, 2)}) · ${formatShare(share)}`,
    `from ${formatSeconds(span.start)} on ${span.lane}${span.bound === null ? "" : ` · limited by ${span.bound}`}`,
    ...(span.fusedCount > 0 ? [`does the work of ${span.fusedCount + 1} nodes`] : []),
  ].join("\n");
}

function showFacts(): void {
  targets.show(
    (summary?.targets ?? []).map(({ id, label }) => ({ id, label })),
    view?.targetId ?? "",
  );
  targets.element.hidden = (summary?.targets.length ?? 0) === 0;
  if (view === undefined) return;
  frame.setFacts(
    view.latency === null ? "latency not known" : secondsText(view.latency),
    `batch ${summary?.batch ?? "?"}`,
    counted(view.spanCount, "step"),
    ...(view.uncostedCount === 0 ? [] : [`${counted(view.uncostedCount, "node")} not costed`]),
  );
}

function showTable(): void {
  table.hidden = !page.state.hasTable;
  if (!page.state.hasTable || view === undefined) {
    put(table);
    return;
  }
  const { spans } = view;
  put(
    table,
    h(
      "table",
      { class: "frame-table" },
      h("caption", { class: "visually-hidden" }, "Kernels in the order of execution"),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          ...["kernel", "operator", "engine"].map((name) => h("th", { scope: "col" }, name)),
          ...["start", "time", "interval"].map((name) =>
            h("th", { scope: "col", class: "number" }, name),
          ),
        ),
      ),
      h(
        "tbody",
        {},
        ...spans
          .slice(0, rowLimit)
          .map((span) =>
            h(
              "tr",
              {},
              h(
                "th",
                { scope: "row" },
                h(
                  "button",
                  { class: "link", type: "button", on: { click: () => select(span) } },
                  elidedMiddle(plainText(span.name), 56),
                ),
              ),
              h("td", {}, plainText(span.op)),
              h("td", {}, span.lane),
              h("td", { class: "number" }, formatSeconds(span.start)),
              h("td", { class: "number" }, formatSeconds(span.seconds, 2)),
              h(
                "td",
                { class: "number" },
                `${formatSeconds(span.low, 2)}–${formatSeconds(span.high, 2)}`,
              ),
            ),
          ),
        spans.length > rowLimit &&
          h(
            "tr",
            {},
            h("td", { colspan: 6 }, `… and ${spans.length - rowLimit} more in this range`),
          ),
      ),
    ),
  );
}

function openSource({ nodeId }: TimelineSpan): void {
  if (nodeId !== null) frame.openSource(nodeId);
}

function save(format: string): void {
  saveFile(page, frame, exportedFile(page, { format, target: page.state.target }));
}

/** More rows than anyone reads. */
const rowLimit = 300;

import type { GraphBox, GraphParams, GraphView } from "../../../server/core/views/graph.js";
import type { SummaryView } from "../../../server/core/views/summary.js";
import { choice, toggle, tool } from "../kit/controls.js";
import { h, put } from "../kit/dom.js";
import { bootPage, messageOf } from "../kit/page.js";
import { createPanelFrame } from "../kit/panel-frame.js";
import { counted } from "../kit/quantity-text.js";
import { region } from "../kit/region.js";
import { saveFile, type SavedFile } from "../kit/save-file.js";
import { boxTable } from "../graph/box-table.js";
import { contains, widened } from "../graph/camera.js";
import { createLegend } from "../graph/legend.js";
import { createMinimap } from "../graph/minimap.js";
import { createSearch } from "../graph/search.js";
import { createSelectionBar } from "../graph/selection-bar.js";
import { decodeGraphState, initialGraphState, type GraphState } from "../graph/state.js";
import { createSurface } from "../graph/surface.js";

/** The graph panel: it asks for the window that is on screen, and again whenever it leaves what it has. */
const page = bootPage<GraphState>({
  stateVersion: 1,
  initialState: initialGraphState,
  decodeState: decodeGraphState,
  api: {
    changed() {
      ask({ hasOverview: true });
      askSummary();
      return null;
    },
    reveal({ nodeId }) {
      reveal(nodeId);
      return null;
    },
  },
});

let view: GraphView | undefined;
let summary: SummaryView | undefined;
let asking: AbortController | undefined;
/** What is to be asked once the running question is answered. */
let waiting: AskOptions | undefined;
let keepTimer = 0;

const frame = createPanelFrame(page, {
  panel: "graph",
  title: "Graph",
  retry: () => ask({ hasOverview: true, isRetry: true }),
});
const surface = createSurface({
  camera: page.state.camera ?? undefined,
  hasCriticalPath: page.state.hasCriticalPath,
  onMove: moved,
  onSelect(box) {
    if (view === undefined) return;
    bar.show(box, view);
    if (box?.kind === "node" && box.nodeId !== null) frame.select(box.nodeId);
  },
  onOpen: open,
  onFocus: focusOn,
  reveal: (id) => (id.startsWith("n") ? reveal(Number(id.slice(1))) : undefined),
  find: () => search.focus(),
  leave: () => (page.state.focus === null ? surface.select(null) : changeDrawing({ focus: null })),
});
const minimap = createMinimap((x, y) => surface.centre(x, y));
const legend = createLegend();
const search = createSearch({
  find: async (filter) => {
    const reply = await page.ask("layers", {
      sortBy: "index",
      descending: false,
      filter,
      start: 0,
      end: 60,
      target: page.state.target,
      locate: null,
    });
    return reply.kind === "view" ? reply.view : undefined;
  },
  goTo: (nodeId) => reveal(nodeId),
  leave: () => surface.focus(),
});
const bar = createSelectionBar({
  open,
  focus: focusOn,
  details: frame.openDetails,
  unroll: (id) =>
    changeDrawing({ unrolled: [...page.state.unrolled, id] }, { isKeptInPlace: true }),
  roll: (id) =>
    changeDrawing(
      { unrolled: page.state.unrolled.filter((other) => other !== id) },
      { isKeptInPlace: true },
    ),
});
const targets = choice({
  label: "Target",
  onChange: (target) => {
    page.keep({ target });
    ask({ hasOverview: true });
    showFacts();
  },
});
const measures = choice({
  label: "Colour",
  onChange: (measure) => {
    page.keep({ measure });
    ask({ hasOverview: true });
  },
});
const folds = choice({
  label: "Scopes",
  onChange: (fold) =>
    changeDrawing({
      fold: fold === "open" || fold === "closed" ? fold : "auto",
      toggled: [],
      unrolled: [],
    }),
});
const sized = toggle("Size", "symbol-ruler", page.state.isSized, (isSized) =>
  changeDrawing({ isSized }),
);
const critical = toggle(
  "Critical path",
  "git-commit",
  page.state.hasCriticalPath,
  (hasCriticalPath) => {
    page.keep({ hasCriticalPath });
    surface.setCriticalPath(hasCriticalPath);
    showFacts();
  },
  "Mark the chain of dependent nodes that takes longest",
);
const table = region("graph-table", "What is drawn, as a table");
table.hidden = !page.state.hasTable;
const tableToggle = toggle("Table", "table", page.state.hasTable, (hasTable) => {
  page.keep({ hasTable });
  showTable();
});
const focusNote = h("span", { class: "graph-focus" });
put(
  frame.tools,
  targets.element,
  measures.element,
  folds.element,
  sized,
  critical,
  focusNote,
  search.element,
  tool("Fit", "screen-full", () => surface.fit(), "Show all of it (0)"),
  tableToggle,
  tool("SVG", "desktop-download", () => save("svg"), "Save the drawing as SVG"),
  tool("PNG", "device-camera", () => save("png"), "Save what is on screen as PNG"),
);
frame.body.append(
  h("div", { class: "graph-main" }, surface.place, minimap.element, legend.element),
  bar.element,
  table,
);
folds.show(
  [
    { id: "auto", label: "as fits" },
    { id: "closed", label: "all folded" },
    { id: "open", label: "all unfolded" },
  ],
  page.state.fold,
);
window.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "f") {
    event.preventDefault();
    search.focus();
  }
});
ask({ hasOverview: true });
askSummary();

interface AskOptions {
  readonly hasOverview?: boolean;
  readonly reveal?: number;
  readonly isRetry?: boolean;
  /** The drawing is another one: begin at its beginning. */
  readonly isNew?: boolean;
  /** Box that shall stay where it is on screen. */
  readonly anchor?: string | undefined;
}

/** One question at a time; while it is being answered the newest wish waits. */
function ask(options: AskOptions): void {
  if (asking !== undefined) {
    waiting = { ...waiting, ...options };
    return;
  }
  if (view === undefined || options.hasOverview === true) frame.busy();
  asking = new AbortController();
  const visible = options.isNew === true ? null : surface.visible();
  page
    .ask("graph", paramsFor(visible, options), {
      signal: asking.signal,
      ...(options.isRetry === true && { isRetry: true }),
    })
    .then(
      (reply) => {
        if (reply.kind === "view") show(reply.view, options);
        else frame.refused(reply);
      },
      (error: unknown) => frame.failed(messageOf(error)),
    )
    .finally(() => {
      asking = undefined;
      const next = waiting;
      waiting = undefined;
      if (next !== undefined) ask(next);
    });
}

function paramsFor(visible: GraphView["window"] | null, options: AskOptions): GraphParams {
  const { target, measure, isSized, fold, toggled, unrolled, focus } = page.state;
  return {
    target,
    measure,
    isSized,
    fold,
    toggled,
    unrolled,
    focus,
    window: visible === null || visible.width <= 0 ? null : widened(visible),
    scale: surface.camera()?.scale ?? 1,
    reveal: options.reveal ?? null,
    hasOverview: options.hasOverview === true || view === undefined,
  };
}

function show(next: GraphView, { isNew = false, reveal: revealed, anchor }: AskOptions): void {
  const before = view?.boxes.find(({ id }) => id === anchor);
  const isFirst = view === undefined && page.state.camera === null;
  view = next;
  if (next.boxCount === 0) {
    frame.nothing(
      next.nodeCount === 0
        ? "Nothing to show, because the graph has no nodes."
        : "Nothing to show, because every node is folded into a constant.",
    );
    return;
  }
  frame.current();
  surface.show(next, isNew || isFirst);
  const after = next.boxes.find(({ id }) => id === anchor);
  const camera = surface.camera();
  const now = surface.visible();
  if (before !== undefined && after !== undefined && camera !== undefined && now !== null)
    surface.centre(
      now.x + now.width / 2 + after.x - before.x,
      now.y + now.height / 2 + after.y - before.y,
    );
  measures.show(next.measures, next.measure.id);
  if (next.measure.id === "risk" && next.largest === 0)
    frame.say("the risk is not known here: it needs weights that lie in a file");
  legend.show(next);
  minimap.show(next);
  minimap.mark(surface.visible() ?? next.window);
  if (revealed !== undefined) {
    page.keep({ toggled: next.toggled, unrolled: next.unrolled });
    if (next.revealed !== null) surface.bringIn(next.revealed);
    surface.select(`n${revealed}`);
  }
  bar.show(
    next.boxes.find(({ id }) => id === surface.selected()),
    next,
  );
  showTable();
  showFacts();
  if (isNew || isFirst) moved();
}

/** The camera moved: what is missing is asked for, and where it is is kept. */
function moved(): void {
  const visible = surface.visible();
  const camera = surface.camera();
  if (visible === null || camera === undefined || view === undefined) return;
  minimap.mark(visible);
  clearTimeout(keepTimer);
  keepTimer = window.setTimeout(() => page.keep({ camera }), 250);
  const whole = { x: 0, y: 0, width: view.width, height: view.height };
  const wanted = clipped(visible, whole);
  const isCoarse =
    view.cells !== null &&
    (view.cells.size * camera.scale > 5 || view.cells.size * camera.scale < 1.5);
  if (wanted !== undefined && (!contains(view.window, wanted) || isCoarse)) ask({});
}

function clipped(a: GraphView["window"], b: GraphView["window"]): GraphView["window"] | undefined {
  const x = Math.max(a.x, b.x);
  const y = Math.max(a.y, b.y);
  const width = Math.min(a.x + a.width, b.x + b.width) - x;
  const height = Math.min(a.y + a.height, b.y + b.height) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : undefined;
}

function open(box: GraphBox): void {
  if (box.kind === "node") {
    if (box.nodeId !== null) frame.openSource(box.nodeId);
    return;
  }
  if (box.kind !== "group" && box.kind !== "repeat") return;
  const { toggled } = page.state;
  changeDrawing(
    {
      toggled: toggled.includes(box.id)
        ? toggled.filter((id) => id !== box.id)
        : [...toggled, box.id],
    },
    { isKeptInPlace: true, anchor: box.id },
  );
}

function focusOn(box: GraphBox): void {
  if (box.nodeId !== null) changeDrawing({ focus: { nodeId: box.nodeId, radius: 4 } });
}

function changeDrawing(
  change: Partial<GraphState>,
  { isKeptInPlace = false, anchor }: { isKeptInPlace?: boolean; anchor?: string } = {},
): void {
  page.keep(change);
  folds.show(
    [
      { id: "auto", label: "as fits" },
      { id: "closed", label: "all folded" },
      { id: "open", label: "all unfolded" },
    ],
    page.state.fold,
  );
  if (!isKeptInPlace) surface.forget();
  ask({ hasOverview: true, isNew: !isKeptInPlace, anchor });
}

function reveal(nodeId: number): void {
  if (page.state.focus !== null) page.keep({ focus: null });
  ask({ hasOverview: true, reveal: nodeId });
}

function askSummary(): void {
  page.ask("summary", { problemLimit: 0 }).then(
    (reply) => {
      if (reply.kind !== "view") return;
      summary = reply.view;
      showFacts();
    },
    () => undefined,
  );
}

function showFacts(): void {
  if (view === undefined) return;
  const { focus } = page.state;
  const active = summary?.targets.find(({ id }) => id === view?.targetId) ?? summary?.targets[0];
  targets.show(
    (summary?.targets ?? []).map(({ id, label }) => ({ id, label })),
    active?.id ?? "",
  );
  targets.element.hidden = (summary?.targets.length ?? 0) === 0;
  put(
    focusNote,
    ...(focus === null
      ? []
      : [
          tool("Around one node: show all", "close", () => changeDrawing({ focus: null })),
          tool("Wider", "zoom-out", () =>
            changeDrawing({ focus: { ...focus, radius: focus.radius + 2 } }),
          ),
        ]),
  );
  const hidden =
    view.hiddenCount === 0 ? [] : [`${counted(view.hiddenCount, "constant node")} hidden`];
  const { criticalSeconds } = view;
  const path =
    page.state.hasCriticalPath && criticalSeconds !== null && active?.latency != null
      ? [
          `critical path ${Math.round((criticalSeconds / active.latency.value) * 100)} % of the latency`,
        ]
      : [];
  frame.setFacts(
    counted(view.nodeCount, "node"),
    ...(summary?.batch == null ? [] : [`batch ${summary.batch}`]),
    ...hidden,
    ...path,
  );
}

function showTable(): void {
  table.hidden = !page.state.hasTable;
  if (!page.state.hasTable || view === undefined) {
    put(table);
    return;
  }
  put(
    table,
    boxTable(view, (id) => {
      const box = view?.boxes.find((candidate) => candidate.id === id);
      if (box === undefined) return;
      surface.bringIn(box);
      surface.select(id);
      surface.focus();
    }),
  );
}

function save(format: "svg" | "png"): void {
  saveFile(page, frame, format === "png" ? pictureFile() : figureFile());
}

function pictureFile(): Promise<SavedFile> {
  const content = surface.canvas.toPng();
  return Promise.resolve({ name: "graph.png", content, isBase64: true });
}

async function figureFile(): Promise<SavedFile | null> {
  const reply = await page.ask("graph-figure", { ...paramsFor(null, {}), window: null });
  return reply.kind === "view" ? { name: "graph.svg", content: reply.view.svg } : null;
}

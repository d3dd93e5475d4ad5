import type { LayersParams, LayersView } from "../../../server/core/views/layers.js";
import type { SummaryView } from "../../../server/core/views/summary.js";
import type { ViewReply } from "../../../server/protocol/requests.js";
import { h, visibleText } from "../kit/dom.js";
import { bootPage, messageOf } from "../kit/page.js";
import { panelLinks } from "../kit/panel-frame.js";
import { createSplitView } from "../kit/split-view.js";
import { createDetailsPane } from "../model/details-pane.js";
import { createLayerList } from "../model/layer-list.js";
import { createMemorySection } from "../model/memory-section.js";
import { createPageStatus } from "../model/page-status.js";
import { createOverview } from "../model/overview.js";
import {
  boundIn,
  decodeState,
  initialState,
  stateVersion,
  type ModelPageState,
} from "../model/page-state.js";
import { createProblemsStrip } from "../model/problems-strip.js";
import { createTargetsTable } from "../model/targets-table.js";
import { createToolbar } from "../model/toolbar.js";

/** The page of a model file: which layer costs? It asks for its first rows and the summary at once, and draws views. */
const page = bootPage<ModelPageState>({
  stateVersion,
  initialState,
  decodeState,
  api: {
    changed() {
      refresh({ scroll: "keep" });
      return null;
    },
    reveal({ nodeId }) {
      openNode(nodeId);
      return null;
    },
  },
});

let fileName = "";
let summary: SummaryView | undefined;
/** Rises with every refresh: answers to older questions are dropped. */
let generation = 0;
let asking = new AbortController();
let asksDetails = new AbortController();
let isRefreshing = false;

const overview = createOverview({
  openNode,
  isMemoryOpen: page.state.isMemoryOpen,
  toggleMemory: () => memory.setOpen(!page.state.isMemoryOpen),
});
overview.head.append(panelLinks("model", (panel) => told(page.host.call("openPanel", { panel }))));
const memory = createMemorySection({
  isOpen: page.state.isMemoryOpen,
  onToggle: (isMemoryOpen) => {
    page.keep({ isMemoryOpen });
    overview.markMemory(isMemoryOpen);
  },
  fetch: (params, signal) => page.ask("memory", params, { signal }),
  openNode,
  leave: () => overview.focusMemory(),
});
const targets = createTargetsTable({ choose: chooseTarget, pick: pickTargets });
const toolbar = createToolbar({
  filter: page.state.filter,
  pickTargets,
  chooseTarget,
  bind: (binding) => {
    page.keep(binding);
    status.busy();
    told(page.host.call("bind", binding));
  },
  find: (filter) => reorder({ filter }),
  joinsAlike: page.state.joinsAlike,
  joinAlike: (joinsAlike) => reorder({ joinsAlike }, "selected"),
  leaveFind: () => layers.focus(),
  openAsText,
});
const problems = createProblemsStrip({
  isOpen: page.state.areProblemsOpen,
  onToggle: (areProblemsOpen) => page.keep({ areProblemsOpen }),
  openNode,
});
const layers = createLayerList({
  order: () => page.state,
  fetch: async (params) => {
    const reply = await page.ask("layers", params);
    return reply.kind === "view" ? reply.view : undefined;
  },
  onSort: (sortBy, descending) => reorder({ sortBy, descending }),
  onSelect: select,
  onOpen: (nodeId) => {
    setPaneOpen(true);
    select(nodeId);
    details.focus();
  },
  onCopy: (text) => told(page.host.call("copy", { text })),
  onType: () => toolbar.startFinding({ isReplacing: false }),
  onLeave: () => page.state.filter !== "" && reorder({ filter: "" }),
  onError: (error) => status.failed(messageOf(error)),
});
const details = createDetailsPane({
  openNode,
  openAsText,
  close: () => {
    setPaneOpen(false);
    layers.focus();
  },
  leave: () => layers.focus(),
  askQuantization: async (nodeId, format) => {
    const reply = await page.ask("quantization", {
      nodeId,
      ...(format !== undefined && { format }),
    });
    if (reply.kind === "view")
      return reply.view ?? "This layer multiplies by no weights of its own.";
    return reply.kind === "failed" ? reply.message : "It was stopped.";
  },
});
const split = createSplitView({
  start: layers.element,
  end: details.element,
  sashLabel: "Width of the details",
  sizes: { beside: page.state.paneBeside, below: page.state.paneBelow },
  isOpen: page.state.isPaneOpen,
  stackBelowWidth: 820,
  onResize: ({ beside, below }) => page.keep({ paneBeside: beside, paneBelow: below }),
});
const main = h("main", { class: "page is-loading", "aria-busy": "true" });
const status = createPageStatus({
  main,
  note: overview.status,
  cover: (state) => layers.cover(state),
  retry: () => refresh({ scroll: "selected", isRetry: true }),
});
main.append(
  overview.head,
  overview.tiles,
  targets.element,
  memory.element,
  toolbar.element,
  status.banner,
  problems.element,
  split.element,
);
(document.getElementById("app") ?? document.body).append(main);
window.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "f") {
    event.preventDefault();
    toolbar.startFinding({ isReplacing: true });
  }
});

page.start
  .then((start) => {
    fileName = start.fileName;
    document.title = `Layers: ${visibleText(fileName)}`;
    if (summary === undefined) overview.showName(fileName);
    else overview.show(summary, fileName);
  })
  .catch((error: unknown) => status.failed(messageOf(error)));
const bound = boundIn(page.state);
if (bound !== undefined) told(page.host.call("bind", bound));
details.showNothing("Select a layer to see how its numbers came about.");
refresh({ scroll: "selected" });

interface RefreshOptions {
  readonly scroll: Scroll;
  readonly isRetry?: boolean;
}

type Scroll = "keep" | "top" | "selected";

/** Asks for everything that is on screen again; what is there stays, marked as stale, until the answers are in. */
function refresh({ scroll, isRetry = false }: RefreshOptions): void {
  status.busy();
  const asked = (generation += 1);
  isRefreshing = true;
  asking.abort();
  asking = new AbortController();
  const options = { signal: asking.signal, isRetry };
  Promise.all([page.ask("summary", {}, options), page.ask("layers", layersParams(scroll), options)])
    .then(([summaryReply, layersReply]) => {
      if (asked !== generation) return;
      isRefreshing = false;
      if (summaryReply.kind !== "view") showStopped(summaryReply);
      else if (layersReply.kind !== "view") showStopped(layersReply);
      else {
        showSummary(summaryReply.view);
        showLayers(layersReply.view, scroll);
        status.current();
        if (page.state.nodeId !== null && split.isOpen) showDetails(page.state.nodeId);
      }
    })
    .catch((error: unknown) => {
      if (asked !== generation) return;
      isRefreshing = false;
      status.failed(messageOf(error));
    });
}

/** Sorts, filters, selects or changes the target: only the table is asked for again. */
function reorder(change: Partial<ModelPageState>, scroll: Scroll = "top"): void {
  page.keep(change);
  if (change.filter !== undefined) toolbar.setFilter(change.filter);
  if (summary === undefined || isRefreshing) {
    refresh({ scroll });
    return;
  }
  const asked = (generation += 1);
  page
    .ask("layers", layersParams(scroll))
    .then((reply) => {
      if (asked !== generation) return;
      if (reply.kind !== "view") showStopped(reply);
      else if (scroll === "selected" && isHiddenByFilter(reply.view))
        reorder({ filter: "" }, "selected");
      else showLayers(reply.view, scroll);
    })
    .catch((error: unknown) => {
      if (asked === generation) status.failed(messageOf(error));
    });
}

function layersParams(scroll: Scroll): LayersParams {
  const { sortBy, descending, filter, joinsAlike, target, nodeId } = page.state;
  const range = scroll === "top" ? { start: 0, end: 100 } : layers.range();
  return { sortBy, descending, filter, joinsAlike, target, locate: nodeId, ...range };
}

function isHiddenByFilter(view: LayersView): boolean {
  return view.located === null && page.state.nodeId !== null && page.state.filter.trim() !== "";
}

function showSummary(view: SummaryView): void {
  summary = view;
  const active = activeTarget();
  overview.show(view, fileName);
  targets.show(view, active);
  memory.show(view, active);
  toolbar.show(view, active, page.state);
  problems.show(view);
}

function showLayers(view: LayersView, scroll: Scroll): void {
  toolbar.showMatches(view.matchedLayers, view.total);
  if (view.total === 0)
    layers.cover({
      iconName: "circle-slash",
      title:
        summary?.extentRead === "none"
          ? "Nothing to show, because no node could be read"
          : "Nothing to show, because the graph has no nodes",
      text:
        summary !== undefined && summary.problems.length > 0
          ? "The problems above say what was found in the file."
          : "The file is a valid model without operators.",
    });
  else if (view.matched === 0)
    layers.cover({
      iconName: "search",
      title: "No layer matches",
      text: `Nothing to show, because none of ${view.total} layers matches “${page.state.filter.trim()}”.`,
      action: { label: "Clear the filter", run: () => reorder({ filter: "" }) },
    });
  else layers.show(view, scroll);
}

function showStopped(reply: Exclude<ViewReply<never>, { kind: "view" }>): void {
  if (reply.kind === "failed") status.failed(reply.message);
  else status.cancelled();
}

function select(nodeId: number): void {
  page.keep({ nodeId });
  if (split.isOpen) showDetails(nodeId);
}

function showDetails(nodeId: number): void {
  asksDetails.abort();
  asksDetails = new AbortController();
  const { signal } = asksDetails;
  page
    .ask("details", { nodeId }, { signal })
    .then((reply) => {
      if (signal.aborted) return;
      if (reply.kind !== "view")
        details.showNothing(reply.kind === "failed" ? reply.message : "The analysis was stopped.");
      else if (reply.view === null) details.showNothing("The model has no such node any more.");
      else details.show(reply.view, activeTarget());
    })
    .catch((error: unknown) => {
      if (!signal.aborted) details.showNothing(messageOf(error));
    });
}

/** Selects a node wherever it is: opens its details, and clears a filter that hides it. */
function openNode(nodeId: number): void {
  setPaneOpen(true);
  showDetails(nodeId);
  reorder({ nodeId }, "selected");
}

function chooseTarget(target: string): void {
  if (target === activeTarget()) return;
  page.keep({ target });
  if (summary !== undefined) showSummary(summary);
  reorder({ target }, "keep");
  if (page.state.nodeId !== null && split.isOpen) showDetails(page.state.nodeId);
}

function activeTarget(): string | null {
  const ids = summary?.targets.map((target) => target.id) ?? [];
  return ids.find((id) => id === page.state.target) ?? ids[0] ?? null;
}

function setPaneOpen(isPaneOpen: boolean): void {
  if (split.isOpen !== isPaneOpen) split.setOpen(isPaneOpen);
  page.keep({ isPaneOpen });
}

function pickTargets(): void {
  told(page.host.call("pickTargets", null));
}

function openAsText(): void {
  const { nodeId } = page.state;
  told(page.host.call("openAsText", { nodeName: null, ...(nodeId === null ? {} : { nodeId }) }));
}

function told(call: Promise<unknown>): void {
  call.catch((error: unknown) => status.failed(messageOf(error)));
}

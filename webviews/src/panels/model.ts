import type { SummaryView } from "../../../server/core/views/summary.js";
import type { ViewReply } from "../../../server/protocol/requests.js";
import { h, prose } from "../kit/dom.js";
import { bootPage } from "../kit/page.js";
import { createSplitView } from "../kit/split-view.js";
import { createDetailsPane } from "../model/details-pane.js";
import { createLayerList } from "../model/layer-list.js";
import { createOverview } from "../model/overview.js";
import {
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

const overview = createOverview({ openNode });
const targets = createTargetsTable({ choose: chooseTarget, pick: pickTargets });
const toolbar = createToolbar({
  filter: page.state.filter,
  pickTargets,
  chooseTarget,
  bind: (batch, dims) => {
    page.keep({ batch, dims });
    markStale();
    told(page.host.call("bind", { batch, dims }));
  },
  find: (filter) => reorder({ filter }),
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
  onError: (error) => showFailure(messageOf(error)),
});
const details = createDetailsPane({
  openNode,
  openAsText,
  close: () => {
    setPaneOpen(false);
    layers.focus();
  },
  leave: () => layers.focus(),
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
const failure = h("div", { class: "failure", role: "alert", hidden: true });
const main = h(
  "main",
  { class: "page is-loading", "aria-busy": "true" },
  overview.head,
  overview.tiles,
  targets.element,
  toolbar.element,
  failure,
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
    if (summary === undefined) overview.showName(fileName);
    else overview.show(summary, fileName);
  })
  .catch((error: unknown) => showFailure(messageOf(error)));
const { batch, dims } = page.state;
if (batch !== null || Object.keys(dims).length > 0) told(page.host.call("bind", { batch, dims }));
details.showNothing("Select a layer to see how its numbers came about.");
refresh({ scroll: "selected" });

interface RefreshOptions {
  readonly scroll: "keep" | "top" | "selected";
  readonly isRetry?: boolean;
}

/** Asks for everything that is on screen again; what is there stays, marked as stale, until the answers are in. */
function refresh({ scroll, isRetry = false }: RefreshOptions): void {
  markStale();
  const asked = (generation += 1);
  asking.abort();
  asking = new AbortController();
  const options = { signal: asking.signal, isRetry };
  const range = scroll === "keep" ? layers.range() : { start: 0, end: 100 };
  const { sortBy, descending, filter, target, nodeId } = page.state;
  Promise.all([
    page.ask("summary", {}, options),
    page.ask("layers", { sortBy, descending, filter, target, locate: nodeId, ...range }, options),
  ])
    .then(([summaryReply, layersReply]) => {
      if (asked !== generation) return;
      if (summaryReply.kind !== "view") {
        showStopped(summaryReply);
        return;
      }
      if (layersReply.kind !== "view") {
        showStopped(layersReply);
        return;
      }
      showSummary(summaryReply.view);
      showLayers(layersReply.view, scroll);
      main.classList.remove("is-loading", "is-stale");
      main.setAttribute("aria-busy", "false");
      overview.status.replaceChildren();
      failure.hidden = true;
      if (page.state.nodeId !== null) showDetails(page.state.nodeId);
    })
    .catch((error: unknown) => {
      if (asked === generation) showFailure(messageOf(error));
    });
}

/** Sorts, filters or changes the target: only the table is asked for again. */
function reorder(change: Partial<ModelPageState>): void {
  page.keep(change);
  if (change.filter !== undefined) toolbar.setFilter(change.filter);
  if (summary === undefined) {
    refresh({ scroll: "top" });
    return;
  }
  const asked = (generation += 1);
  const { sortBy, descending, filter, target, nodeId } = page.state;
  page
    .ask("layers", { sortBy, descending, filter, target, locate: nodeId, start: 0, end: 100 })
    .then((reply) => {
      if (asked !== generation) return;
      if (reply.kind === "view") showLayers(reply.view, "target" in change ? "selected" : "top");
      else showStopped(reply);
    })
    .catch((error: unknown) => {
      if (asked === generation) showFailure(messageOf(error));
    });
}

function showSummary(view: SummaryView): void {
  summary = view;
  const active = activeTarget();
  overview.show(view, fileName);
  targets.show(view, active);
  toolbar.show(view, active, page.state);
  problems.show(view);
}

function showLayers(
  view: Parameters<typeof layers.show>[0],
  scroll: RefreshOptions["scroll"],
): void {
  toolbar.showMatches(view.matched, view.total);
  if (view.total === 0) {
    layers.cover({
      iconName: "circle-slash",
      title: "Nothing to show, because the graph has no nodes",
      text:
        summary !== undefined && summary.problems.length > 0
          ? "The problems above say what was found in the file."
          : "The file is a valid model without operators.",
    });
    return;
  }
  if (view.matched === 0) {
    layers.cover({
      iconName: "search",
      title: "No layer matches",
      text: `Nothing to show, because none of ${view.total} layers matches “${page.state.filter.trim()}”.`,
      action: { label: "Clear the filter", run: () => reorder({ filter: "" }) },
    });
    return;
  }
  layers.show(view, scroll);
}

/** A failure after a success leaves what was there, marked as stale, and says so above it. */
function showStopped(reply: Exclude<ViewReply<never>, { kind: "view" }>): void {
  if (reply.kind === "failed") {
    showFailure(reply.message);
    return;
  }
  main.setAttribute("aria-busy", "false");
  overview.status.replaceChildren(summary === undefined ? "" : "out of date: stopped");
  const again = { label: "Analyse", run: () => refresh({ scroll: "selected", isRetry: true }) };
  if (summary !== undefined) {
    showBanner("The analysis was stopped.", again);
    return;
  }
  main.classList.remove("is-loading");
  main.classList.add("is-empty");
  layers.cover({
    iconName: "debug-pause",
    title: "The analysis was stopped",
    text: "Nothing to show, because it was stopped before it had an answer.",
    action: again,
  });
}

function showFailure(message: string): void {
  main.setAttribute("aria-busy", "false");
  overview.status.replaceChildren(summary === undefined ? "" : "out of date");
  const again = { label: "Try again", run: () => refresh({ scroll: "selected", isRetry: true }) };
  if (summary !== undefined) {
    showBanner(message, again);
    return;
  }
  main.classList.remove("is-loading");
  main.classList.add("is-empty");
  layers.cover({
    iconName: "error",
    title: "This model cannot be shown",
    text: message,
    action: again,
    isAlert: true,
  });
}

function showBanner(
  message: string,
  again: { readonly label: string; readonly run: () => void },
): void {
  failure.hidden = false;
  failure.replaceChildren(
    h("span", {}, ...prose(message)),
    h("button", { class: "link", type: "button", on: { click: again.run } }, again.label),
  );
}

function markStale(): void {
  main.classList.remove("is-empty");
  main.setAttribute("aria-busy", "true");
  if (summary === undefined) {
    main.classList.add("is-loading");
    return;
  }
  main.classList.add("is-stale");
  overview.status.replaceChildren("updating…");
}

function select(nodeId: number): void {
  page.keep({ nodeId });
  if (split.isOpen) showDetails(nodeId);
}

let asksDetails = new AbortController();

function showDetails(nodeId: number): void {
  asksDetails.abort();
  asksDetails = new AbortController();
  const { signal } = asksDetails;
  page
    .ask("details", { nodeId }, { signal })
    .then((reply) => {
      if (signal.aborted) return;
      if (reply.kind !== "view") {
        details.showNothing(reply.kind === "failed" ? reply.message : "Stopped.");
        return;
      }
      if (reply.view === null) {
        details.showNothing("The model has no such node any more.");
        return;
      }
      details.show(reply.view, activeTarget());
    })
    .catch((error: unknown) => details.showNothing(messageOf(error)));
}

/** Selects a node wherever it is: clears a filter that hides it, and opens its details. */
function openNode(nodeId: number): void {
  page.keep({ nodeId });
  setPaneOpen(true);
  showDetails(nodeId);
  locate(nodeId, true);
}

function locate(nodeId: number, mayClearFilter: boolean): void {
  const { sortBy, descending, filter, target } = page.state;
  const params = { sortBy, descending, filter, target, locate: nodeId };
  const asked = (generation += 1);
  page
    .ask("layers", { ...params, start: 0, end: 0 })
    .then(async (reply) => {
      if (reply.kind !== "view" || asked !== generation) return;
      const { located } = reply.view;
      if (located === null) {
        if (!mayClearFilter || filter === "") return;
        page.keep({ filter: "" });
        toolbar.setFilter("");
        locate(nodeId, false);
        return;
      }
      const start = Math.max(0, Math.floor(located / 100) * 100 - 100);
      const rows = await page.ask("layers", { ...params, start, end: start + 300 });
      if (rows.kind === "view" && asked === generation) showLayers(rows.view, "selected");
    })
    .catch((error: unknown) => showFailure(messageOf(error)));
}

function chooseTarget(target: string): void {
  if (target === activeTarget()) return;
  page.keep({ target });
  if (summary !== undefined) showSummary(summary);
  reorder({ target });
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
  call.catch((error: unknown) => showFailure(messageOf(error)));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

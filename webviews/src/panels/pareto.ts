import { formatNumber } from "../../../server/core/base/units.js";
import type { Alternative, MetricKind } from "../../../server/core/search/alternatives.js";
import type { ParetoResult } from "../../../server/core/search/compare-alternatives.js";
import { plainText } from "../kit/canvas.js";
import { choice, toggle, tool } from "../kit/controls.js";
import { h, put } from "../kit/dom.js";
import { bootPage, messageOf } from "../kit/page.js";
import { createPanelFrame } from "../kit/panel-frame.js";
import { createPlotWords } from "../kit/plot-words.js";
import { region } from "../kit/region.js";
import { frontItems } from "../pareto/fronts.js";
import { dragLimits } from "../pareto/limits.js";
import { createParetoPlot } from "../pareto/pareto-plot.js";
import { metricText, type ParetoPicture, type ParetoPoint } from "../pareto/plot.js";
import { pointTable, stateText } from "../pareto/point-table.js";
import {
  decodeParetoState,
  initialParetoState,
  paretoGroupings,
  type ParetoPageState,
} from "../pareto/state.js";
import { createSweep } from "../pareto/sweep.js";

/** The Pareto panel: alternatives against each other in two or three measures. */
const page = bootPage<ParetoPageState>({
  stateVersion: 1,
  initialState: initialParetoState,
  decodeState: decodeParetoState,
  api: {
    changed() {
      gather();
      return null;
    },
    reveal: () => null,
  },
});

const alternatives = new Map<string, Alternative>();
let picture: ParetoPicture | undefined;
let isComparing = false;
let isWanted = false;
let precisions: readonly string[] = [];

const frame = createPanelFrame(page, {
  panel: "pareto",
  title: "Pareto",
  retry: () => gather(),
});
const plot = createParetoPlot({
  label: "Pareto plot",
  picture: () => picture,
  describe,
  onSelect: (item) => select(item?.alternative.id ?? null),
  onOpen: ({ alternative }) => pick(alternative.id),
});
const words = createPlotWords(
  "◆ on the front · ● dominated · × beyond a limit or not fitting · whiskers: intervals",
);
const pickedList = h("ul", { class: "pareto-picked", "aria-label": "Picked alternatives" });
const table = region("plot-table", "Alternatives as a table");
const axisChoices = ["Across", "Up", "Size"].map((label, at) =>
  choice({
    label,
    onChange: (value) => {
      const axes = [...page.state.axes];
      if (value === "") axes.length = 2;
      else axes[at] = value;
      const limits = page.state.limits.map((limit, other) => (other === at ? null : limit));
      page.keep({ axes, limits });
      compare();
    },
  }),
);
const grouping = choice({
  label: "Fronts of",
  onChange: (value) => {
    const groupBy = paretoGroupings.find(({ id }) => id === value)?.id;
    if (groupBy !== undefined) page.keep({ groupBy });
    compare();
  },
});
grouping.show(paretoGroupings, page.state.groupBy);
const legend = h("ul", { class: "plot-legend", "aria-label": "Fronts" });
const sweep = createSweep({
  precisions: () => precisions,
  targets: () => page.host.call("targets", null),
  ask: (suppose, signal) => page.ask("alternatives", { results: null }, { suppose, signal }),
  found: add,
  say: (text) => frame.say(text),
});
put(
  frame.tools,
  ...axisChoices.map(({ element }) => element),
  grouping.element,
  sweep.element,
  tool(
    "Load results…",
    "folder-opened",
    load,
    "Add the results of `ridgepoint batch` (JSON lines) or of `ridgepoint quantize --json`",
  ),
  tool(
    "Limits",
    "circle-slash",
    toggleLimits,
    "Put limits on both axes, to drag; again to take them away",
  ),
  toggle("Table", "table", page.state.hasTable, (hasTable) => {
    page.keep({ hasTable });
    showTable();
  }),
  tool(
    "Clear",
    "clear-all",
    () => {
      alternatives.clear();
      gather();
    },
    "Forget all points but those of the chosen targets",
  ),
);
frame.body.append(
  h("div", { class: "plot-main" }, plot.place),
  h("div", { class: "plot-foot" }, legend, ...words.elements, pickedList),
  table,
);
dragLimits(plot.canvas, {
  picture: () => picture,
  change: (at, limit) => {
    page.keep({ limits: page.state.limits.map((old, other) => (other === at ? limit : old)) });
    if (picture !== undefined) picture = { ...picture, limits: page.state.limits };
    plot.redrawOver();
    compare();
  },
});
gather();

/** The chosen targets are where every sweep begins. */
function gather(): void {
  frame.busy();
  page.ask("alternatives", { results: null }).then(
    (reply) => {
      if (reply.kind !== "view") {
        frame.refused(reply);
        return;
      }
      precisions = reply.view.precisions;
      add(reply.view.alternatives);
    },
    (error: unknown) => frame.failed(messageOf(error)),
  );
}

function add(found: readonly Alternative[]): void {
  for (const alternative of found) alternatives.set(alternative.id, alternative);
  compare();
}

function compare(): void {
  const all = [...alternatives.values()];
  if (all.length === 0) {
    frame.nothing(
      "Nothing to show, because no target is chosen and no results are loaded.",
      frame.pickTargets,
    );
    return;
  }
  // One question at a time: while a limit is dragged, the newest waits.
  isWanted = true;
  if (isComparing) return;
  isWanted = false;
  isComparing = true;
  const { axes, limits } = page.state;
  page
    .ask("pareto", {
      alternatives: all,
      axes: axes.map((metric, at) => ({ metric, limit: limits[at] ?? null })),
      groupBy: page.state.groupBy,
    })
    .then(
      (reply) => {
        if (reply.kind === "view") show(all, reply.view);
        else frame.refused(reply);
      },
      (error: unknown) => frame.failed(messageOf(error)),
    )
    .finally(() => {
      isComparing = false;
      if (isWanted) compare();
    });
}

function show(all: readonly Alternative[], result: ParetoResult): void {
  picture = {
    alternatives: all,
    result,
    limits: page.state.limits,
    picked: new Set(page.state.picked),
    selected: picture?.selected ?? null,
  };
  frame.current();
  const onFront = result.states.filter((state) => state === "front").length;
  frame.setFacts(
    `${onFront} of ${all.length} on the front`,
    ...(result.hypervolume === null
      ? []
      : [`hypervolume ${formatNumber(result.hypervolume)} of the points' box`]),
  );
  const options = result.metrics.map(({ id, label }) => ({ id, label }));
  for (const [at, field] of axisChoices.entries())
    field.show(
      at === 2 ? [{ id: "", label: "all alike" }, ...options] : options,
      page.state.axes[at] ?? "",
    );
  put(legend, ...(result.groups.length < 2 ? [] : frontItems(result)));
  showWords();
  showPicked();
  showTable();
  plot.redraw();
}

function select(selected: string | null): void {
  if (picture === undefined) return;
  picture = { ...picture, selected };
  showWords();
  plot.redrawOver();
}

function pick(id: string): void {
  const { picked } = page.state;
  page.keep({
    picked: picked.includes(id) ? picked.filter((other) => other !== id) : [...picked, id],
  });
  if (picture !== undefined) picture = { ...picture, picked: new Set(page.state.picked) };
  showWords();
  showPicked();
  plot.redrawOver();
}

function showWords(): void {
  const at = picture?.alternatives.findIndex(({ id }) => id === picture?.selected) ?? -1;
  const alternative = picture?.alternatives[at];
  if (picture === undefined || alternative === undefined) {
    words.clear();
    return;
  }
  const state = picture.result.states[at] ?? "unknown";
  words.show(
    describe({ alternative, state, group: 0, x: 0, y: 0, radius: 0 }),
    tool(page.state.picked.includes(alternative.id) ? "Put back" : "Pick", "pin", () =>
      pick(alternative.id),
    ),
    tool(
      "Open with it",
      "go-to-file",
      () => use(alternative),
      "Show the model's page at this batch on this target",
    ),
  );
}

function showPicked(): void {
  const chosen = (picture?.alternatives ?? []).filter(({ id }) => page.state.picked.includes(id));
  put(
    pickedList,
    ...chosen.map((alternative) =>
      h(
        "li",
        {},
        h(
          "button",
          { class: "link", type: "button", on: { click: () => use(alternative) } },
          plainText(alternative.label),
        ),
        ` ${(picture?.result.axes ?? []).map((kind) => valueText(alternative, kind)).join(" · ")}`,
      ),
    ),
  );
}

/** The model's page shows the batch of the alternative, on its target before others. */
function use({ batch, targetId }: Alternative): void {
  frame.told(
    (targetId === "" ? Promise.resolve(null) : page.host.call("useTarget", { target: targetId }))
      .then(() => page.host.call("bind", { batch, dims: {}, devices: null }))
      .then(() => page.host.call("openPanel", { panel: "model" })),
  );
}

function showTable(): void {
  table.hidden = !page.state.hasTable;
  if (!page.state.hasTable || picture === undefined) {
    put(table);
    return;
  }
  const { alternatives: all, result } = picture;
  put(
    table,
    pointTable(
      { alternatives: all, result, isPicked: (id) => page.state.picked.includes(id) },
      pick,
    ),
  );
}

function describe({ alternative, state }: ParetoPoint): string {
  const lines = [plainText(alternative.label)];
  for (const kind of picture?.result.axes ?? [])
    lines.push(`${kind.label} ${valueText(alternative, kind)}`);
  lines.push(stateText(state, alternative));
  return lines.join("\n");
}

function valueText({ metrics }: Alternative, kind: MetricKind): string {
  const metric = metrics[kind.id];
  if (metric === undefined) return "not known";
  const text = metricText(metric.value, kind);
  return metric.low === metric.high
    ? text
    : `${text} (${metricText(metric.low, kind)}–${metricText(metric.high, kind)})`;
}

/** Limits begin where half of the points are left, or go. */
function toggleLimits(): void {
  if (picture === undefined) return;
  const { result, alternatives: all } = picture;
  const hasLimits = page.state.limits.some((limit) => limit !== null);
  const middle = ({ id }: MetricKind): number | null => {
    const values = all.flatMap(({ metrics }) => metrics[id]?.value ?? []).sort((a, b) => a - b);
    return values[Math.floor(values.length / 2)] ?? null;
  };
  page.keep({
    limits: [0, 1, 2].map((at) => {
      const kind = result.axes[at];
      return hasLimits || at === 2 || kind === undefined ? null : middle(kind);
    }),
  });
  compare();
}

function load(): void {
  page.host
    .call("readText", {
      title: "Results of ridgepoint batch or quantize",
      extensions: ["jsonl", "json"],
    })
    .then(async (read) => {
      if (read === null) return;
      const reply = await page.ask("alternatives", { results: read.text });
      if (reply.kind !== "view") return;
      const { alternatives: found, problems } = reply.view;
      add(found);
      frame.say(
        `${found.length} points from ${read.name}${problems.length > 0 ? `; ${problems.length} lines left out: ${problems[0] ?? ""}` : ""}`,
      );
    })
    .catch((error: unknown) => frame.say(messageOf(error)));
}

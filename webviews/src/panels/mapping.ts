import {
  formatBytes,
  formatCount,
  formatJoules,
  formatNumber,
  formatSeconds,
  formatShare,
} from "../../../server/core/base/units.js";
import type { ParetoResult } from "../../../server/core/search/compare-alternatives.js";
import type { MappedLayer, MappingView } from "../../../server/core/views/mapping.js";
import type { TargetInfo } from "../../../server/protocol/requests.js";
import { plainText } from "../kit/canvas.js";
import { choice, toggle, tool } from "../kit/controls.js";
import { h, put } from "../kit/dom.js";
import { bootPage, messageOf } from "../kit/page.js";
import { createPanelFrame } from "../kit/panel-frame.js";
import { region } from "../kit/region.js";
import { layerTable } from "../mapping/layer-table.js";
import { priceTable } from "../mapping/price-table.js";
import { stackTable } from "../mapping/stack-table.js";
import {
  decodeMappingState,
  initialMappingState,
  parseSweep,
  partChoices,
  searchChoices,
  searchedPoints,
  type MappingPageState,
} from "../mapping/state.js";
import { createParetoPlot } from "../pareto/pareto-plot.js";
import { metricText, type ParetoPicture, type ParetoPoint } from "../pareto/plot.js";
import { stateText } from "../pareto/point-table.js";

/** The mapping panel: a model's layers on an accelerator, and what other sizes of it would gain and cost. */
const page = bootPage<MappingPageState>({
  stateVersion: 1,
  initialState: initialMappingState,
  decodeState: decodeMappingState,
  api: {
    changed() {
      void gather();
      return null;
    },
    reveal({ nodeId }) {
      selected = nodeId;
      showLayers();
      return null;
    },
  },
});

let accelerators: readonly TargetInfo[] = [];
let shown: MappingView | null = null;
let selected: number | null = null;
let picture: ParetoPicture | undefined;
let asking: AbortController | undefined;

const frame = createPanelFrame(page, {
  panel: "mapping",
  title: "Mapping",
  retry: () => void gather(),
});
const accelerator = choice({
  label: "Accelerator",
  onChange: (target) => {
    page.keep({ target });
    void ask();
  },
});
const field = h("input", {
  class: "frame-input",
  type: "text",
  value: page.state.sweep,
  placeholder: "rows=8,16,32 columns=8,16,32",
  "aria-label": "Parameters to sweep",
  on: {
    change: () => {
      page.keep({ sweep: field.value });
      void ask();
    },
  },
});
const search = choice({
  label: "Try",
  onChange: (id) => {
    page.keep({ search: id });
    if (page.state.sweep.trim() !== "") void ask();
  },
});
search.show(searchChoices, page.state.search);
const fusing = toggle(
  "Tile by tile",
  "layers",
  page.state.fuses,
  (fuses) => {
    page.keep({ fuses });
    void ask();
  },
  "Try layers tile by tile together, so that what lies between them stays on the chip",
);
const splitting = toggle(
  "Across engines",
  "layers",
  page.state.splits,
  (splits) => {
    page.keep({ splits });
    void ask();
  },
  "Deal a layer out to several engines of the chip where that is better than one",
);
splitting.hidden = true;
const rtlPart = choice({
  label: "Its RTL",
  onChange: (part) => {
    page.keep({ part });
    void ask();
  },
});
rtlPart.show(partChoices, page.state.part);
rtlPart.element.hidden = true;
const plot = createParetoPlot({
  label: "Time against area",
  picture: () => picture,
  describe,
  onSelect(item) {
    if (picture === undefined) return;
    picture = { ...picture, selected: item?.alternative.id ?? null };
    if (item !== undefined) put(words, describe(item).replaceAll("\n", " · "));
    plot.redrawOver();
  },
});
const plotPlace = h("div", { class: "plot-main", hidden: true }, plot.place);
const words = h("div", { class: "plot-words", "aria-live": "polite" });
const layers = region("mapping-layers", "Layers");
put(
  frame.tools,
  accelerator.element,
  h("label", { class: "frame-field mapping-field" }, h("span", {}, "Sweep"), field),
  search.element,
  fusing,
  splitting,
  rtlPart.element,
  tool(
    "Run",
    "play",
    () => {
      page.keep({ sweep: field.value });
      void ask();
    },
    "Map onto every combination of the values: time against area, size of a mark: energy",
  ),
);
frame.body.append(plotPlace, h("div", { class: "plot-foot" }, words), layers);
void gather();

async function gather(): Promise<void> {
  frame.busy();
  try {
    const targets = await page.host.call("targets", null);
    accelerators = targets.filter(({ id }) => id.split("/")[1] === "mapper");
    await ask();
  } catch (error) {
    frame.failed(messageOf(error));
  }
}

/** The newest question counts: an older one is stopped. */
async function ask(): Promise<void> {
  const known = accelerators.find(({ id }) => id === page.state.target);
  const target = known ?? accelerators.find(({ isChosen }) => isChosen) ?? accelerators[0];
  if (target === undefined) {
    frame.nothing("Nothing to show, because there is no architecture file.");
    return;
  }
  accelerator.show(
    accelerators.map(({ id, label }) => ({ id, label })),
    target.id,
  );
  frame.busy();
  asking?.abort();
  const own = new AbortController();
  asking = own;
  const names = shown?.targetId === target.id ? shown.accelerator.parameters : undefined;
  try {
    const reply = await questionOf(target.id, names, own.signal);
    if (asking !== own) return;
    if (reply.kind !== "view") {
      frame.refused(reply);
      return;
    }
    if (reply.view === null) {
      frame.nothing("Nothing to show, because no accelerator is chosen.");
      return;
    }
    const isNew = names === undefined;
    shown = reply.view;
    // What can be swept is known only now.
    if (isNew && page.state.sweep.trim() !== "") {
      await ask();
      return;
    }
    await show(shown, own);
    await price(target.id, shown, own);
  } catch (error) {
    if (asking === own) frame.failed(messageOf(error));
  }
}

/** Synthesis takes seconds: what is mapped is shown before. */
async function price(target: string, view: MappingView, own: AbortController): Promise<void> {
  const { part } = page.state;
  if (part === "" || view.rtl === null || view.sweep.length === 0 || asking !== own) return;
  frame.say(`Synthesising ${view.rtl.rtl.top} …`);
  const reply = await questionOf(target, view.accelerator.parameters, own.signal, part);
  if (asking !== own) return;
  frame.say(reply.kind === "failed" ? reply.message : "");
  if (reply.kind !== "view" || reply.view === null) return;
  shown = reply.view;
  await show(shown, own);
}

function questionOf(
  target: string,
  names: readonly string[] | undefined,
  signal: AbortSignal,
  part = "",
) {
  return page.ask(
    "mapping",
    {
      target,
      sweep: names === undefined ? [] : parseSweep(page.state.sweep, names),
      fuses: page.state.fuses,
      splits: page.state.splits,
      ...(part !== "" && { part }),
      ...(page.state.search !== "every" && {
        search: { methods: page.state.search.split(","), points: searchedPoints },
      }),
    },
    { suppose: { targets: [target] }, signal },
  );
}

async function show(view: MappingView, own: AbortController): Promise<void> {
  const { totals, alternatives, complaints } = view;
  picture = undefined;
  // Of memory that multiplies nobody knows the area: then energy stands against time.
  const metrics = ["latency", "area", "energy"].filter((metric) =>
    alternatives.some((one) => one.metrics[metric] !== undefined),
  );
  if (alternatives.length > 0) {
    const reply = await page.ask("pareto", {
      alternatives,
      axes: metrics.map((metric) => ({ metric, limit: null })),
    });
    if (asking !== own) return;
    if (reply.kind === "view") picture = pictureOf(view, reply.view);
  }
  frame.current();
  frame.setFacts(
    plainText(view.label),
    `${formatSeconds(totals.seconds)} · ${formatCount(totals.cycles)} cycles`,
    `${formatShare(totals.utilization)} used`,
    `${formatBytes(totals.dramBytes)} DRAM`,
    formatJoules(totals.joules),
    ...(view.atOnce === null || view.atOnce.seconds >= totals.seconds
      ? []
      : [`${formatSeconds(view.atOnce.seconds)} with engines at once`]),
    ...(totals.area === null ? [] : [`${formatNumber(totals.area.total * 1e6)} mm²`]),
  );
  const [complaint] = complaints;
  if (complaint !== undefined) frame.say(complaint);
  splitting.hidden = view.splits === null;
  rtlPart.element.hidden = view.rtl === null;
  plotPlace.hidden = picture === undefined;
  put(
    words,
    picture === undefined
      ? hintOf(view)
      : `◆ on the front of ${metrics.length > 2 ? "time, area and energy" : "time and energy"} · ● dominated${searchWords(view)}`,
  );
  showLayers();
  plot.redraw();
}

function hintOf({ accelerator: { parameters } }: MappingView): string {
  return `To sweep: ${parameters.join(", ")}`;
}

/** ` · bayesian 55.7 µs after 18 points · left-out error of the proxy: latency 6 %`. */
function searchWords({ search: found }: MappingView): string {
  if (found === null) return "";
  const runs = found.runs.flatMap(({ method, best, pointsToBest }) =>
    best === null
      ? []
      : [
          `${method} ${formatSeconds(best.seconds)}${pointsToBest === null ? "" : ` after ${pointsToBest}`}`,
        ],
  );
  const errors = found.proxies.map(
    ({ measure, error }) => `${measure} ${formatNumber(100 * error)} %`,
  );
  const proxy = errors.length === 0 ? [] : [`left-out error of the proxy: ${errors.join(", ")}`];
  return [...runs, ...proxy].map((text) => ` · ${text}`).join("");
}

function pictureOf({ alternatives }: MappingView, result: ParetoResult): ParetoPicture {
  return { alternatives, result, limits: [null, null, null], picked: new Set(), selected: null };
}

function showLayers(): void {
  if (shown === null) return;
  put(
    layers,
    shown.prices !== null && priceTable(shown, shown.prices),
    shown.stacks.length > 0 && stackTable(shown.stacks),
    layerTable(shown.layers, selected, select),
  );
}

function select(layer: MappedLayer): void {
  selected = layer.nodeId;
  put(
    words,
    h("strong", {}, plainText(layer.shortName)),
    h(
      "ul",
      { class: "mapping-reasons" },
      ...layer.reasons.map((reason) => h("li", {}, plainText(reason.replaceAll("`", "")))),
    ),
  );
  showLayers();
  frame.select(layer.nodeId);
}

function describe({ alternative, state }: ParetoPoint): string {
  const lines = [plainText(alternative.label)];
  for (const kind of picture?.result.axes ?? []) {
    const metric = alternative.metrics[kind.id];
    lines.push(
      `${kind.label} ${metric === undefined ? "not known" : metricText(metric.value, kind)}`,
    );
  }
  return [...lines, stateText(state, alternative)].join("\n");
}

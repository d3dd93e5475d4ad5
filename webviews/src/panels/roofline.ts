import {
  formatNumber,
  formatRate,
  formatSeconds,
  formatShare,
} from "../../../server/core/base/units.js";
import type { RooflineParams, RooflineView } from "../../../server/core/views/roofline.js";
import type { SummaryView } from "../../../server/core/views/summary.js";
import type { Supposition } from "../../../server/protocol/requests.js";
import { plainText } from "../kit/canvas.js";
import { choice, toggle, tool } from "../kit/controls.js";
import { h, put } from "../kit/dom.js";
import { bootPage, messageOf } from "../kit/page.js";
import { createPanelFrame } from "../kit/panel-frame.js";
import { saveFile } from "../kit/save-file.js";
import { createPlot } from "../kit/plot.js";
import { createPlotWords, nodeTools } from "../kit/plot-words.js";
import { region } from "../kit/region.js";
import { counted } from "../kit/quantity-text.js";
import { legendItems } from "../roofline/legend.js";
import { markTable } from "../roofline/mark-table.js";
import {
  drawRoofline,
  drawSelected,
  placeMarks,
  type Placed,
  type RooflinePicture,
  type RooflinePlaces,
  type Series,
} from "../roofline/plot.js";
import {
  decodeRooflineState,
  initialRooflineState,
  type RooflineState,
} from "../roofline/state.js";
import { createSuppositionSliders } from "../roofline/supposition-sliders.js";

/** The roofline panel: what limits each kernel, and how that moves with batch, dimensions and precision. */
const page = bootPage<RooflineState>({
  stateVersion: 1,
  initialState: initialRooflineState,
  decodeState: decodeRooflineState,
  api: {
    changed() {
      ask();
      return null;
    },
    reveal({ nodeId }) {
      const own = picture.series.find(({ modelIndex }) => modelIndex === 0);
      if (own !== undefined) select({ key: own.key, nodeId }, { isTold: false });
      return null;
    },
  },
});

let summary: SummaryView | undefined;
let views: readonly { readonly name: string; readonly view: RooflineView }[] = [];
let places: RooflinePlaces | undefined;
let picture: RooflinePicture = { series: [], isWeighted: false, selected: null };
let asking: AbortController | undefined;
let fileName = "";
let isPython = false;
const sliders = createSuppositionSliders((change) => {
  page.keep("batch" in change ? change : { dims: { ...page.state.dims, ...change.dims } });
  ask();
});

const frame = createPanelFrame(page, {
  panel: "roofline",
  title: "Roofline",
  retry: () => ask({ isRetry: true }),
});
const plot = createPlot<Placed>({
  label: "Roofline",
  draw(context, size, colours) {
    places = placeMarks(picture, size);
    drawRoofline(context, size, colours, picture, places);
    return places.placed;
  },
  drawOver(context, _size, colours) {
    if (places !== undefined) drawSelected(context, colours, picture, places);
  },
  describe: describeMark,
  isSelected: ({ series, mark }) =>
    picture.selected?.key === series.key && picture.selected.nodeId === mark.nodeId,
  onSelect: (item) =>
    select(item === undefined ? null : { key: item.series.key, nodeId: item.mark.nodeId }),
  onOpen: ({ series, mark }) => {
    if (series.modelIndex === 0) frame.openSource(mark.nodeId);
  },
});
const words = createPlotWords("Click a mark, or walk with the arrow keys; Enter goes to its line.");
const legend = h("ul", { class: "plot-legend" });
const table = region("plot-table", "Kernels as a table");
const precision = choice({
  label: "Precision",
  onChange: (targetId) => {
    page.keep({ precisionTarget: targetId === "" ? null : targetId });
    ask();
  },
});
const axis = choice({
  label: "Intensity",
  onChange: (value) => {
    page.keep({ isWeighted: value === "weighted" });
    alpha.element.hidden = !page.state.isWeighted;
    ask();
  },
});
const alpha = alphaSlider();
put(
  frame.tools,
  sliders.element,
  precision.element,
  axis.element,
  alpha.element,
  tool("Add a model…", "add", addModel, "Draw another model over this one"),
  toggle("Table", "table", page.state.hasTable, (hasTable) => {
    page.keep({ hasTable });
    showTable();
  }),
  tool("SVG", "desktop-download", saveFigure, "Save the roofline as SVG"),
);
frame.body.append(
  h("div", { class: "plot-main" }, plot.place),
  h("div", { class: "plot-foot" }, legend, ...words.elements),
  table,
);
axis.show(
  [
    { id: "plain", label: "operations per byte" },
    { id: "weighted", label: "weights and activations weighted" },
  ],
  page.state.isWeighted ? "weighted" : "plain",
);
alpha.element.hidden = !page.state.isWeighted;
page.start.then(
  (start) => {
    fileName = start.fileName;
    isPython = fileName.endsWith(".py");
    showSliders();
    show();
  },
  () => undefined,
);
ask();

/** What the sliders suppose; nothing while they have not been touched. */
function supposition(): Supposition {
  const { batch, dims, precisionTarget } = page.state;
  const ids = summary?.targets.map(({ id }) => id) ?? [];
  return {
    ...(batch !== null && { batch }),
    ...(Object.keys(dims).length > 0 && { dims }),
    ...(precisionTarget !== null && {
      targets: [precisionTarget, ...ids.slice(1).filter((id) => id !== precisionTarget)],
    }),
  };
}

/** The newest question wins: a slider that is dragged asks many times. */
function ask({ isRetry = false }: { readonly isRetry?: boolean } = {}): void {
  frame.busy();
  asking?.abort();
  const abort = new AbortController();
  asking = abort;
  const params: RooflineParams = {
    targets: null,
    alpha: page.state.isWeighted ? page.state.alpha : null,
    limit: 5000,
  };
  const suppose = supposition();
  const options = { signal: abort.signal, isRetry, suppose };
  Promise.all([
    page.ask("roofline", params, options),
    page.ask("summary", { problemLimit: 0 }, { signal: abort.signal }),
    ...page.state.others.map(({ uri }) => page.ask("roofline", params, { ...options, of: uri })),
  ]).then(
    ([own, facts, ...others]) => {
      if (abort.signal.aborted) return;
      if (facts?.kind === "view") summary = facts.view;
      if (own?.kind !== "view") {
        frame.failed(own?.kind === "failed" ? own.message : "The analysis was stopped.");
        return;
      }
      views = [
        { name: fileName, view: own.view },
        ...others.flatMap((reply, at) =>
          reply.kind === "view"
            ? [{ name: page.state.others[at]?.fileName ?? "", view: reply.view }]
            : [],
        ),
      ];
      showSliders();
      show();
    },
    (error: unknown) => {
      if (!abort.signal.aborted) frame.failed(messageOf(error));
    },
  );
}

function show(): void {
  const [own] = views;
  if (own === undefined) return;
  if (own.view.targets.length === 0) {
    frame.nothing("Nothing to show, because no target is chosen.", frame.pickTargets);
    return;
  }
  const { hiddenTargets } = page.state;
  // Several targets over each other are a choice: at first the one that hints speak of.
  const shownIds = own.view.targets
    .map(({ id }) => id)
    .filter((id, at) => (hiddenTargets === null ? at === 0 : !hiddenTargets.includes(id)));
  let index = 0;
  const series: Series[] = views.flatMap(({ name, view }, modelIndex) =>
    view.targets
      .filter(({ id }) => shownIds.includes(id))
      .map((roofline) => ({
        key: `${modelIndex} ${roofline.id}`,
        label: views.length > 1 ? `${name} on ${roofline.label}` : roofline.label,
        roofline,
        modelIndex,
        index: index++,
      })),
  );
  picture = { ...picture, series, isWeighted: page.state.isWeighted };
  frame.current();
  frame.setFacts(`batch ${own.view.batch ?? "?"}`, ...unplaced(series));
  put(
    legend,
    ...legendItems(own.view, {
      shownIds,
      series: picture.series,
      others: page.state.others,
      onToggle(hidden) {
        page.keep({ hiddenTargets: hidden });
        show();
      },
      onRemove(uri) {
        page.keep({ others: page.state.others.filter((kept) => kept.uri !== uri) });
        ask();
      },
      onRefused: show,
    }),
  );
  showPrecision(own.view);
  showTable();
  showWords();
  plot.redraw();
}

function unplaced(series: readonly Series[]): readonly string[] {
  const [first] = series;
  if (first === undefined || first.roofline.unplacedCount === 0) return [];
  const { unplacedCount, unplacedSeconds } = first.roofline;
  return [
    `not drawn: ${counted(unplacedCount, "kernel")} without arithmetic (${formatSeconds(unplacedSeconds, 2)})`,
  ];
}

function showPrecision(view: RooflineView): void {
  const [first] = view.targets;
  precision.element.hidden = (first?.precisions.length ?? 0) < 2;
  if (first !== undefined)
    precision.show(
      first.precisions.map(({ id, targetId }) => ({ id: targetId, label: id })),
      first.id,
    );
}

function showSliders(): void {
  if (summary !== undefined) sliders.show(summary, page.state, isPython);
}

function alphaSlider(): { readonly element: HTMLElement } {
  const number = h("output", { class: "slider-number" }, String(page.state.alpha));
  const input = h("input", {
    type: "range",
    class: "slider",
    min: 0.05,
    max: 0.95,
    step: 0.05,
    value: page.state.alpha,
    on: {
      input: () => {
        page.keep({ alpha: Number(input.value) });
        number.textContent = input.value;
        ask();
      },
    },
  });
  return {
    element: h(
      "label",
      {
        class: "frame-field",
        title: "Share that bytes of weights count with; the rest is activations",
      },
      h("span", {}, "Weight of weights"),
      input,
      number,
    ),
  };
}

function select(
  selected: RooflinePicture["selected"],
  { isTold = true }: { readonly isTold?: boolean } = {},
): void {
  picture = { ...picture, selected };
  plot.redrawOver();
  showWords();
  if (isTold && selected?.key.startsWith("0 ") === true) frame.select(selected.nodeId);
}

function showWords(): void {
  const { selected, series } = picture;
  const own = series.find(({ key }) => key === selected?.key);
  const mark = own?.roofline.marks.find(({ nodeId }) => nodeId === selected?.nodeId);
  if (own === undefined || mark === undefined) {
    words.clear();
    return;
  }
  words.show(
    describeMark({ series: own, mark, x: 0, y: 0, radius: 0 }),
    ...(own.modelIndex === 0 ? nodeTools(frame, mark.nodeId) : []),
  );
}

function describeMark({ series, mark }: Placed): string {
  const share = mark.share === null ? "" : ` · ${formatShare(mark.share)} of the model`;
  const limit = mark.bound === "memory" ? `memory (${mark.level})` : mark.bound;
  return [
    `${plainText(mark.name)} · ${plainText(mark.op)}`,
    ...(picture.series.length > 1 ? [series.label] : []),
    `${formatNumber(mark.intensity)} op/byte at ${formatRate(mark.opsPerSecond, "op/s")} (${formatRate(mark.low, "op/s")}–${formatRate(mark.high, "op/s")})`,
    `${formatSeconds(mark.seconds, 2)}${share}`,
    `limited by ${limit} · ${mark.method}`,
  ].join("\n");
}

function showTable(): void {
  table.hidden = !page.state.hasTable;
  if (!page.state.hasTable) put(table);
  else
    put(
      table,
      markTable(picture.series, (key, nodeId) => select({ key, nodeId })),
    );
}

function addModel(): void {
  page.host.call("pickModel", null).then(
    (picked) => {
      if (picked === null || page.state.others.some(({ uri }) => uri === picked.uri)) return;
      page.keep({ others: [...page.state.others, picked].slice(0, 2) });
      ask();
    },
    (error: unknown) => frame.say(messageOf(error)),
  );
}

function saveFigure(): void {
  const target = picture.series[0]?.roofline.id ?? null;
  const figure = page
    .ask("roofline-figure", { target }, { suppose: supposition() })
    .then((reply) =>
      reply.kind === "view" && reply.view !== null
        ? { name: "roofline.svg", content: reply.view.svg }
        : null,
    );
  saveFile(page, frame, figure);
}

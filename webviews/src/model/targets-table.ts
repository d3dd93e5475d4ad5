import { formatBytes, formatNumber, formatShare } from "../../../server/core/base/units.js";
import type { Quantity } from "../../../server/core/views/layer-cost.js";
import type { SummaryTarget, SummaryView } from "../../../server/core/views/summary.js";
import { costBar } from "../kit/cost-bar.js";
import { h, icon, put, unknown, type Child } from "../kit/dom.js";
import {
  isCalibrated,
  joulesRange,
  joulesText,
  secondsRange,
  secondsText,
  counted,
} from "../kit/quantity-text.js";
import { nothingRead } from "./overview.js";

/** The chosen targets side by side; choosing a row makes it the one that the layer table shows. */
export function createTargetsTable(actions: TargetsActions): TargetsTable {
  const element = h("section", { class: "targets", "aria-label": "Targets" }, skeletonTable());
  return {
    element,
    show(summary, activeId) {
      put(
        element,
        summary.targets.length === 0
          ? noTarget(actions)
          : h(
              "table",
              { class: "targets-table" },
              h("thead", {}, headRow(plotScale(summary.targets))),
              h("tbody", {}, ...rowsOf(summary, activeId, actions)),
            ),
      );
    },
  };
}

export interface TargetsActions {
  readonly choose: (id: string) => void;
  readonly pick: () => void;
}

export interface TargetsTable {
  readonly element: HTMLElement;
  show(summary: SummaryView, activeId: string | null): void;
}

function headRow(scale: PlotScale): HTMLElement {
  const columns = ["Target", "Latency", "", "Energy", "Memory", "Fits", "Uncosted", "Fallback"];
  return h(
    "tr",
    {},
    ...columns.map((label, at) =>
      label === ""
        ? h("td", { class: `targets-${classes[at] ?? ""}` }, scale.isLogarithmic && "log scale")
        : h("th", { scope: "col", class: `targets-${classes[at] ?? ""}` }, label),
    ),
  );
}

const classes = ["name", "latency", "plot", "energy", "memory", "fits", "uncosted", "fallback"];

function rowsOf(
  summary: SummaryView,
  activeId: string | null,
  actions: TargetsActions,
): readonly HTMLElement[] {
  const scale = plotScale(summary.targets);
  return summary.targets.map((target) => {
    const isActive = target.id === activeId;
    const cells: readonly Child[] = [
      latencyCell(target, whyUnknown(summary, target)),
      plotCell(target.latency, scale),
      energyCell(target, whyUnknown(summary, target)),
      memoryCell(target, whyUnknown(summary, target)),
      fitsCell(target),
      uncostedCell(target, summary),
      fallbackCell(target),
    ];
    return h(
      "tr",
      { class: isActive ? "is-active" : undefined, on: { click: () => actions.choose(target.id) } },
      h(
        "th",
        { scope: "row", class: "targets-name" },
        h(
          "button",
          {
            type: "button",
            class: "target-choice",
            title: `Show the layers on ${target.label}\n${target.id}`,
            "aria-pressed": String(isActive),
          },
          icon(isActive ? "circle-filled" : "circle-outline"),
          h("span", { class: "target-label" }, tiedSeparators(target.label)),
        ),
      ),
      ...cells.map((cell, at) => h("td", { class: `targets-${classes[at + 1] ?? ""}` }, cell)),
    );
  });
}

function whyUnknown(summary: SummaryView, target: SummaryTarget): string {
  if (summary.extentRead === "none") return nothingRead;
  return target.uncostedReason ?? "Some shapes are not known on this target.";
}

/** Where the name wraps, its dots stay at the ends of lines. */
function tiedSeparators(label: string): string {
  return label.replaceAll(" · ", "\u00a0· ");
}

function latencyCell(target: SummaryTarget, reason: string): Child {
  if (target.latency === null) return unknown(reason);
  return h(
    "span",
    { class: "quantity" },
    h("strong", {}, secondsText(target.latency)),
    h("span", { class: "dim" }, secondsRange(target.latency)),
    target.tokensPerSecond !== null &&
      h(
        "span",
        { class: "dim" },
        `${formatNumber(Number(target.tokensPerSecond.toPrecision(3)))} tokens/s`,
      ),
    methodTag(target.latency, target.measuredPart),
  );
}

/** Uncalibrated numbers say so in a word; the hatching of the bars repeats it. */
export function methodTag(quantity: Quantity, part: string | null = null): HTMLElement {
  const isSure = isCalibrated(quantity);
  return h(
    "span",
    {
      class: isSure ? "method" : "method is-hatched",
      title: isSure
        ? `From measurements of this target${part === null ? "" : `, on ${part}`}`
        : "Not calibrated: from data-sheet peaks, with an interval to match",
    },
    quantity.method,
  );
}

interface PlotScale {
  readonly isLogarithmic: boolean;
  readonly at: (seconds: number) => number;
}

/** One axis for all targets: from zero, or logarithmic where they are more than 30 times apart. */
function plotScale(targets: readonly SummaryTarget[]): PlotScale {
  const known = targets.flatMap((target) => (target.latency === null ? [] : [target.latency]));
  const most = Math.max(0, ...known.map((latency) => latency.high));
  const least = Math.min(most, ...known.map((latency) => latency.low));
  if (most <= 0 || least <= 0 || most / least < 30)
    return { isLogarithmic: false, at: (seconds) => seconds / most };
  const span = Math.log(most / least) * 1.1;
  return { isLogarithmic: true, at: (seconds) => 1 - Math.log(most / seconds) / span };
}

function plotCell(latency: Quantity | null, scale: PlotScale): Child {
  if (latency === null) return null;
  return costBar({
    value: scale.at(latency.value),
    low: scale.at(latency.low),
    high: scale.at(latency.high),
    isHatched: !isCalibrated(latency),
    tone: "neutral",
  });
}

function energyCell(target: SummaryTarget, reason: string): Child {
  if (target.energy === null)
    return unknown(target.latency === null ? reason : "The chip's data states no power.");
  return h(
    "span",
    { title: `${joulesRange(target.energy)} per inference\n${target.energySource ?? ""}` },
    joulesText(target.energy),
  );
}

function memoryCell(target: SummaryTarget, reason: string): Child {
  const { totalBytes, capacityBytes, memories } = target;
  if (totalBytes === null)
    return h(
      "span",
      {},
      unknown(reason),
      h("span", { class: "dim" }, ` of ${formatBytes(capacityBytes)}`),
    );
  const peak = target.peakActivationBytes;
  return h(
    "span",
    {
      title: `weights ${formatBytes(target.weightBytes)}, activations ${peak === null ? "?" : formatBytes(peak)}`,
    },
    ...(memories ?? [{ name: "", takenBytes: totalBytes, capacityBytes }]).map((memory) =>
      h(
        "div",
        {},
        memory.takenBytes === null ? "?" : formatBytes(memory.takenBytes),
        h("span", { class: "dim" }, ` of ${formatBytes(memory.capacityBytes)} ${memory.name}`),
      ),
    ),
  );
}

function fitsCell(target: SummaryTarget): Child {
  if (target.fits === null) return h("span", { class: "fits" }, icon("question"), " unknown");
  return target.fits
    ? h("span", { class: "fits is-fitting" }, icon("check"), " fits")
    : h("span", { class: "fits is-over" }, icon("error"), ` ${overText(target)}`);
}

/** By how much the memory that lacks most is too small. */
function overText({ totalBytes, capacityBytes, memories }: SummaryTarget): string {
  const over = (memories ?? [{ takenBytes: totalBytes, capacityBytes }]).map(
    (memory) => (memory.takenBytes ?? 0) - memory.capacityBytes,
  );
  const most = Math.max(...over);
  return most > 0 ? `${formatBytes(most)} over` : "does not fit";
}

function uncostedCell(target: SummaryTarget, { nodeCount, extentRead }: SummaryView): Child {
  if (nodeCount === 0 && extentRead === "none") return unknown(nothingRead);
  if (target.uncostedCount === 0) return h("span", { class: "dim" }, "none");
  return h(
    "span",
    {
      class: "warn",
      title: `${target.uncostedCount} of ${counted(nodeCount, "node")}. ${target.uncostedReason ?? ""}`,
    },
    icon("warning"),
    ` ${new Intl.NumberFormat("en-US").format(target.uncostedCount)}`,
    h("span", { class: "share-of" }, ` (${formatShare(target.uncostedShare)})`),
  );
}

function fallbackCell(target: SummaryTarget): Child {
  if (target.fallbackCount === 0) return h("span", { class: "dim" }, "none");
  return h(
    "span",
    { class: "warn", title: `${target.fallbackCount} of ${counted(target.kernelCount, "kernel")}` },
    icon("warning"),
    ` ${target.fallbackCount} on ${target.fallbackEngine ?? "the fallback"}`,
  );
}

function noTarget(actions: TargetsActions): HTMLElement {
  return h(
    "p",
    { class: "notice" },
    icon("info"),
    " No times, because no target is chosen. ",
    h("button", { class: "link", type: "button", on: { click: actions.pick } }, "Pick targets"),
  );
}

function skeletonTable(): HTMLElement {
  return h(
    "div",
    { class: "targets-skeleton", "aria-hidden": "true" },
    ...[0, 1, 2].map(() => h("span", { class: "skeleton is-row" })),
  );
}

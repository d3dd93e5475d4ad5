import { formatBytes, formatSeconds, formatShare } from "../../../server/core/base/units.js";
import type { DetailsTarget, DetailsView } from "../../../server/core/views/details.js";
import { h, icon, prose, unknown, type Child } from "../kit/dom.js";
import {
  joulesRange,
  joulesText,
  secondsRange,
  secondsText,
  significant,
} from "../kit/quantity-text.js";
import { nodeLink } from "./node-link.js";
import { methodTag } from "./targets-table.js";

/** What the node costs on every chosen target, and how the number on the active one came about. */
export function costSections(
  details: DetailsView,
  activeTarget: string | null,
  openNode: (nodeId: number) => void,
): readonly Child[] {
  if (details.targets.length === 0)
    return [h("p", { class: "notice" }, "No times, because no target is chosen.")];
  const active = details.targets.find((target) => target.id === activeTarget) ?? details.targets[0];
  return [targetsTable(details.targets, active), active && derivation(active, details, openNode)];
}

function targetsTable(
  targets: readonly DetailsTarget[],
  active: DetailsTarget | undefined,
): HTMLElement {
  return h(
    "section",
    {},
    h("h3", {}, "Cost per target"),
    h(
      "table",
      { class: "cost-table" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          ...["Target", "Time", "Share", "Bound"].map((label) => h("th", { scope: "col" }, label)),
        ),
      ),
      h(
        "tbody",
        {},
        ...targets.map((target) =>
          h(
            "tr",
            { class: target === active ? "is-active" : undefined },
            h(
              "th",
              { scope: "row", title: target.id },
              h("span", { class: "cost-target" }, target.label),
              target.seconds !== null && methodTag(target.seconds),
            ),
            ...costCells(target).map((cell) => h("td", {}, cell)),
          ),
        ),
      ),
    ),
  );
}

function costCells(target: DetailsTarget): readonly Child[] {
  if (target.seconds === null) {
    const word = { folded: "folded", vanished: "no kernel" }[target.state as string];
    const reason = target.reasons[0] ?? "Not known on this target.";
    return [
      word === undefined ? unknown(reason) : h("span", { class: "dim", title: reason }, word),
      null,
      null,
    ];
  }
  return [
    h(
      "span",
      { class: "quantity is-stacked" },
      h("strong", {}, secondsText(target.seconds)),
      h("span", { class: "dim" }, secondsRange(target.seconds)),
    ),
    target.share === null
      ? unknown("The model's latency is not known.")
      : formatShare(target.share),
    target.bound !== null && h("span", { class: `bound is-${target.bound}` }, target.bound),
  ];
}

function derivation(
  target: DetailsTarget,
  details: DetailsView,
  openNode: (nodeId: number) => void,
): HTMLElement {
  const others = target.kernel.filter((link) => link.nodeId !== details.nodeId);
  const head = target.kernel[0];
  return h(
    "section",
    { class: "derivation" },
    h("h3", {}, "How the number came about"),
    h("p", { class: "dim derivation-target" }, target.label),
    target.state === "fused" &&
      head !== undefined &&
      h(
        "p",
        { class: "notice" },
        icon("combine"),
        " Fused: the kernel of ",
        nodeLink(head, openNode),
        " does its work. The times are that kernel's.",
      ),
    breakdown(target),
    target.reasons.length > 0 &&
      h(
        "ul",
        { class: "reasons" },
        ...target.reasons.map((reason) => h("li", {}, ...prose(reason))),
      ),
    facts(target),
    target.state === "kernel" &&
      others.length > 0 &&
      h(
        "p",
        { class: "fused" },
        "The kernel also does ",
        ...others.flatMap((link, at) => [at > 0 && ", ", nodeLink(link, openNode)]),
        ".",
      ),
  );
}

/** The three times that the bound is decided by, each against the largest. */
function breakdown(target: DetailsTarget): Child {
  const { computeSeconds, memorySeconds, overheadSeconds } = target;
  if (computeSeconds === null || memorySeconds === null || overheadSeconds === null) return null;
  const parts = [
    { id: "compute", label: "compute", seconds: computeSeconds },
    {
      id: "memory",
      label: target.level === null ? "memory" : `memory (${target.level})`,
      seconds: memorySeconds,
    },
    { id: "overhead", label: "overhead", seconds: overheadSeconds },
  ] as const;
  const most = Math.max(...parts.map((part) => part.seconds));
  return h(
    "dl",
    { class: "breakdown" },
    ...parts.map((part) => {
      const bar = h("span", { class: `breakdown-bar is-${part.id}`, "aria-hidden": "true" });
      bar.style.width = most > 0 ? `${((part.seconds / most) * 100).toFixed(1)}%` : "0";
      return h(
        "div",
        { class: target.bound === part.id ? "is-bound" : undefined },
        h("dt", {}, part.label),
        h("dd", { class: "breakdown-track" }, bar),
        h("dd", { class: "breakdown-value" }, formatSeconds(significant(part.seconds, 2))),
      );
    }),
  );
}

function facts(target: DetailsTarget): Child {
  const rows: (readonly [string, Child])[] = [];
  if (target.seconds !== null && target.coverage !== null)
    rows.push([
      "Interval",
      `${secondsRange(target.seconds)}; expected to hold in ${formatShare(target.coverage)} of cases`,
    ]);
  if (target.seconds !== null) rows.push(["Source", sourceText(target.seconds.method)]);
  if (target.error !== "") rows.push(["Median error", target.error]);
  if (target.partOfKernel !== null && target.kernel.length > 1)
    rows.push(["Own part", `${formatShare(target.partOfKernel)} of the kernel, by its arithmetic`]);
  if (target.joules !== null)
    rows.push([
      "Energy",
      `${joulesText(target.joules)} (${joulesRange(target.joules)}); ${target.energySource ?? ""}`,
    ]);
  if (target.readBytes !== null && target.writeBytes !== null)
    rows.push([
      "Traffic",
      `reads ${formatBytes(target.readBytes)}, writes ${formatBytes(target.writeBytes)}`,
    ]);
  if (target.weightBytes !== null && target.weightBytes > 0)
    rows.push(["Weights", `${formatBytes(target.weightBytes)} as this target stores them`]);
  if (target.engine !== null)
    rows.push([
      "Engine",
      target.isFallback
        ? h("span", { class: "warn" }, icon("warning"), ` ${target.engine}, the fallback`)
        : target.engine,
    ]);
  if (rows.length === 0) return null;
  return h(
    "dl",
    { class: "pairs" },
    ...rows.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
  );
}

function sourceText(method: string): string {
  switch (method) {
    case "measured":
      return "measured on this target";
    case "calibrated":
      return "calibrated with measurements of this target";
    case "borrowed":
      return "borrowed from a related target's measurements";
    default:
      return "roofline: data-sheet peaks and the runtime's efficiency, not calibrated";
  }
}

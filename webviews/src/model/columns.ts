import {
  formatBytes,
  formatMacs,
  formatParameters,
  formatShare,
} from "../../../server/core/base/units.js";
import type { LayerRow } from "../../../server/core/views/layers.js";
import { costBar } from "../kit/cost-bar.js";
import { h, icon, unknown, visibleText } from "../kit/dom.js";
import { elidedLeft } from "../kit/elided-left.js";
import { isCalibrated, secondsRange, secondsText } from "../kit/quantity-text.js";
import type { TableColumn } from "../kit/table-header.js";
import { nothingRead } from "./overview.js";

/** The columns of the layer table. `maxSeconds` is what bars are drawn against; it changes with the target. */
export function layerColumns(scale: {
  readonly maxSeconds: () => number | null;
  readonly hasTarget: () => boolean;
}): readonly TableColumn<LayerRow>[] {
  return [
    {
      id: "index",
      label: "#",
      title: "Position in the order of execution",
      align: "end",
      minWidth: 3,
      maxWidth: 7,
      priority: 8,
      text: (row) => String(row.nodeId),
      draw: (cell, row) => cell.append(h("span", { class: "dim" }, String(row.nodeId))),
    },
    {
      id: "name",
      label: "Layer",
      title: "Name of the node, in its module",
      align: "start",
      minWidth: 20,
      maxWidth: 36,
      priority: 0,
      grows: true,
      text: (row) => row.name,
      draw: drawName,
    },
    {
      id: "op",
      label: "Operator",
      title: "Operator",
      align: "start",
      minWidth: 8,
      maxWidth: 15,
      priority: 3,
      text: (row) => row.op,
      draw(cell, row) {
        cell.textContent = visibleText(row.op);
        if (row.domain !== "") cell.title = visibleText(`${row.domain}:${row.op}`);
      },
    },
    {
      id: "shape",
      label: "Output",
      title: "Shape of what the layer makes",
      align: "start",
      minWidth: 8,
      maxWidth: 17,
      priority: 6,
      text: (row) => row.shape,
      draw(cell, row) {
        cell.append(h("span", { class: "mono dim", title: row.shape }, row.shape));
      },
    },
    {
      id: "parameters",
      label: "Params",
      title: "Parameters of the layer",
      align: "end",
      descendsFirst: true,
      minWidth: 8,
      maxWidth: 9,
      priority: 9,
      text: (row) => (row.parameterCount === null ? "?" : formatParameters(row.parameterCount)),
      draw: (cell, row) =>
        cell.append(
          row.parameterCount === null
            ? unknown(nothingRead)
            : dimZero(row.parameterCount, formatParameters),
        ),
    },
    {
      id: "macs",
      label: "MACs",
      title: "Multiply-accumulates",
      align: "end",
      descendsFirst: true,
      minWidth: 9,
      maxWidth: 10,
      priority: 5,
      text: (row) => (row.macs === null ? "?" : formatMacs(row.macs)),
      draw: (cell, row) =>
        cell.append(
          row.macs === null
            ? unknown(row.reason ?? "The shapes it depends on are not known.")
            : dimZero(row.macs, formatMacs),
        ),
    },
    {
      id: "seconds",
      isShown: scale.hasTarget,
      label: "Time",
      title: "Predicted time of the layer's kernel on this target, with its interval",
      align: "end",
      descendsFirst: true,
      minWidth: 18,
      maxWidth: 20,
      priority: 1,
      text: timeText,
      draw: drawTime,
    },
    {
      id: "share",
      isShown: scale.hasTarget,
      label: "Share",
      title: "Share of the model's latency; the bar is drawn against the slowest layer",
      align: "start",
      descendsFirst: true,
      minWidth: 15,
      maxWidth: 15,
      priority: 2,
      text: (row) => (row.share === null ? "" : formatShare(row.share)),
      draw: (cell, row) => drawShare(cell, row, scale.maxSeconds()),
    },
    {
      id: "bound",
      isShown: scale.hasTarget,
      label: "Bound",
      title: "What limits it: arithmetic, memory traffic, or launching it",
      align: "start",
      minWidth: 9,
      maxWidth: 9,
      priority: 4,
      text: (row) => row.bound ?? "",
      draw(cell, row) {
        if (row.bound === null) return;
        cell.append(h("span", { class: `bound is-${row.bound}` }, row.bound));
        if (row.bound === "memory" && row.level !== null) cell.title = `Limited by ${row.level}`;
      },
    },
    {
      id: "bytes",
      label: "Traffic",
      title: "Bytes read and written",
      align: "end",
      descendsFirst: true,
      minWidth: 8,
      maxWidth: 9,
      priority: 7,
      text: (row) => (row.bytes === null ? "" : formatBytes(row.bytes)),
      draw(cell, row) {
        if (row.bytes !== null) cell.textContent = formatBytes(row.bytes);
        else if (row.state === "uncosted")
          cell.append(unknown(row.reason ?? "Not known on this target."));
      },
    },
    {
      id: "engine",
      isShown: scale.hasTarget,
      label: "Engine",
      title: "Where it runs",
      align: "start",
      minWidth: 6,
      maxWidth: 14,
      priority: 10,
      text: (row) =>
        row.engine === null ? "" : row.isFallback ? `${row.engine} fallback` : row.engine,
      draw(cell, row) {
        if (row.engine === null) return;
        if (!row.isFallback) cell.append(h("span", { class: "dim" }, row.engine));
        else
          cell.append(
            h(
              "span",
              { class: "warn", title: "The runtime's engine does not run this operator." },
              icon("warning"),
              ` ${row.engine}`,
            ),
          );
      },
    },
  ];
}

/** What stands in place of a time, where a layer has none of its own. */
export function timeText(row: LayerRow): string {
  if (row.seconds !== null) return `${secondsText(row.seconds)} (${secondsRange(row.seconds)})`;
  switch (row.state) {
    case "fused":
      return `in ${row.fusedInto?.name ?? "another kernel"}`;
    case "folded":
      return "folded";
    case "vanished":
      return "no kernel";
    case "uncosted":
      return "?";
    case "untargeted":
    case "kernel":
      return "";
  }
}

function drawName(cell: HTMLElement, row: LayerRow): void {
  cell.title = visibleText(row.scope === "" ? row.name : `${row.name}\n${row.scope}`);
  const { scope, leaf, isPath } = nameParts(row);
  const name = elidedLeft(leaf, row.isNamed ? "layer-name" : "layer-name is-made-up");
  const tag =
    row.fusedCount > 0 &&
    h(
      "span",
      { class: "tag", title: `Its kernel also does ${row.fusedCount} more` },
      `+${row.fusedCount}`,
    );
  const alike =
    row.count > 1 &&
    h(
      "span",
      { class: "tag is-count", title: `${row.count} layers that are alike, together` },
      `×${row.count}`,
    );
  const path = scope !== "" && elidedLeft(scope, isPath ? "layer-path" : "layer-scope");
  if (row.state === "fused")
    cell.append(h("span", { class: "layer-fused", "aria-hidden": "true" }, "↳"));
  cell.append(
    ...(isPath ? [path, name, alike, tag] : [name, alike, tag, path]).filter(
      (part) => part !== false,
    ),
  );
}

/** Exporters that write paths as names repeat the scope in each: it is shown once, before the name, dimmed. */
function nameParts(row: LayerRow): {
  readonly scope: string;
  readonly leaf: string;
  readonly isPath: boolean;
} {
  const { name, scope } = row;
  const path = `${name.startsWith("/") ? "/" : ""}${scope}/`;
  return scope !== "" && name.startsWith(path) && name.length > path.length
    ? { scope: path, leaf: name.slice(path.length), isPath: true }
    : { scope, leaf: name, isPath: false };
}

function drawTime(cell: HTMLElement, row: LayerRow): void {
  if (row.seconds !== null) {
    cell.append(
      h("span", { class: "time-value" }, secondsText(row.seconds)),
      h("span", { class: "time-range" }, secondsRange(row.seconds)),
    );
    return;
  }
  if (row.state === "uncosted") {
    cell.append(unknown(row.reason ?? "There is no rule for this operator."));
    return;
  }
  const none = h("span", { class: "time-none", title: noTimeTitle(row) });
  if (row.fusedInto === null) none.append(timeText(row));
  else none.append(h("span", { class: "time-in" }, "in "), elidedLeft(row.fusedInto.name));
  cell.append(none);
}

function noTimeTitle(row: LayerRow): string | undefined {
  switch (row.state) {
    case "fused":
      return `Fused: its work is done, and counted, in ${row.fusedInto?.name ?? "another kernel"}`;
    case "folded":
      return "Computed once, when the model is loaded";
    case "vanished":
      return "The runtime executes nothing for it";
    default:
      return undefined;
  }
}

function drawShare(cell: HTMLElement, row: LayerRow, maxSeconds: number | null): void {
  if (row.seconds === null || row.bound === null || maxSeconds === null || maxSeconds <= 0) return;
  cell.append(
    costBar({
      value: row.seconds.value / maxSeconds,
      low: row.seconds.low / maxSeconds,
      high: row.seconds.high / maxSeconds,
      isHatched: !isCalibrated(row.seconds),
      tone: row.bound,
    }),
    h("span", { class: "share" }, row.share === null ? "" : formatShare(row.share)),
  );
}

function dimZero(value: number, format: (value: number) => string): HTMLElement {
  return h("span", { class: value === 0 ? "dim" : undefined }, format(value));
}

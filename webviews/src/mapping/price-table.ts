import {
  formatCount,
  formatJoules,
  formatNumber,
  formatSeconds,
} from "../../../server/core/base/units.js";
import type { RtlPrices } from "../../../server/core/accelerator/rtl-price.js";
import type { MappingView } from "../../../server/core/views/mapping.js";
import { h } from "../kit/dom.js";

/** The sizes of a sweep, fastest first: gain and what the accelerator's own RTL takes, beside its own size. */
export function priceTable({ sweep, totals }: MappingView, prices: RtlPrices): HTMLElement {
  const keys = Object.keys(sweep[0]?.values ?? {});
  const titles = [
    ...["time", "energy", ...prices.kinds.map(({ label }) => label)],
    ...["gain", "price"],
  ];
  const order = sweep.map((_, index) => index);
  order.sort((a, b) => (sweep[a]?.seconds ?? 0) - (sweep[b]?.seconds ?? 0));
  return h(
    "table",
    { class: "frame-table mapping-prices" },
    h("caption", {}, captionOf(prices)),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col" }, "front"),
        ...keys.map((key) => h("th", { scope: "col", class: "number" }, key)),
        ...titles.map((title) => h("th", { scope: "col", class: "number" }, title)),
      ),
    ),
    h("tbody", {}, ...order.map((index) => rowOf(index))),
  );

  function rowOf(index: number): HTMLElement {
    const point = sweep[index];
    const cost = prices.points[index] ?? null;
    if (point === undefined) return h("tr", {});
    const counts = prices.kinds.map(({ kind }) =>
      cost === null ? "?" : formatCount(cost[kind] ?? 0),
    );
    const price =
      cost === null
        ? "?"
        : times((cost[prices.chief] ?? 0) / Math.max(1, prices.own[prices.chief] ?? 0));
    const numbers = [
      ...keys.map((key) => point.values[key] ?? ""),
      formatSeconds(point.seconds),
      formatJoules(point.joules),
      ...counts,
      times(totals.seconds / point.seconds),
      price,
    ];
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, prices.isOnFront[index] === true ? "◆" : ""),
      ...numbers.map((text) => h("td", { class: "number" }, text)),
    );
  }
}

function captionOf({ size, chief, kinds, family, part, sizes, tool }: RtlPrices): string {
  const label = kinds.find(({ kind }) => kind === chief)?.label ?? chief;
  return `Gain and ${label} of the RTL beside ${size}, on ${part ?? family} · ◆ front of time, ${label} and energy · ${tool}, synthesised at ${sizes.join(", ")}`;
}

function times(ratio: number): string {
  return `${formatNumber(ratio)} ×`;
}

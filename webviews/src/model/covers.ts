import { h, icon, prose } from "../kit/dom.js";

/** What stands in place of the table when there are no rows to show: said in a sentence, with the way out. */
export function cover(state: Cover): HTMLElement {
  const { iconName, title, text, action } = state;
  return h(
    "div",
    { class: "cover", role: state.isAlert === true ? "alert" : "status" },
    icon(iconName, "cover-icon"),
    h("p", { class: "cover-title" }, title),
    h("p", { class: "cover-text" }, ...prose(text)),
    action !== undefined &&
      h(
        "button",
        { class: "cover-action", type: "button", on: { click: action.run } },
        action.label,
      ),
  );
}

export interface Cover {
  readonly iconName: string;
  readonly title: string;
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
  readonly isAlert?: boolean;
}

/** Rows that have the table's rhythm and no content yet. */
export function skeletonRows(): HTMLElement {
  return h(
    "div",
    { class: "skeleton-rows", "aria-hidden": "true" },
    ...Array.from({ length: 14 }, () =>
      h(
        "div",
        { class: "skeleton-row" },
        ...["name", "op", "time", "bar"].map((part) => h("span", { class: `skeleton is-${part}` })),
      ),
    ),
  );
}

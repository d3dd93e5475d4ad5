import { h, icon, put } from "./dom.js";

/** A labelled choice of a few, as the platform draws it: every theme, zoom and screen reader knows it. */
export function choice(options: ChoiceOptions): Choice {
  const select = h("select", {
    class: "frame-select",
    on: { change: () => options.onChange(select.value) },
  });
  const element = h("label", { class: "frame-field" }, h("span", {}, options.label), select);
  let key = "";
  return {
    element,
    show(items, value) {
      const next = JSON.stringify(items);
      if (next !== key)
        put(select, ...items.map((item) => h("option", { value: item.id }, item.label)));
      key = next;
      select.value = value;
      select.title = items.find(({ id }) => id === value)?.label ?? "";
    },
  };
}

export interface ChoiceOptions {
  readonly label: string;
  readonly onChange: (value: string) => void;
}

export interface Choice {
  readonly element: HTMLElement;
  show(items: readonly { readonly id: string; readonly label: string }[], value: string): void;
}

export function tool(
  label: string,
  iconName: string,
  action: () => void,
  title = label,
): HTMLButtonElement {
  return h(
    "button",
    { class: "frame-button", type: "button", title, "aria-label": label, on: { click: action } },
    icon(iconName),
    h("span", {}, label),
  );
}

/** A button that stays down. */
export function toggle(
  label: string,
  iconName: string,
  isOn: boolean,
  onChange: (isOn: boolean) => void,
  title = label,
): HTMLButtonElement {
  const button = tool(
    label,
    iconName,
    () => {
      const next = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(next));
      onChange(next);
    },
    title,
  );
  button.setAttribute("aria-pressed", String(isOn));
  return button;
}

import { elidedMiddle } from "./elided-middle.js";

/** Makes an element: attributes as text, listeners under `on`, children as text or nodes. Never parses HTML. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "object" || value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? "" : visibleText(String(value)));
  }
  for (const [event, listener] of Object.entries(attributes.on ?? {}))
    element.addEventListener(event, listener);
  put(element, ...children);
  return element;
}

export type Child = Node | string | null | undefined | false;

export type Listeners = Readonly<Record<string, (event: Event) => void>>;
export type AttributeValue = string | number | boolean | null | undefined;

export interface Attributes {
  readonly on?: Listeners;
  readonly [name: string]: AttributeValue | Listeners;
}

/** Replaces what an element holds. */
export function put(element: Element, ...children: readonly Child[]): void {
  element.replaceChildren(
    ...children
      .filter(
        (child): child is Node | string => child !== null && child !== undefined && child !== false,
      )
      .map((child) => (typeof child === "string" ? visibleText(child) : child)),
  );
}

/**
 * Text from files may hold control characters, and marks that turn the direction of writing of what stands around them:
 * they are made visible. Lines and tabs stay.
 */
export function visibleText(text: string): string {
  return text.replace(unseen, "\ufffd");
}

const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A codicon that says nothing to a screen reader: a word always stands beside it. */
export function icon(name: string, className = ""): HTMLElement {
  return h("span", {
    class: `codicon codicon-${name} ${className}`.trimEnd(),
    "aria-hidden": "true",
  });
}

/** A sentence of ours as nodes: what stands between backticks is code, or what `draw` makes of it. */
export function prose(sentence: string, draw: (quoted: string) => Child = code): readonly Child[] {
  return sentence.split("`").map((part, at) => (at % 2 === 1 ? draw(part) : part));
}

/** Quoted names may be as long as a paragraph: they are cut in the middle, and whole in the tooltip. */
export function code(text: string): HTMLElement {
  const short = elidedMiddle(text, longestCode);
  return h("code", { class: "mono", title: short === text ? undefined : text }, short);
}

const longestCode = 72;

/** `?` with its reason, for eyes in a tooltip and for screen readers as text. */
export function unknown(reason: string): HTMLElement {
  return h(
    "span",
    { class: "unknown", title: reason, role: "img", "aria-label": `unknown: ${reason}` },
    "?",
  );
}

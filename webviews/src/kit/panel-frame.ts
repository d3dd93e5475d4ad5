import type { PanelId } from "../../../server/protocol/panels.js";
import type { ViewReply } from "../../../server/protocol/requests.js";
import type { ViewId } from "../../../server/protocol/views.js";
import { messageOf, type Page } from "./page.js";
import { h, icon, prose, put, visibleText, type Child } from "./dom.js";

/**
 * What all panels beside the model page look like: a title with model, target and batch, the other panels a click away,
 * one row of tools, and a body that is loading, shown, stale, failed, or empty for a stated reason.
 */
export function createPanelFrame(
  { host, start }: Pick<Page<unknown>, "host" | "start">,
  options: FrameOptions,
): PanelFrame {
  const file = h("span", { class: "frame-file" });
  const facts = h("span", { class: "frame-facts dim" });
  const note = h("span", { class: "frame-note dim", role: "status" });
  const tools = h("div", { class: "frame-tools", role: "toolbar", "aria-label": "Tools" });
  const cover = h("div", { class: "frame-cover", hidden: true });
  const body = h("div", { class: "frame-body" });
  const main = h(
    "main",
    { class: "frame is-loading", "aria-busy": "true" },
    h(
      "header",
      { class: "frame-head" },
      h("h1", {}, options.title),
      file,
      facts,
      note,
      panelLinks(options.panel, (panel) => told(host.call("openPanel", { panel }))),
    ),
    tools,
    cover,
    body,
  );
  (document.getElementById("app") ?? document.body).append(main);
  let hasContent = false;
  const told = (call: Promise<unknown>): void => {
    call.catch((error: unknown) => put(note, messageOf(error)));
  };
  const settle = (className: string): void => {
    main.classList.remove("is-loading", "is-stale", "is-empty");
    if (className !== "") main.classList.add(className);
    main.setAttribute("aria-busy", "false");
    // What was said stays; that it is being updated does not.
    if (note.textContent === updating || note.textContent?.startsWith("out of date")) put(note);
  };
  const frame: PanelFrame = {
    main,
    body,
    tools,
    setFacts: (...parts) =>
      put(facts, ...parts.flatMap((part, at) => (at === 0 ? [part] : [" · ", part]))),
    say: (text) => put(note, text),
    told,
    openSource: (nodeId) => told(host.call("openAsText", { nodeName: null, nodeId })),
    openDetails: (nodeId) => told(host.call("openPanel", { panel: "model", nodeId })),
    select: (nodeId) => told(host.call("select", { nodeId })),
    busy() {
      main.setAttribute("aria-busy", "true");
      if (hasContent) {
        main.classList.add("is-stale");
        put(note, updating);
      } else main.classList.add("is-loading");
    },
    current() {
      hasContent = true;
      cover.hidden = true;
      settle("");
    },
    nothing(sentence, action) {
      settle("is-empty");
      cover.hidden = false;
      put(
        cover,
        h("p", { role: "status" }, icon("info"), " ", ...prose(sentence)),
        action !== undefined &&
          h(
            "button",
            { class: "frame-button", type: "button", on: { click: action.run } },
            action.label,
          ),
      );
    },
    pickTargets: {
      label: "Pick targets",
      run: () => told(host.call("pickTargets", null)),
    },
    refused: (reply) =>
      frame.failed(reply.kind === "failed" ? reply.message : "The analysis was stopped."),
    failed(message) {
      const words = [icon("error"), " ", ...prose(message)];
      if (hasContent) {
        settle("is-stale");
        put(note, "out of date: ", ...prose(message));
        return;
      }
      settle("is-empty");
      cover.hidden = false;
      put(
        cover,
        h("p", { role: "alert" }, ...words),
        h(
          "button",
          { class: "frame-button", type: "button", on: { click: options.retry } },
          "Try again",
        ),
      );
    },
  };
  start.then(
    ({ fileName }) => {
      file.textContent = visibleText(fileName);
      document.title = `${options.title}: ${visibleText(fileName)}`;
    },
    (error: unknown) => frame.failed(messageOf(error)),
  );
  return frame;
}

export interface FrameOptions {
  readonly panel: PanelId;
  readonly title: string;
  readonly retry: () => void;
}

export interface PanelFrame {
  readonly main: HTMLElement;
  readonly body: HTMLElement;
  readonly tools: HTMLElement;
  setFacts(...parts: readonly Child[]): void;
  /** A short note beside the title. */
  say(text: string): void;
  /** A call whose answer nobody waits for: its failure is said beside the title. */
  told(call: Promise<unknown>): void;
  busy(): void;
  current(): void;
  /** Nothing to show, because …; perhaps with what to do about it. */
  nothing(sentence: string, action?: FrameAction): void;
  /** What there is to do where no target is chosen. */
  readonly pickTargets: FrameAction;
  failed(message: string): void;
  /** An answer that is no view. */
  refused(reply: Exclude<ViewReply<ViewId>, { readonly kind: "view" }>): void;
  /** To a node's statement in the source; to how its number came about; to it wherever else it stands. */
  readonly openSource: (nodeId: number) => void;
  readonly openDetails: (nodeId: number) => void;
  readonly select: (nodeId: number) => void;
}

export interface FrameAction {
  readonly label: string;
  readonly run: () => void;
}

const updating = "updating…";

/** The panels in the order of the questions that they answer. */
const links: readonly (readonly [PanelId | "model", string, string])[] = [
  ["model", "list-flat", "Layers"],
  ["graph", "type-hierarchy-sub", "Graph"],
  ["roofline", "graph-line", "Roofline"],
  ["memory", "layers", "Memory"],
  ["timeline", "graph-left", "Timeline"],
  ["pareto", "graph-scatter", "Pareto"],
  ["mapping", "circuit-board", "Mapping"],
  ["serving", "server", "Serving"],
  ["comparison", "diff", "Comparison"],
];

export function panelLinks(
  current: PanelId | "model",
  open: (panel: PanelId | "model") => void,
): HTMLElement {
  return h(
    "nav",
    { class: "frame-links", "aria-label": "Panels of this model" },
    ...links.map(([id, iconName, label]) =>
      h(
        "button",
        {
          class: "frame-link",
          type: "button",
          "aria-current": id === current ? "page" : undefined,
          on: { click: () => id !== current && open(id) },
        },
        icon(iconName),
        h("span", {}, label),
      ),
    ),
  );
}

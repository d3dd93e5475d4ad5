import type { MemoryParams, MemoryView } from "../../../server/core/views/memory.js";
import type { SummaryView } from "../../../server/core/views/summary.js";
import type { ViewReply } from "../../../server/protocol/requests.js";
import { h, icon, prose, put } from "../kit/dom.js";
import { messageOf } from "../kit/page.js";
import { counted } from "../kit/quantity-text.js";
import { drawnBufferLimit } from "./memory-picture.js";
import { memoryPlan } from "./memory-plan.js";
import { whyUnknown } from "./overview.js";

/**
 * How activations share memory on the active target, or in the types that the file declares when there is none. Closed
 * it asks for nothing; open it asks anew whenever the model or the target changes.
 */
export function createMemorySection(actions: MemoryActions): MemorySection {
  let isOpen = actions.isOpen;
  let shown: { readonly summary: SummaryView; readonly target: string | null } | undefined;
  let asking = new AbortController();
  const title = h("h2", { class: "memory-title", id: "memory-title" });
  const body = h("div", { class: "memory-body" });
  const element = h(
    "section",
    { class: "memory", id: "memory", "aria-labelledby": "memory-title", hidden: true },
    h(
      "div",
      { class: "memory-head" },
      title,
      h(
        "button",
        {
          class: "icon-button",
          type: "button",
          title: "Close the memory section",
          "aria-label": "Close the memory section",
          on: { click: () => setOpen(false) },
        },
        icon("close"),
      ),
    ),
    body,
  );
  const say = (sentence: string): void =>
    put(body, h("p", { class: "notice", role: "status" }, icon("info"), " ", ...prose(sentence)));
  const ask = (): void => {
    asking.abort();
    element.hidden = !isOpen || shown === undefined;
    if (shown === undefined || !isOpen) return;
    const { summary, target } = shown;
    put(title, titleOf(summary, target));
    element.setAttribute("aria-busy", "true");
    if (body.childElementCount === 0) put(body, h("span", { class: "skeleton is-row" }));
    asking = new AbortController();
    const { signal } = asking;
    actions
      .fetch({ target, aliveLimit, hasBuffers: true, bufferLimit: drawnBufferLimit }, signal)
      .then((reply) => {
        if (signal.aborted) return;
        element.setAttribute("aria-busy", "false");
        if (reply.kind === "failed") say(reply.message);
        else if (reply.kind === "cancelled") say("Nothing to show: the analysis was stopped.");
        else showView(summary, reply.view);
      })
      .catch((error: unknown) => {
        if (signal.aborted) return;
        element.setAttribute("aria-busy", "false");
        say(messageOf(error));
      });
  };
  // Undefined does not survive the way through the editor as JSON, and may arrive as null.
  const showView = (summary: SummaryView, view: MemoryView | null | undefined): void => {
    if (view === undefined || view === null)
      say(`The plan is not known, because ${whyNoPlan(summary, shown?.target ?? null)}`);
    else if (view.bufferCount === 0)
      say("Nothing to plan, because the model writes no activations.");
    else put(body, ...memoryPlan(view, actions.openNode));
  };
  const setOpen = (open: boolean): void => {
    if (open === isOpen) return;
    isOpen = open;
    if (!isOpen && element.contains(document.activeElement)) actions.leave();
    actions.onToggle(isOpen);
    if (!isOpen) put(body);
    ask();
  };
  return {
    element,
    setOpen,
    show(summary, target) {
      shown = { summary, target };
      ask();
    },
  };
}

export interface MemoryActions {
  readonly isOpen: boolean;
  readonly onToggle: (isOpen: boolean) => void;
  readonly fetch: (params: MemoryParams, signal: AbortSignal) => Promise<ViewReply<"memory">>;
  readonly openNode: (nodeId: number) => void;
  /** Takes the focus back when the section closes under it. */
  readonly leave: () => void;
}

export interface MemorySection {
  readonly element: HTMLElement;
  setOpen(isOpen: boolean): void;
  /** Draws the plan of a target, or of the declared types; when closed, only remembers. */
  show(summary: SummaryView, target: string | null): void;
}

/** More than anyone reads; the rest is counted. */
const aliveLimit = 200;

function titleOf(summary: SummaryView, target: string | null): string {
  const label = summary.targets.find(({ id }) => id === target)?.label;
  return label === undefined ? "Memory, types as declared" : `Memory on ${label}`;
}

function whyNoPlan(summary: SummaryView, targetId: string | null): string {
  const unbound = summary.symbols.filter(({ bound }) => bound === null);
  if (summary.extentRead !== "none" && unbound.length > 0)
    return `tensors' sizes depend on ${unbound.map(({ name }) => `\`${name}\``).join(", ")}: bind the dimensions.`;
  const target = summary.targets.find(({ id }) => id === targetId);
  if (summary.extentRead !== "none" && target !== undefined && target.uncostedCount > 0)
    return `what ${counted(target.uncostedCount, "uncosted node")} keep${target.uncostedCount === 1 ? "s" : ""} alive is not known. ${target.uncostedReason ?? ""}`.trimEnd();
  const reason = whyUnknown(summary);
  return reason.charAt(0).toLowerCase() + reason.slice(1);
}

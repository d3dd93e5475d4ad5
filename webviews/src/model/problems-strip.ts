import type { Severity } from "../../../server/core/base/problem.js";
import type { SummaryView } from "../../../server/core/views/summary.js";
import { code, h, icon, prose, put } from "../kit/dom.js";
import { counted } from "../kit/quantity-text.js";
import { nodeLink } from "./node-link.js";

/** One line that counts the problems by severity; opened, it lists them with links to their nodes. */
export function createProblemsStrip(actions: ProblemsActions): ProblemsStrip {
  let chosen = actions.isOpen;
  let isOpen = chosen ?? false;
  const list = h("ul", { class: "problems-list", id: "problems-list" });
  const toggle = h("button", {
    class: "problems-toggle",
    type: "button",
    "aria-controls": "problems-list",
    on: {
      click() {
        isOpen = !isOpen;
        chosen = isOpen;
        layOut();
        actions.onToggle(isOpen);
      },
    },
  });
  const element = h(
    "section",
    { class: "problems", "aria-label": "Problems", hidden: true },
    toggle,
    list,
  );
  const layOut = (): void => {
    toggle.setAttribute("aria-expanded", String(isOpen));
    list.hidden = !isOpen;
  };
  layOut();
  return {
    element,
    show(summary) {
      const { problemCounts, problems } = summary;
      const total = severities.reduce((sum, { id }) => sum + problemCounts[id], 0);
      element.hidden = total === 0;
      isOpen = chosen ?? problemCounts.error > 0;
      layOut();
      put(
        toggle,
        icon("chevron-right", "problems-chevron"),
        ...severities
          .filter(({ id }) => problemCounts[id] > 0)
          .map(({ id, noun }) =>
            h(
              "span",
              { class: `problem-count is-${id}` },
              severityIcon(id),
              counted(problemCounts[id], noun),
            ),
          ),
      );
      const rest = total - problems.length;
      put(
        list,
        ...problems.map((problem) => problemRow(problem, actions.openNode)),
        rest > 0 && h("li", { class: "problem dim" }, `… and ${counted(rest, "more problem")}`),
      );
    },
  };
}

export interface ProblemsActions {
  /** Null: open while there are errors. */
  readonly isOpen: boolean | null;
  readonly onToggle: (isOpen: boolean) => void;
  readonly openNode: (nodeId: number) => void;
}

export interface ProblemsStrip {
  readonly element: HTMLElement;
  show(summary: SummaryView): void;
}

const severities: readonly { readonly id: Severity; readonly noun: string }[] = [
  { id: "error", noun: "error" },
  { id: "warning", noun: "warning" },
  { id: "information", noun: "note" },
  { id: "hint", noun: "hint" },
];

export function severityIcon(severity: Severity): HTMLElement {
  const name = { error: "error", warning: "warning", information: "info", hint: "lightbulb" }[
    severity
  ];
  return icon(name, `severity is-${severity}`);
}

function problemRow(
  problem: SummaryView["problems"][number],
  openNode: (nodeId: number) => void,
): HTMLElement {
  const { nodeId } = problem;
  const link = nodeId === null ? undefined : { nodeId, name: problem.nodeName ?? `#${nodeId}` };
  // A sentence that names its node leads there by that name; the first time is enough.
  let isLinked = false;
  const text = prose(problem.message, (quoted) => {
    if (link === undefined || isLinked || quoted !== link.name) return code(quoted);
    isLinked = true;
    return nodeLink(link, openNode);
  });
  return h(
    "li",
    { class: "problem" },
    severityIcon(problem.severity),
    h("span", { class: "problem-text" }, ...text),
    link !== undefined && !isLinked && nodeLink(link, openNode),
    h("span", { class: "problem-code dim" }, problem.code),
  );
}

import { formatBytes, formatCount, formatMacs } from "../../../server/core/base/units.js";
import type { DetailsTensor, DetailsView } from "../../../server/core/views/details.js";
import { h, icon, prose, put, unknown, visibleText, type Child } from "../kit/dom.js";
import { elidedMiddle } from "../kit/elided-middle.js";
import { counted } from "../kit/quantity-text.js";
import { costSections } from "./details-cost.js";
import { type AskQuantization, quantizationSection } from "./details-quantization.js";
import { nodeLink } from "./node-link.js";
import { nothingRead } from "./overview.js";
import { severityIcon } from "./problems-strip.js";

/** Everything about the selected node; links lead to its neighbours. */
export function createDetailsPane(actions: DetailsActions): DetailsPane {
  const heading = h("h2", { class: "details-title", tabindex: "-1" }, "Details");
  const sub = h("p", { class: "details-sub" });
  const content = h("div", { class: "details-content" });
  const element = h(
    "aside",
    { class: "details", "aria-label": "Details of the layer" },
    h(
      "div",
      { class: "details-head" },
      h("div", { class: "details-names" }, heading, sub),
      h(
        "button",
        {
          class: "icon-button",
          type: "button",
          title: "Show it in the text",
          "aria-label": "Show it in the text",
          on: { click: actions.openAsText },
        },
        icon("go-to-file"),
      ),
      h(
        "button",
        {
          class: "icon-button",
          type: "button",
          title: "Close the details",
          "aria-label": "Close the details",
          on: { click: actions.close },
        },
        icon("close"),
      ),
    ),
    content,
  );
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape") actions.leave();
  });
  return {
    element,
    show(details, activeTarget) {
      const isSame = element.dataset["node"] === String(details.nodeId);
      element.dataset["node"] = String(details.nodeId);
      put(heading, ...breakable(elidedMiddle(details.name, longestTitle)));
      heading.title = visibleText(details.name);
      put(sub, ...subtitle(details));
      put(
        content,
        problemsOf(details),
        ...costSections(details, activeTarget, actions.openNode),
        workOf(details),
        (details.work.weightBytes ?? 0) > 0 &&
          actions.askQuantization !== undefined &&
          quantizationSection(details.nodeId, actions.askQuantization),
        tensors("Inputs", details.inputs, actions.openNode, "producer"),
        tensors("Outputs", details.outputs, actions.openNode, "consumers"),
        pairs(
          "Attributes",
          details.attributes.map(({ name, text, kind }) => ({ name, text, title: kind })),
        ),
        pairs(
          "Metadata",
          details.metadata.map(({ key, value }) => ({ name: key, text: value, title: undefined })),
        ),
      );
      if (!isSame) content.scrollTop = 0;
    },
    showNothing(because) {
      delete element.dataset["node"];
      put(heading, "Details");
      put(sub);
      put(content, h("p", { class: "notice" }, ...prose(because)));
    },
    focus: () => heading.focus(),
  };
}

/** Characters: three lines of a narrow pane. */
const longestTitle = 64;

/** Lines break after the separators of a path first. */
function breakable(name: string): readonly Child[] {
  return name
    .split(/(?<=[/;])(?=[^/;])/)
    .flatMap((part, at) => [at > 0 && document.createElement("wbr"), part]);
}

export interface DetailsActions {
  readonly openNode: (nodeId: number) => void;
  readonly openAsText: () => void;
  readonly close: () => void;
  /** Escape: back to the table. */
  readonly leave: () => void;
  /** Where the page can ask for number formats. */
  readonly askQuantization?: AskQuantization;
}

export interface DetailsPane {
  readonly element: HTMLElement;
  show(details: DetailsView, activeTarget: string | null): void;
  showNothing(because: string): void;
  focus(): void;
}

function subtitle(details: DetailsView): readonly Child[] {
  const operator = details.domain === "" ? details.op : `${details.domain}:${details.op}`;
  const version = details.opset === null ? "" : ` · opset ${details.opset}`;
  const position = ` · #${details.nodeId} of ${counted(details.nodeCount, "node")}`;
  return [
    h("strong", {}, operator),
    details.sourceOp !== null && ` (${details.sourceOp})`,
    `${version}${position}`,
    !details.isNamed && " · the file gives it no name",
    details.scope !== "" &&
      !details.name.includes(details.scope) &&
      h("span", { class: "details-scope", title: "Scope" }, details.scope),
  ];
}

function problemsOf(details: DetailsView): Child {
  if (details.problems.length === 0) return null;
  return h(
    "ul",
    { class: "details-problems" },
    ...details.problems.map((problem) =>
      h(
        "li",
        { class: "problem" },
        severityIcon(problem.severity),
        h("span", { class: "problem-text" }, ...prose(problem.message)),
        h("span", { class: "problem-code dim" }, problem.code),
      ),
    ),
  );
}

function workOf({ work }: DetailsView): HTMLElement {
  const missing = work.reason ?? "The shapes it depends on are not known.";
  const known = (
    value: number | null,
    format: (value: number) => string,
    reason = missing,
  ): Child => (value === null ? unknown(reason) : format(value));
  const rows: readonly (readonly [string, Child])[] = [
    ["Parameters", known(work.parameterCount, formatCount, nothingRead)],
    ["Weights", known(work.weightBytes, formatBytes, nothingRead)],
    ["MACs", known(work.macs, formatMacs)],
    [
      "Operations",
      known(work.flops, (flops) => `${formatCount(flops)}FLOP`.replace(/(\d)FLOP/, "$1 FLOP")),
    ],
    ["Reads", known(work.readBytes, formatBytes)],
    ["Writes", known(work.writeBytes, formatBytes)],
  ];
  return h(
    "section",
    {},
    h("h3", {}, "Work, before any fusion"),
    h(
      "dl",
      { class: "pairs is-compact" },
      ...rows.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
    ),
  );
}

function tensors(
  title: string,
  list: readonly DetailsTensor[],
  openNode: (nodeId: number) => void,
  ends: "producer" | "consumers",
): Child {
  if (list.length === 0) return null;
  return h(
    "section",
    {},
    h("h3", {}, title),
    h(
      "ul",
      { class: "tensors" },
      ...list.map((tensor) =>
        tensor.isAbsent
          ? h("li", { class: "tensor dim" }, "left out")
          : h(
              "li",
              { class: "tensor" },
              h(
                "div",
                { class: "tensor-head" },
                h("span", { class: "tensor-name", title: tensor.name }, tensor.name),
                tensor.role !== "activation" && h("span", { class: "tag" }, tensor.role),
              ),
              h(
                "div",
                { class: "tensor-type" },
                h("span", { class: "mono" }, tensor.type),
                h(
                  "span",
                  { class: "dim" },
                  tensor.bytes === null
                    ? unknown("Its shape is not known.")
                    : formatBytes(tensor.bytes),
                  tensor.file === null ? "" : ` in ${tensor.file}`,
                  tensor.quantization === "" ? "" : ` · ${tensor.quantization}`,
                ),
              ),
              endsOf(tensor, ends, openNode),
            ),
      ),
    ),
  );
}

function endsOf(
  tensor: DetailsTensor,
  ends: "producer" | "consumers",
  openNode: (nodeId: number) => void,
): Child {
  if (ends === "producer")
    return (
      tensor.producer !== null &&
      h("div", { class: "tensor-ends" }, "from ", nodeLink(tensor.producer, openNode))
    );
  if (tensor.consumerCount === 0)
    return h(
      "div",
      { class: "tensor-ends dim" },
      tensor.role === "output" ? "an output of the model" : "nothing reads it",
    );
  const rest = tensor.consumerCount - tensor.consumers.length;
  return h(
    "div",
    { class: "tensor-ends" },
    "to ",
    ...tensor.consumers.flatMap((consumer, at) => [at > 0 && ", ", nodeLink(consumer, openNode)]),
    rest > 0 && ` and ${counted(rest, "other")}`,
  );
}

function pairs(
  title: string,
  rows: readonly {
    readonly name: string;
    readonly text: string;
    readonly title: string | undefined;
  }[],
): Child {
  if (rows.length === 0) return null;
  return h(
    "section",
    {},
    h("h3", {}, title),
    h(
      "dl",
      { class: "pairs" },
      ...rows.map(({ name, text, title: hint }) =>
        h("div", {}, h("dt", { title: hint }, name), h("dd", { class: "mono" }, text)),
      ),
    ),
  );
}

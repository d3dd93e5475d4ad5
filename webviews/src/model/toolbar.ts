import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-option/index.js";
import "@vscode-elements/elements/dist/vscode-single-select/index.js";
import "@vscode-elements/elements/dist/vscode-textfield/index.js";
import type { VscodeTextfield } from "@vscode-elements/elements/dist/vscode-textfield/vscode-textfield.js";
import type { Binding } from "../../../server/protocol/binding.js";
import type { SummaryView } from "../../../server/core/views/summary.js";
import { toggle } from "../kit/controls.js";
import { h, put } from "../kit/dom.js";

/** The page's one row of controls. */
export function createToolbar(actions: ToolbarActions): Toolbar {
  const select = document.createElement("vscode-single-select");
  select.id = "active-target";
  select.label = "Layers on";
  select.addEventListener("change", () => actions.chooseTarget(select.value));
  const targetField = h(
    "label",
    { class: "field is-target", for: "active-target" },
    h("span", { class: "field-label" }, "Layers on"),
    select,
  );
  const bindings = h("span", { class: "bindings" });
  const find = textField("Find layers", "search");
  find.placeholder = "Find: name, op:Conv, >5%";
  find.value = actions.filter;
  find.classList.add("find");
  find.title =
    "Words match name, operator, scope and shape. op: scope: shape: bound: engine: is: narrow it; >5% >1ms >10MiB >1MMAC compare.";
  find.addEventListener("input", () => actions.find(find.value));
  find.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      find.value = "";
      actions.find("");
    }
    if (["Escape", "Enter", "ArrowDown"].includes(event.key)) {
      event.preventDefault();
      actions.leaveFind();
    }
  });
  const matches = h("span", { class: "matches dim", role: "status" });
  const fields = new Map<string, VscodeTextfield>();

  const bind = (): void => {
    const dims: Record<string, number> = {};
    const counts: { batch: number | null; devices: number | null } = { batch: null, devices: null };
    for (const [name, field] of fields) {
      const text = field.value.trim();
      const extent = Number(text);
      const count = countOf(name);
      const least = count === undefined ? 0 : 1;
      field.invalid = text !== "" && !(Number.isInteger(extent) && least <= extent);
      if (field.invalid || text === "") continue;
      if (count === undefined) dims[name] = extent;
      else counts[count] = extent;
    }
    if (![...fields.values()].some((field) => field.invalid)) actions.bind({ ...counts, dims });
  };
  const labels = new Map<string, HTMLElement>();
  const bindingField = (name: string, label: string, hint: string, value: string): HTMLElement => {
    let field = fields.get(name);
    let element = labels.get(name);
    if (field === undefined || element === undefined) {
      field = textField(label, "text");
      field.value = value;
      field.addEventListener("change", bind);
      fields.set(name, field);
      element = h(
        "label",
        { class: "field is-number" },
        h("span", { class: "field-label" }, label),
        field,
      );
      labels.set(name, element);
    }
    field.placeholder = hint;
    return element;
  };

  const forget = (name: string): void => {
    fields.delete(name);
    labels.delete(name);
  };

  return {
    element: h(
      "div",
      { class: "toolbar", role: "toolbar", "aria-label": "Model" },
      button("Targets…", "settings", actions.pickTargets, "Pick the targets to predict for"),
      targetField,
      bindings,
      h("span", { class: "toolbar-find" }, find, matches),
      toggle(
        "Alike",
        "layers",
        actions.joinsAlike,
        actions.joinAlike,
        "Layers of the same operator, shapes and time in one row, with what they take together",
      ),
      button(
        "Open as text",
        "go-to-file",
        actions.openAsText,
        "Open the graph in ONNX's textual syntax",
      ),
    ),
    show(summary, activeId, bound) {
      targetField.hidden = summary.targets.length < 2;
      const options = summary.targets.map((target) => {
        const option = document.createElement("vscode-option");
        option.setAttribute("value", target.id);
        option.textContent = target.label;
        if (target.id === activeId) option.setAttribute("selected", "");
        return option;
      });
      if (optionsKey(select) !== summary.targets.map((target) => target.id).join())
        put(select, ...options);
      if (activeId !== null) select.value = activeId;
      // The field cuts long names, and where there is little room its label goes.
      const label = summary.targets.find((target) => target.id === activeId)?.label ?? "";
      select.title = `Layers on ${label}`;
      const batchSymbols = summary.symbols.filter((symbol) => symbol.isBatch);
      const batchField = bindingField(
        batchKey,
        "Batch",
        String(summary.batch ?? 1),
        bound.batch?.toString() ?? "",
      );
      batchField.title =
        batchSymbols.length === 0
          ? "Batch size of all inputs"
          : `Batch size; the model calls it ${batchSymbols.map(({ name }) => name).join(", ")}`;
      const rows = [batchField];
      if (summary.devices === null) forget(devicesKey);
      else {
        const field = bindingField(devicesKey, "Devices", "1", bound.devices?.toString() ?? "");
        field.title = "Devices of the target that share the model by tensor parallelism";
        rows.push(field);
      }
      for (const symbol of summary.symbols) {
        if (symbol.isBatch) continue;
        const value = bound.dims[symbol.name] ?? symbol.bound;
        rows.push(bindingField(symbol.name, symbol.name, "?", value?.toString() ?? ""));
      }
      for (const name of [...fields.keys()])
        if (
          countOf(name) === undefined &&
          !summary.symbols.some((symbol) => symbol.name === name && !symbol.isBatch)
        )
          forget(name);
      // Replacing a field would take the focus from whoever is typing in it.
      if (
        rows.some((row, at) => bindings.children[at] !== row) ||
        bindings.children.length > rows.length
      )
        put(bindings, ...rows);
    },
    showMatches(matched, total) {
      matches.textContent = matched === total ? "" : `${matched} of ${total}`;
    },
    startFinding({ isReplacing }) {
      find.focus();
      if (isReplacing) find.wrappedElement.select();
    },
    setFilter(text) {
      find.value = text;
    },
  };
}

export interface ToolbarActions {
  readonly filter: string;
  readonly pickTargets: () => void;
  readonly chooseTarget: (id: string) => void;
  readonly bind: (binding: Binding) => void;
  readonly find: (text: string) => void;
  readonly joinsAlike: boolean;
  readonly joinAlike: (joinsAlike: boolean) => void;
  readonly leaveFind: () => void;
  readonly openAsText: () => void;
}

export interface Toolbar {
  readonly element: HTMLElement;
  show(summary: SummaryView, activeId: string | null, bound: Binding): void;
  showMatches(matched: number, total: number): void;
  /** Moves the focus to the find box; `isReplacing`: what is typed next replaces what it holds. */
  startFinding(options: { readonly isReplacing: boolean }): void;
  setFilter(text: string): void;
}

/** Fields of counts, among those of symbols, whose names come from the model's file. */
const batchKey = "\0batch";
const devicesKey = "\0devices";

function countOf(key: string): "batch" | "devices" | undefined {
  if (key === batchKey) return "batch";
  return key === devicesKey ? "devices" : undefined;
}

function optionsKey(select: HTMLElement): string {
  return [...select.children].map((option) => option.getAttribute("value")).join();
}

function textField(label: string, type: "text" | "search"): VscodeTextfield {
  const field = document.createElement("vscode-textfield");
  field.type = type;
  field.label = label;
  return field;
}

function button(label: string, iconName: string, action: () => void, title: string): HTMLElement {
  const element = document.createElement("vscode-button");
  element.secondary = true;
  element.icon = iconName;
  element.textContent = label;
  element.title = title;
  element.addEventListener("click", action);
  return element;
}

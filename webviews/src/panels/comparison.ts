import type { ComparisonView } from "../../../server/core/views/compare/compare-analyses.js";
import type { CompareWith, PlanFile, TargetInfo } from "../../../server/protocol/requests.js";
import { layersTable, totalsTable } from "../comparison/tables.js";
import { choice, tool } from "../kit/controls.js";
import { h, put } from "../kit/dom.js";
import { bootPage, messageOf } from "../kit/page.js";
import { createPanelFrame } from "../kit/panel-frame.js";
import { region } from "../kit/region.js";
import { isOther } from "../roofline/state.js";

interface ComparisonState {
  readonly before: "revision" | "model" | "target" | "proposal";
  readonly other: { readonly uri: string; readonly fileName: string } | null;
  readonly leftTarget: string | null;
  readonly rightTarget: string | null;
}

/** The comparison panel: the model as it is now beside what it was, another model, or another target. */
const page = bootPage<ComparisonState>({
  stateVersion: 1,
  initialState: { before: "revision", other: null, leftTarget: null, rightTarget: null },
  decodeState: (kept) => ({
    ...(isKept(kept["before"]) ? { before: kept["before"] } : {}),
    ...(isOther(kept["other"]) ? { other: kept["other"] } : {}),
    ...(typeof kept["leftTarget"] === "string" ? { leftTarget: kept["leftTarget"] } : {}),
    ...(typeof kept["rightTarget"] === "string" ? { rightTarget: kept["rightTarget"] } : {}),
  }),
  api: {
    changed() {
      ask();
      return null;
    },
    reveal: () => null,
  },
});

/** Plans are files of the user's: they are not kept. */
let isPlans = false;
let plans: readonly PlanFile[] = [];
let asked = 0;
let targets: readonly TargetInfo[] = [];

const frame = createPanelFrame(page, {
  panel: "comparison",
  title: "Comparison",
  retry: () => ask(),
});
const content = region("comparison", "Differences");
const before = choice({
  label: "Compare with",
  onChange: (value) => {
    isPlans = value === "plans";
    if (!isPlans) page.keep({ before: isKept(value) ? value : "revision" });
    showChoices();
    if (isPlans && plans.length === 0) addPlan();
    else if (value === "model" && page.state.other === null) pickOther();
    else ask();
  },
});
const left = choice({ label: "Left on", onChange: (leftTarget) => chooseTargets({ leftTarget }) });
const right = choice({
  label: "Right on",
  onChange: (rightTarget) => chooseTargets({ rightTarget }),
});
const another = tool("Another model…", "folder-opened", pickOther);
const plan = tool(
  "Add a plan…",
  "add",
  addPlan,
  "A plan that `ridgepoint quantize --export json` has written; a second one stands on the right",
);
put(frame.tools, before.element, another, plan, left.element, right.element);
frame.body.append(content);
Promise.all([page.host.call("targets", null), page.start]).then(
  ([all, { purpose }]) => {
    targets = all;
    if (purpose !== undefined) page.keep({ before: purpose });
    showChoices();
    ask();
  },
  (error: unknown) => frame.failed(messageOf(error)),
);

function ask(): void {
  frame.busy();
  asked += 1;
  const now = asked;
  const { other, rightTarget, leftTarget } = page.state;
  const chosen = targets.filter(({ isChosen }) => isChosen);
  const own = rightTarget ?? chosen[0]?.id ?? null;
  const isTargets = page.state.before === "target" && !isPlans;
  const [firstPlan, secondPlan] = plans;
  const question: CompareWith =
    isPlans && firstPlan !== undefined
      ? { kind: "plans", left: firstPlan, right: secondPlan ?? null }
      : page.state.before === "revision"
        ? { kind: "revision", revision: "HEAD" }
        : page.state.before === "model" && other !== null
          ? { kind: "model", uri: other.uri }
          : { kind: page.state.before === "proposal" ? "proposal" : "itself" };
  page.host
    .call("compare", {
      before: question,
      leftTarget: isTargets ? (leftTarget ?? chosen[1]?.id ?? chosen[0]?.id ?? null) : own,
      rightTarget: own,
      limit: 400,
    })
    .then(
      (reply) => {
        if (now !== asked) return;
        if (reply.kind === "view") show(reply.view);
        else
          frame.nothing(reply.message, {
            label: "Compare with another model…",
            run: pickOther,
          });
      },
      (error: unknown) => {
        if (now === asked) frame.failed(messageOf(error));
      },
    );
}

function show(view: ComparisonView): void {
  frame.current();
  showChoices();
  const { same, changed, added, removed } = view.counts;
  frame.setFacts(
    `${changed} layers changed`,
    ...(isOfPlans() ? [] : [`${added} added`, `${removed} removed`]),
    `${same} the same`,
  );
  put(
    content,
    h("h2", {}, "Totals"),
    totalsTable(view),
    h("h2", {}, "What moved most"),
    changed + added + removed === 0
      ? h("p", { role: "status" }, "Nothing moved: every layer is the same on both sides.")
      : layersTable(view, openNode),
  );
}

function showChoices(): void {
  const { other, leftTarget, rightTarget } = page.state;
  before.show(
    [
      { id: "revision", label: "its last commit (HEAD)" },
      { id: "target", label: "another target" },
      { id: "proposal", label: "the proposed quantization plan" },
      { id: "model", label: other === null ? "another model…" : other.fileName },
      {
        id: "plans",
        label:
          plans.length === 0 ? "a quantization plan…" : plans.map(({ name }) => name).join(" and "),
      },
    ],
    isPlans ? "plans" : page.state.before,
  );
  another.hidden = isPlans || page.state.before !== "model";
  plan.hidden = !isPlans;
  const items = targets.map(({ id, label }) => ({ id, label }));
  const chosen = targets.filter(({ isChosen }) => isChosen);
  left.element.hidden = page.state.before !== "target" || isPlans;
  left.show(items, leftTarget ?? chosen[1]?.id ?? chosen[0]?.id ?? items[0]?.id ?? "");
  right.show(items, rightTarget ?? chosen[0]?.id ?? items[0]?.id ?? "");
}

function isOfPlans(): boolean {
  return isPlans || page.state.before === "proposal";
}

/** What beside the first of the choices survives a reload. */
function isKept(value: unknown): value is "model" | "target" | "proposal" {
  return value === "model" || value === "target" || value === "proposal";
}

function chooseTargets(change: Partial<ComparisonState>): void {
  page.keep(change);
  ask();
}

function pickOther(): void {
  page.host.call("pickModel", null).then(
    (other) => {
      if (other !== null) page.keep({ other, before: "model" });
      showChoices();
      ask();
    },
    (error: unknown) => frame.say(messageOf(error)),
  );
}

/** The newest two: a third takes the place of the first. */
function addPlan(): void {
  page.host.call("readText", { title: "Plan of ridgepoint quantize", extensions: ["json"] }).then(
    (read) => {
      if (read !== null) plans = [...plans, read].slice(-2);
      isPlans = plans.length > 0;
      showChoices();
      ask();
    },
    (error: unknown) => frame.say(messageOf(error)),
  );
}

function openNode(nodeId: number): void {
  frame.select(nodeId);
  frame.openDetails(nodeId);
}

import type { ParetoResult } from "../../../server/core/search/compare-alternatives.js";
import type { ServingParams, ServingView } from "../../../server/core/views/serving.js";
import { plainText } from "../kit/canvas.js";
import { toggle, tool } from "../kit/controls.js";
import { h, put } from "../kit/dom.js";
import { bootPage, messageOf } from "../kit/page.js";
import { createPanelFrame } from "../kit/panel-frame.js";
import { counted } from "../kit/quantity-text.js";
import { region } from "../kit/region.js";
import { frontItems } from "../pareto/fronts.js";
import { createParetoPlot } from "../pareto/pareto-plot.js";
import { metricText, type ParetoPicture, type ParetoPoint } from "../pareto/plot.js";
import { stateText } from "../pareto/point-table.js";
import { planTable } from "../serving/plan-table.js";
import {
  countOf,
  decodeServingState,
  devicesOf,
  initialServingState,
  secondsOf,
  type ServingPageState,
} from "../serving/state.js";

/** The serving panel: how many texts a language model's server takes at once, on how many devices. */
const page = bootPage<ServingPageState>({
  stateVersion: 1,
  initialState: initialServingState,
  decodeState: decodeServingState,
  api: {
    changed() {
      void ask();
      return null;
    },
    reveal: () => null,
  },
});

let picture: ParetoPicture | undefined;
let asking: AbortController | undefined;

const frame = createPanelFrame(page, {
  panel: "serving",
  title: "Serving",
  retry: () => void ask(),
});
const plot = createParetoPlot({
  label: "Tokens a device against the time between tokens",
  picture: () => picture,
  describe,
  onSelect(item) {
    if (picture === undefined) return;
    picture = { ...picture, selected: item?.alternative.id ?? null };
    put(words, item === undefined ? legendText : describe(item).replaceAll("\n", " · "));
    plot.redrawOver();
  },
});
const legendText = "◆ most for its wait · ● another gives more, sooner · × beyond a limit";
const words = h("div", { class: "plot-words", "aria-live": "polite" }, legendText);
const fronts = h("ul", { class: "plot-legend", "aria-label": "Ways of serving" });
const plans = region("serving-plans", "Best within the limits");
put(
  frame.tools,
  field("Prompt", "input", "1024", "Tokens of a prompt"),
  field("Answer", "output", "256", "Tokens of an answer"),
  field("First token, ms", "firstToken", "no limit", "Limit of the time to the first token"),
  field("Between tokens, ms", "betweenTokens", "no limit", "Limit of the time between tokens"),
  field("Devices", "devices", "1,2,4,8", "Sizes of groups that share the model"),
  toggle(
    "Prompts apart",
    "split-horizontal",
    page.state.isApart,
    (isApart) => {
      page.keep({ isApart });
      void ask();
    },
    "Also read prompts on groups of their own, whose caches move to those that write",
  ),
  tool("Targets", "server", () => frame.pickTargets.run(), "Choose other devices"),
);
frame.body.append(
  h("div", { class: "plot-main" }, plot.place),
  h("div", { class: "plot-foot" }, fronts, words),
  plans,
);
void ask();

function field(
  label: string,
  key: "input" | "output" | "firstToken" | "betweenTokens" | "devices",
  placeholder: string,
  title: string,
): HTMLElement {
  const input = h("input", {
    class: "frame-input",
    type: "text",
    inputmode: key === "devices" ? undefined : "decimal",
    value: page.state[key],
    placeholder,
    title,
    on: {
      change: () => {
        page.keep({ [key]: input.value });
        void ask();
      },
    },
  });
  return h("label", { class: "frame-field serving-field" }, h("span", {}, label), input);
}

/** What is asked for; or what is wrong with it. */
function paramsOf(state: ServingPageState): Partial<ServingParams> | string {
  const [inputTokens, outputTokens] = [countOf(state.input), countOf(state.output)];
  if (inputTokens === undefined || outputTokens === undefined)
    return "Prompt and answer are whole numbers of tokens, at least 1.";
  const first = secondsOf(state.firstToken);
  const between = secondsOf(state.betweenTokens);
  if (first === undefined || between === undefined)
    return "Limits are milliseconds, or empty for none.";
  const devices = devicesOf(state.devices);
  if (devices === undefined) return "Devices are whole numbers with commas between them: 1,2,4,8.";
  return {
    workload: { inputTokens, outputTokens },
    limits: {
      ...(first !== null && { firstTokenSeconds: first }),
      ...(between !== null && { tokenSeconds: between }),
    },
    devices,
    isApart: state.isApart,
  };
}

/** The newest question counts: an older one is stopped. */
async function ask(): Promise<void> {
  const params = paramsOf(page.state);
  if (typeof params === "string") {
    frame.say(params);
    return;
  }
  frame.say("");
  frame.busy();
  asking?.abort();
  const own = new AbortController();
  asking = own;
  try {
    const reply = await page.ask("serving", params, { signal: own.signal });
    if (asking !== own) return;
    if (reply.kind !== "view") {
      frame.refused(reply);
      return;
    }
    if (reply.view === null) {
      frame.nothing(
        "Nothing to show, because the model writes no text: serving is for language models.",
      );
      return;
    }
    await show(reply.view, own);
  } catch (error) {
    if (asking === own) frame.failed(messageOf(error));
  }
}

async function show(view: ServingView, own: AbortController): Promise<void> {
  const { alternatives, limits, plans: found, refused } = view;
  picture = undefined;
  if (alternatives.length > 0) {
    const compared = await page.ask("pareto", {
      alternatives,
      axes: [
        { metric: "between-tokens", limit: limits.tokenSeconds ?? null },
        { metric: "device-rate", limit: null },
      ],
      groupBy: "series",
    });
    if (asking !== own) return;
    if (compared.kind === "view") picture = pictureOf(view, compared.view);
  }
  if (alternatives.length === 0 && refused.length === 0) {
    frame.nothing("Nothing to show, because no target is chosen.", frame.pickTargets);
    return;
  }
  frame.current();
  frame.say(view.warning ?? "");
  const { inputTokens, outputTokens } = view.workload;
  frame.setFacts(
    plainText(view.model),
    `prompts of ${counted(inputTokens, "token")}, answers of ${counted(outputTokens, "token")}`,
  );
  put(words, legendText);
  put(fronts, ...(picture === undefined ? [] : frontItems(picture.result, { isNames: true })));
  put(plans, planTable(found, refused));
  plot.redraw();
}

function pictureOf({ alternatives, limits }: ServingView, result: ParetoResult): ParetoPicture {
  return {
    alternatives,
    result,
    limits: [limits.tokenSeconds ?? null, null, null],
    picked: new Set(),
    selected: null,
  };
}

function describe({ alternative, state }: ParetoPoint): string {
  const lines = [plainText(alternative.series ?? ""), plainText(alternative.label)];
  for (const kind of picture?.result.metrics ?? []) {
    const metric = alternative.metrics[kind.id];
    if (metric !== undefined) lines.push(`${kind.label} ${metricText(metric.value, kind)}`);
  }
  return [...lines, stateText(state, alternative)].join("\n");
}

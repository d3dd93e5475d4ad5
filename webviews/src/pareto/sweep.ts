import type { Alternative } from "../../../server/core/search/alternatives.js";
import type { Supposition, TargetInfo, ViewReply } from "../../../server/protocol/requests.js";
import { choice } from "../kit/controls.js";
import { h, icon, put } from "../kit/dom.js";
import { messageOf } from "../kit/page.js";

const batches = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** Targets of one step: few enough that it can be stopped between them. */
const targetsPerStep = 12;

/** Starts a sweep over batch sizes, precisions, targets or all of them; says how far it is, and stops when asked. */
export function createSweep(options: SweepOptions): { readonly element: HTMLElement } {
  let running: AbortController | undefined;
  let over = "batch";
  const kind = choice({ label: "Sweep", onChange: (value) => (over = value) });
  kind.show(
    [
      { id: "batch", label: "batch 1–256" },
      { id: "precision", label: "precisions" },
      { id: "both", label: "batch × precisions" },
      { id: "segment", label: "targets of the same kind" },
      { id: "all", label: "all targets" },
      { id: "all-batch", label: "targets of the same kind × batch" },
    ],
    over,
  );
  const bar = h("progress", { class: "pareto-progress", hidden: true, "aria-label": "Sweep" });
  const label = h("span", {}, "Run");
  const mark = h("span", { class: "codicon codicon-play", "aria-hidden": "true" });
  const button = h(
    "button",
    {
      class: "frame-button",
      type: "button",
      on: { click: () => (running === undefined ? void run() : running.abort()) },
    },
    mark,
    label,
  );
  const run = async (): Promise<void> => {
    const abort = new AbortController();
    running = abort;
    put(mark);
    mark.className = icon("debug-stop").className;
    label.textContent = "Stop";
    let steps: readonly Supposition[] = [];
    try {
      steps = stepsOf(over, options.precisions(), await options.targets());
    } catch (error) {
      options.say(messageOf(error));
    }
    bar.max = steps.length;
    bar.value = 0;
    bar.hidden = false;
    let failure = "";
    for (const [at, suppose] of steps.entries()) {
      if (abort.signal.aborted) break;
      try {
        const reply = await options.ask(suppose, abort.signal);
        if (reply.kind === "view") options.found(reply.view.alternatives);
        else if (reply.kind === "failed") failure = reply.message;
      } catch (error) {
        if (!abort.signal.aborted) failure = messageOf(error);
      }
      bar.value = at + 1;
      options.say(`sweep ${at + 1} of ${steps.length}`);
    }
    options.say(abort.signal.aborted ? "sweep stopped" : failure);
    bar.hidden = true;
    label.textContent = "Run";
    mark.className = icon("play").className;
    running = undefined;
  };
  return { element: h("span", { class: "pareto-sweep" }, kind.element, button, bar) };
}

function stepsOf(
  over: string,
  precisions: readonly string[],
  targets: readonly TargetInfo[],
): readonly Supposition[] {
  const segments = new Set(
    targets.filter(({ isChosen }) => isChosen).map(({ segment }) => segment),
  );
  const wanted =
    over === "batch"
      ? []
      : over === "precision" || over === "both"
        ? precisions
        : targets
            .filter(({ segment }) => over === "all" || segments.has(segment))
            .map(({ id }) => id);
  const chunks: (readonly string[] | undefined)[] = [];
  for (let at = 0; at < wanted.length; at += targetsPerStep)
    chunks.push(wanted.slice(at, at + targetsPerStep));
  if (chunks.length === 0) chunks.push(undefined);
  const hasBatches = over === "batch" || over === "both" || over === "all-batch";
  return (hasBatches ? batches : [undefined]).flatMap((batch) =>
    chunks.map((ids) => ({
      ...(batch !== undefined && { batch }),
      ...(ids !== undefined && { targets: ids }),
    })),
  );
}

export interface SweepOptions {
  readonly precisions: () => readonly string[];
  readonly targets: () => Promise<readonly TargetInfo[]>;
  readonly ask: (suppose: Supposition, signal: AbortSignal) => Promise<ViewReply<"alternatives">>;
  readonly found: (alternatives: readonly Alternative[]) => void;
  readonly say: (text: string) => void;
}

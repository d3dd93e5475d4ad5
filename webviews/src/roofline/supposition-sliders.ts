import type { SummaryView } from "../../../server/core/views/summary.js";
import { h, put } from "../kit/dom.js";
import { doublingSlider, type Slider } from "../kit/slider.js";

/** A slider for the batch, and one for each extent that is open; Python models have the length of their sequences. */
export function createSuppositionSliders(
  onChange: (
    change: { readonly batch: number } | { readonly dims: Readonly<Record<string, number>> },
  ) => void,
): SuppositionSliders {
  const element = h("span", { class: "roofline-sliders" });
  const known = new Map<string, Slider>();
  return {
    element,
    show(summary, supposed, isPython) {
      const tokens = isPython ? tokenCount(summary) : undefined;
      const dims = isPython
        ? tokens === undefined
          ? []
          : [sequenceName]
        : summary.symbols.filter(({ isBatch }) => !isBatch).map(({ name }) => name);
      const rows = ["", ...dims].map((name) => {
        let slider = known.get(name);
        if (slider === undefined) {
          slider = doublingSlider({
            label: name === "" ? "Batch" : isPython ? "Sequence" : name,
            most: name === "" ? 1024 : 131_072,
            onChange: (value) =>
              onChange(name === "" ? { batch: value } : { dims: { [name]: value } }),
          });
          known.set(name, slider);
        }
        const bound = summary.symbols.find((symbol) => symbol.name === name)?.bound ?? tokens;
        slider.show(
          name === ""
            ? (supposed.batch ?? summary.batch ?? 1)
            : (supposed.dims[name] ?? bound ?? 1),
        );
        return slider.element;
      });
      if (rows.length !== element.childElementCount) put(element, ...rows);
    },
  };
}

export interface SuppositionSliders {
  readonly element: HTMLElement;
  show(
    summary: SummaryView,
    supposed: {
      readonly batch: number | null;
      readonly dims: Readonly<Record<string, number>>;
    },
    isPython: boolean,
  ): void;
}

/** How many tokens a Python model was run on: the second extent of an input of whole numbers with two axes. */
function tokenCount({ inputs }: SummaryView): number | undefined {
  for (const { type } of inputs) {
    const length = /^u?int\d+\[\d+, ?(\d+)\]$/.exec(type)?.[1];
    if (length !== undefined) return Number(length);
  }
  return undefined;
}

/** As the server calls the length of sequences of a Python model. */
const sequenceName = "sequence";

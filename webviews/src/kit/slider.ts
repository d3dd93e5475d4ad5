import { h } from "./dom.js";

/** A slider over whole numbers that grow by doubling, with the number beside it; it tells while it is dragged. */
export function doublingSlider(options: SliderOptions): Slider {
  const steps = Math.round(Math.log2(options.most)) + 1;
  const input = h("input", { type: "range", min: 0, max: steps - 1, step: 1, class: "slider" });
  const number = h("output", { class: "slider-number" });
  const element = h("label", { class: "frame-field" }, h("span", {}, options.label), input, number);
  const valueOf = (): number => 2 ** Number(input.value);
  const say = (value: number): void => {
    number.textContent = String(value);
    input.setAttribute("aria-valuetext", String(value));
  };
  input.addEventListener("input", () => {
    say(valueOf());
    options.onChange(valueOf());
  });
  return {
    element,
    show(value) {
      if (document.activeElement !== input)
        input.value = String(Math.round(Math.log2(Math.max(1, value))));
      say(value);
    },
  };
}

export interface SliderOptions {
  readonly label: string;
  /** A power of two. */
  readonly most: number;
  readonly onChange: (value: number) => void;
}

export interface Slider {
  readonly element: HTMLElement;
  show(value: number): void;
}

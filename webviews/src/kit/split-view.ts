import { h } from "./dom.js";

/**
 * Two panes with a sash: side by side when there is room, one above the other when there is not. The sash is a separator
 * that pointer and arrow keys move; the second pane can be closed.
 */
export function createSplitView(options: SplitOptions): SplitView {
  const sash = h("div", {
    class: "split-sash",
    role: "separator",
    tabindex: "0",
    "aria-label": options.sashLabel,
    "aria-valuemin": "0",
    "aria-valuemax": "100",
  });
  const start = h("div", { class: "split-start" }, options.start);
  const end = h("div", { class: "split-end" }, options.end);
  const element = h("div", { class: "split" }, start, sash, end);
  let isStacked = false;
  let sizes = options.sizes;
  let isOpen = options.isOpen;

  const layOut = (): void => {
    const share = isStacked ? sizes.below : sizes.beside;
    element.classList.toggle("is-stacked", isStacked);
    element.classList.toggle("is-closed", !isOpen);
    end.style.flexBasis = `${(share * 100).toFixed(2)}%`;
    sash.setAttribute("aria-orientation", isStacked ? "horizontal" : "vertical");
    sash.setAttribute("aria-valuenow", String(Math.round(share * 100)));
  };
  const resize = (share: number): void => {
    const limited = Math.max(0.15, Math.min(0.75, share));
    sizes = isStacked ? { ...sizes, below: limited } : { ...sizes, beside: limited };
    layOut();
  };

  sash.addEventListener("pointerdown", (event) => {
    sash.setPointerCapture(event.pointerId);
    event.preventDefault();
    const move = (now: PointerEvent): void => {
      const box = element.getBoundingClientRect();
      resize(
        isStacked ? (box.bottom - now.clientY) / box.height : (box.right - now.clientX) / box.width,
      );
    };
    const stop = (): void => {
      sash.removeEventListener("pointermove", move);
      options.onResize(sizes);
    };
    sash.addEventListener("pointermove", move);
    sash.addEventListener("lostpointercapture", stop, { once: true });
  });
  sash.addEventListener("keydown", (event) => {
    const share = isStacked ? sizes.below : sizes.beside;
    const step = { ArrowLeft: 0.03, ArrowUp: 0.03, ArrowRight: -0.03, ArrowDown: -0.03 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    resize(share + step);
    options.onResize(sizes);
  });
  new ResizeObserver(() => {
    const stacked = element.clientWidth < options.stackBelowWidth;
    if (stacked === isStacked) return;
    isStacked = stacked;
    layOut();
  }).observe(element);
  layOut();

  return {
    element,
    get isOpen() {
      return isOpen;
    },
    setOpen(open) {
      isOpen = open;
      layOut();
    },
  };
}

/** Shares of the whole that the second pane takes. */
export interface SplitSizes {
  readonly beside: number;
  readonly below: number;
}

export interface SplitOptions {
  readonly start: HTMLElement;
  readonly end: HTMLElement;
  readonly sashLabel: string;
  readonly sizes: SplitSizes;
  readonly isOpen: boolean;
  /** Pixels of width below which the panes stand one above the other. */
  readonly stackBelowWidth: number;
  readonly onResize: (sizes: SplitSizes) => void;
}

export interface SplitView {
  readonly element: HTMLElement;
  readonly isOpen: boolean;
  setOpen(isOpen: boolean): void;
}

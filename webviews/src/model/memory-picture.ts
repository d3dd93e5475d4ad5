import { formatBytes } from "../../../server/core/base/units.js";
import type { BufferRow, MemoryView } from "../../../server/core/views/memory.js";
import { h } from "../kit/dom.js";
import { elidedMiddle } from "../kit/elided-middle.js";
import { svg } from "../kit/svg.js";
import { counted } from "../kit/quantity-text.js";

/** The pages' limit for marks that are elements. */
export const drawnBufferLimit = 2000;

/**
 * The arena as a picture: execution steps to the right, addresses upwards, one rectangle per buffer, the peak marked.
 * Its text alternative is the table of tensors alive at the peak beside it.
 */
export function memoryPicture(view: MemoryView): HTMLElement {
  const { arenaBytes, bufferCount, buffers, peakStep } = view;
  const stepCount = Math.max(1, view.stepCount);
  const x = (step: number): number => (step / stepCount) * extent;
  const y = (address: number): number => extent - (address / Math.max(1, arenaBytes)) * extent;
  const drawing = svg(
    "svg",
    {
      class: `memory-plot${buffers.length > denseFrom ? " is-dense" : ""}`,
      viewBox: `0 0 ${extent} ${extent}`,
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": `Addresses of ${counted(bufferCount, "buffer")} over ${counted(stepCount, "step")}; the peak is at step ${peakStep + 1}. The table tells what is alive there.`,
    },
    svg("rect", {
      class: "memory-peak-band",
      x: x(peakStep),
      y: 0,
      width: x(1),
      height: extent,
    }),
    ...buffers.map((buffer) =>
      svg(
        "rect",
        {
          class: `memory-buffer${isAlive(buffer, peakStep) ? " is-alive" : ""}`,
          x: x(buffer.firstStep),
          y: y(buffer.offset + buffer.bytes),
          width: x(buffer.lastStep + 1 - buffer.firstStep),
          height: y(buffer.offset) - y(buffer.offset + buffer.bytes),
        },
        svg("title", {}, bufferTitle(buffer)),
      ),
    ),
    // What the arena goes beyond: the chip's memory ends at the line.
    ...view.limits
      .filter(({ bytes }) => bytes < arenaBytes)
      .map(({ name, bytes }) =>
        svg(
          "line",
          { class: "memory-limit-line", x1: 0, x2: extent, y1: y(bytes), y2: y(bytes) },
          svg("title", {}, `${name} ends at ${formatBytes(bytes)}`),
        ),
      ),
    svg("line", {
      class: "memory-peak-line",
      x1: x(peakStep + 0.5),
      x2: x(peakStep + 0.5),
      y1: 0,
      y2: extent,
    }),
  );
  const peakLabel = h("span", { class: "memory-peak-label" }, `peak, step ${number(peakStep + 1)}`);
  const middle = (peakStep + 0.5) / stepCount;
  // Near an end the label hangs from its other side, so that it stays inside the picture.
  peakLabel.classList.toggle("is-left", middle > 0.5);
  peakLabel.style.insetInlineStart = `${(middle * 100).toFixed(2)}%`;
  return h(
    "figure",
    { class: "memory-picture" },
    h(
      "div",
      { class: "memory-axis-y dim", "aria-hidden": "true" },
      h("span", {}, formatBytes(arenaBytes)),
      h("span", {}, "address"),
      h("span", {}, "0"),
    ),
    h("div", { class: "memory-peak", "aria-hidden": "true" }, peakLabel),
    drawing,
    h(
      "div",
      { class: "memory-axis-x dim", "aria-hidden": "true" },
      h("span", {}, "step 1"),
      stepCount > 1 && h("span", {}, number(stepCount)),
    ),
    view.limits.length > 0 &&
      h(
        "figcaption",
        { class: "memory-limits dim" },
        view.limits
          .map(
            ({ name, bytes }) =>
              `${name} ${formatBytes(bytes)}: ${bytes < arenaBytes ? "smaller than the arena, a line" : "holds the arena"}`,
          )
          .join(" · "),
      ),
    buffers.length < bufferCount &&
      h(
        "figcaption",
        { class: "memory-rest dim" },
        `The ${number(buffers.length)} largest of ${counted(bufferCount, "buffer")} are drawn.`,
      ),
  );
}

/** What a buffer is called: the tensor that is written to it, and how many views of it there are. */
export function bufferName({ tensors, writer }: BufferRow): string {
  const [written] = tensors;
  if (written === undefined)
    return `working memory of ${writer === null ? "a body" : nodeText(writer)}`;
  return written === "" ? "tensor without a name" : written;
}

export function nodeText({ id, name, op }: { id: string; name: string; op: string }): string {
  return `${op} ${name === "" ? `#${id}` : name}`.trim();
}

export function number(value: number): string {
  return new Intl.NumberFormat("en-US").format(value);
}

/** Units of the drawing's own system; bytes and steps would lose digits in an engine's 32-bit floats. */
const extent = 1000;

/** Borders of more rectangles than this would hide their areas. */
const denseFrom = 200;

function isAlive({ firstStep, lastStep }: BufferRow, step: number): boolean {
  return firstStep <= step && step <= lastStep;
}

function bufferTitle(buffer: BufferRow): string {
  const { bytes, offset, firstStep, lastStep, writer, tensors } = buffer;
  const steps =
    firstStep === lastStep ? `step ${firstStep + 1}` : `steps ${firstStep + 1}–${lastStep + 1}`;
  const by = writer === null ? "an input" : `written by ${elidedMiddle(nodeText(writer), 120)}`;
  const views = tensors.length > 1 ? ` and ${counted(tensors.length - 1, "view")} of it` : "";
  return `${elidedMiddle(bufferName(buffer), 120)}${views}\n${formatBytes(bytes)} at ${number(offset)}, ${steps}\n${by}`;
}

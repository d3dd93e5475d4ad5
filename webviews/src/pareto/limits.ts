import type { Canvas } from "../kit/canvas.js";
import { paretoScales, type ParetoPicture } from "./plot.js";

/** Limit lines are dragged by the pointer; with the plot focused, brackets move the first and, with Shift, the second. */
export function dragLimits(canvas: Canvas, actions: LimitActions): void {
  const { element } = canvas;
  const lineAt = (event: PointerEvent): 0 | 1 | undefined => {
    const picture = actions.picture();
    if (picture === undefined) return undefined;
    const box = element.getBoundingClientRect();
    const { x, y } = paretoScales(picture, canvas.size());
    const [across, up] = picture.limits;
    if (typeof across === "number" && Math.abs(x.toPixel(across) - (event.clientX - box.left)) < 6)
      return 0;
    if (typeof up === "number" && Math.abs(y.toPixel(up) - (event.clientY - box.top)) < 6) return 1;
    return undefined;
  };
  element.addEventListener("pointermove", (event) => {
    if (event.buttons !== 0) return;
    const at = lineAt(event);
    element.style.cursor = at === 0 ? "ew-resize" : at === 1 ? "ns-resize" : "";
  });
  element.addEventListener("pointerdown", (event) => {
    const at = lineAt(event);
    const picture = actions.picture();
    if (at === undefined || picture === undefined) return;
    event.preventDefault();
    element.setPointerCapture(event.pointerId);
    // The scales of the moment when the drag began: they would run away under the pointer.
    const { x, y } = paretoScales(picture, canvas.size());
    const move = (now: PointerEvent): void => {
      const box = element.getBoundingClientRect();
      actions.change(
        at,
        at === 0 ? x.toValue(now.clientX - box.left) : y.toValue(now.clientY - box.top),
      );
    };
    element.addEventListener("pointermove", move);
    element.addEventListener(
      "lostpointercapture",
      () => element.removeEventListener("pointermove", move),
      { once: true },
    );
  });
  element.addEventListener("keydown", (event) => {
    const at =
      event.key === "[" || event.key === "]"
        ? 0
        : event.key === "{" || event.key === "}"
          ? 1
          : undefined;
    const limit = at === undefined ? undefined : actions.picture()?.limits[at];
    if (at === undefined || typeof limit !== "number") return;
    event.preventDefault();
    actions.change(at, limit * (event.key === "]" || event.key === "}" ? 1.05 : 0.95));
  });
}

export interface LimitActions {
  readonly picture: () => ParetoPicture | undefined;
  readonly change: (axis: 0 | 1, limit: number) => void;
}

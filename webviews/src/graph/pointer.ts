/** Drag pans, the wheel pans and with Ctrl zooms (a pinch arrives so), two fingers do both; coordinates are the element's. */
export function followPointer(element: HTMLElement, actions: PointerActions): void {
  const pointers = new Map<number, { x: number; y: number }>();
  let travelled = 0;
  const placeOf = (event: MouseEvent): { x: number; y: number } => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  element.addEventListener("pointerdown", (event) => {
    if (event.button > 1) return;
    element.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, placeOf(event));
    travelled = 0;
  });
  element.addEventListener("pointermove", (event) => {
    const now = placeOf(event);
    const before = pointers.get(event.pointerId);
    if (before === undefined) {
      actions.hover(now.x, now.y);
      return;
    }
    const [other] = [...pointers].filter(([id]) => id !== event.pointerId);
    pointers.set(event.pointerId, now);
    if (other !== undefined) {
      const [, fixed] = other;
      const distance = (at: { x: number; y: number }): number =>
        Math.max(1, Math.hypot(at.x - fixed.x, at.y - fixed.y));
      actions.zoom(distance(now) / distance(before), (now.x + fixed.x) / 2, (now.y + fixed.y) / 2);
      travelled += 10;
      return;
    }
    travelled += Math.abs(now.x - before.x) + Math.abs(now.y - before.y);
    if (travelled > 3) actions.pan(now.x - before.x, now.y - before.y);
  });
  const release = (event: PointerEvent): void => {
    if (!pointers.delete(event.pointerId)) return;
    const { x, y } = placeOf(event);
    if (event.type === "pointerup" && travelled <= 3) actions.click(x, y);
  };
  element.addEventListener("pointerup", release);
  element.addEventListener("pointercancel", release);
  element.addEventListener("pointerleave", () => actions.leave());
  element.addEventListener("dblclick", (event) => {
    const { x, y } = placeOf(event);
    actions.open(x, y);
  });
  element.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const { x, y } = placeOf(event);
      const unit = event.deltaMode === 1 ? 24 : event.deltaMode === 2 ? element.clientHeight : 1;
      if (event.ctrlKey || event.metaKey)
        actions.zoom(Math.exp(-event.deltaY * unit * 0.004), x, y);
      else if (event.shiftKey) actions.pan(-event.deltaY * unit, 0);
      else actions.pan(-event.deltaX * unit, -event.deltaY * unit);
    },
    { passive: false },
  );
}

export interface PointerActions {
  readonly pan: (dx: number, dy: number) => void;
  readonly zoom: (factor: number, x: number, y: number) => void;
  readonly click: (x: number, y: number) => void;
  readonly open: (x: number, y: number) => void;
  readonly hover: (x: number, y: number) => void;
  readonly leave: () => void;
}

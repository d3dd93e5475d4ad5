/**
 * Marks that are drawn once and then copied: a thousand circles as paths take a frame's whole time, as copies of a few
 * pictures they do not. Radii are rounded to half a pixel.
 */
export function createSprites(): Sprites {
  const known = new Map<string, HTMLCanvasElement>();
  return {
    circle(context, { x, y, radius, stroke, fill }) {
      const rounded = Math.max(1, Math.round(radius * 2) / 2);
      const ratio = window.devicePixelRatio;
      const key = `${rounded} ${ratio} ${stroke} ${fill ?? ""}`;
      const side = 2 * rounded + 4;
      let sprite = known.get(key);
      if (sprite === undefined) {
        if (known.size > 400) known.clear();
        sprite = document.createElement("canvas");
        sprite.width = sprite.height = Math.ceil(side * ratio);
        const drawing = sprite.getContext("2d");
        if (drawing === null) return;
        drawing.scale(ratio, ratio);
        drawing.beginPath();
        drawing.arc(side / 2, side / 2, rounded, 0, 7);
        if (fill !== undefined) {
          drawing.fillStyle = fill;
          drawing.fill();
        }
        drawing.strokeStyle = stroke;
        drawing.stroke();
        known.set(key, sprite);
      }
      context.drawImage(sprite, x - side / 2, y - side / 2, side, side);
    },
  };
}

export interface Sprites {
  circle(context: CanvasRenderingContext2D, mark: SpriteCircle): void;
}

export interface SpriteCircle {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly stroke: string;
  /** Hollow without. */
  readonly fill: string | undefined;
}

/** From here on copies are worth it. */
export const manyMarks = 500;

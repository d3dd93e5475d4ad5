/**
 * Thousands of marks in one frame: each kind of mark is drawn once by the canvas, and its pixels are then copied in plain
 * arithmetic. Where no graphics card helps, 5,000 circles as paths take 50 to 90 ms, as copied pictures 25 to 40, and so
 * 5 to 8. Places are rounded to whole pixels and radii to half ones.
 */
export function createStamps(): Stamps {
  const known = new Map<string, Picture>();
  let sheet: HTMLCanvasElement | undefined;
  let image: ImageData | undefined;
  const pictureOf = (stamp: Stamp, ratio: number, background: string): Picture | undefined => {
    const radius = Math.max(0.5, Math.round(stamp.radius * ratio * 2) / 2);
    const key = `${stamp.kind} ${radius} ${ratio} ${stamp.stroke} ${stamp.fill ?? ""} ${background}`;
    let found = known.get(key);
    if (found === undefined) {
      if (known.size > 2000) known.clear();
      found = pictureFor(stamp, radius, ratio, background);
      if (found !== undefined) known.set(key, found);
    }
    return found;
  };
  return {
    draw(context, { width, height }, background, stamps) {
      const ratio = context.getTransform().a;
      const columns = Math.max(1, Math.round(width * ratio));
      const rows = Math.max(1, Math.round(height * ratio));
      sheet ??= document.createElement("canvas");
      const sheetContext = sheet.getContext("2d");
      if (sheetContext === null) return;
      if (image?.width !== columns || image.height !== rows) {
        sheet.width = columns;
        sheet.height = rows;
        image = sheetContext.createImageData(columns, rows);
      }
      const out = new Uint32Array(image.data.buffer);
      out.fill(0);
      for (const stamp of stamps) {
        const picture = pictureOf(stamp, ratio, background);
        if (picture !== undefined)
          copy(picture, out, columns, Math.round(stamp.x * ratio), Math.round(stamp.y * ratio));
      }
      sheetContext.putImageData(image, 0, 0);
      context.drawImage(sheet, 0, 0, width, height);
    },
  };
}

export interface Stamps {
  /** In this order, the last on top. */
  draw(
    context: CanvasRenderingContext2D,
    size: { readonly width: number; readonly height: number },
    background: string,
    stamps: readonly Stamp[],
  ): void;
}

export type StampKind = "circle" | "triangle" | "square" | "diamond" | "cross";

export interface Stamp {
  readonly kind: StampKind;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly stroke: string;
  /** Hollow without. */
  readonly fill: string | undefined;
}

/** From here on stamps are worth it; below, paths are finer. */
export const manyMarks = 500;

/** The outline of a mark as the current path. */
export function tracePath(
  context: CanvasRenderingContext2D,
  kind: StampKind,
  x: number,
  y: number,
  radius: number,
): void {
  context.beginPath();
  switch (kind) {
    case "circle":
      context.arc(x, y, radius, 0, 7);
      return;
    case "square":
      context.rect(x - radius, y - radius, 2 * radius, 2 * radius);
      return;
    case "triangle":
      context.moveTo(x, y - radius * 1.2);
      context.lineTo(x + radius * 1.1, y + radius * 0.8);
      context.lineTo(x - radius * 1.1, y + radius * 0.8);
      context.closePath();
      return;
    case "diamond":
      context.moveTo(x, y - radius * 1.3);
      context.lineTo(x + radius * 1.3, y);
      context.lineTo(x, y + radius * 1.3);
      context.lineTo(x - radius * 1.3, y);
      context.closePath();
      return;
    case "cross":
      context.moveTo(x - radius, y - radius);
      context.lineTo(x + radius, y + radius);
      context.moveTo(x + radius, y - radius);
      context.lineTo(x - radius, y + radius);
  }
}

/** The pixels of a mark that are not empty, from its top left corner on. */
interface Picture {
  readonly side: number;
  readonly columns: Int16Array;
  readonly rows: Int16Array;
  /** As an image holds them; none lets anything through. */
  readonly colours: Uint32Array;
}

/** Soft edges are mixed with the background once and for all: a copy is then a plain assignment. */
function pictureFor(
  { kind, stroke, fill }: Stamp,
  radius: number,
  ratio: number,
  background: string,
): Picture | undefined {
  const side = Math.ceil(radius * 2.6 + 2 * ratio + 2) | 1;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) return undefined;
  const pixels = (): Uint32Array => {
    tracePath(context, kind, side / 2, side / 2, radius);
    if (fill !== undefined) {
      context.fillStyle = fill;
      context.fill();
    }
    context.lineWidth = ratio;
    context.strokeStyle = stroke;
    context.stroke();
    return new Uint32Array(context.getImageData(0, 0, side, side).data.buffer);
  };
  const alone = pixels();
  context.fillStyle = background;
  context.fillRect(0, 0, side, side);
  const onBackground = pixels();
  const used = [...alone.keys()].filter((at) => (alone[at] ?? 0) >>> 24 > faintest);
  return {
    side,
    columns: Int16Array.from(used, (at) => at % side),
    rows: Int16Array.from(used, (at) => Math.floor(at / side)),
    colours: Uint32Array.from(used, (at) => onBackground[at] ?? 0),
  };
}

/** Of 255: fainter edges would leave a halo on the mark below. */
const faintest = 64;

function copy(
  { side, columns, rows, colours }: Picture,
  out: Uint32Array,
  width: number,
  x: number,
  y: number,
): void {
  const left = x - (side >> 1);
  const top = y - (side >> 1);
  const height = out.length / width;
  const isInside = 0 <= left && left + side <= width && 0 <= top && top + side <= height;
  for (let at = 0; at < colours.length; at++) {
    const column = left + (columns[at] as number);
    const row = top + (rows[at] as number);
    if (!isInside && (column < 0 || width <= column || row < 0 || height <= row)) continue;
    out[row * width + column] = colours[at] as number;
  }
}

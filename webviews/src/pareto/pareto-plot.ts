import { createPlot, type Plot } from "../kit/plot.js";
import { drawPareto, drawParetoOver, type ParetoPicture, type ParetoPoint } from "./plot.js";

/** Alternatives against each other on a canvas, for every page that has a picture of them. */
export function createParetoPlot(options: ParetoPlotOptions): Plot {
  const { label, picture, describe, onSelect, onOpen } = options;
  return createPlot<ParetoPoint>({
    label,
    draw(context, size, colours) {
      const now = picture();
      return now === undefined ? [] : drawPareto(context, size, colours, now);
    },
    drawOver(context, size, colours, points) {
      const now = picture();
      if (now !== undefined) drawParetoOver(context, size, colours, now, points);
    },
    describe,
    isSelected: ({ alternative }) => alternative.id === picture()?.selected,
    onSelect,
    onOpen: onOpen ?? (() => undefined),
  });
}

export interface ParetoPlotOptions {
  readonly label: string;
  /** What is shown now; undefined for nothing. */
  readonly picture: () => ParetoPicture | undefined;
  readonly describe: (point: ParetoPoint) => string;
  readonly onSelect: (point: ParetoPoint | undefined) => void;
  readonly onOpen?: (point: ParetoPoint) => void;
}

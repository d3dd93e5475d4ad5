import type { Analysis } from "../analysis.js";
import { formatQuantity } from "../base/units.js";
import { heatFill } from "../figures/heat.js";
import { drawing, rounded, tag, textTag } from "../figures/svg-text.js";
import {
  view as graphView,
  type GraphBox,
  type GraphEdge,
  type GraphParams,
  type GraphView,
} from "./graph.js";

/** The whole drawing of the graph as SVG text, for files and reports. */
export function view(analysis: Analysis, params: GraphParams): FigureView {
  const size = graphView(analysis, { ...params, window: null });
  const shown = graphView(analysis, {
    ...params,
    window: { x: 0, y: 0, width: size.width, height: Math.min(size.height, tallest) },
  });
  const isCut = size.height > tallest || shown.cells !== null;
  const { largest, measure } = shown;
  const height = Math.min(size.height, tallest) + 2 * margin + footHeight;
  const width = Math.max(size.width + 2 * margin, 420);
  const foot = [
    `${measure.label} of a box, up to ${valueText(largest, measure.unit)}`,
    ...(isCut ? [`first part of ${size.boxCount} boxes`] : []),
  ].join(" · ");
  return {
    svg: drawing(
      { width, height, label: `Graph of ${size.nodeCount} nodes` },
      tag("rect", { width, height, fill: "#fff" }),
      tag(
        "g",
        { transform: `translate(${margin} ${margin})` },
        [
          ...shown.boxes.filter((box) => box.isOpen).map((box) => frame(box, shown)),
          ...shown.edges.map(line),
          ...shown.boxes.filter((box) => !box.isOpen).map((box) => closed(box, shown)),
        ].join("\n"),
      ),
      textTag(foot, { x: margin, y: height - margin / 2, fill: "#555" }),
    ),
    isCut,
  };
}

export interface FigureView {
  readonly svg: string;
  /** True when the drawing is longer than a figure can be. */
  readonly isCut: boolean;
}

const margin = 16;
const footHeight = 20;
/** Units; beyond it viewers of SVG give up. */
const tallest = 30_000;

function frame(box: GraphBox, shown: GraphView): string {
  const title = box.repeatCount > 1 ? `${box.label} ×${box.repeatCount}` : box.label;
  const value = box.value === null ? "" : `  ${valueText(box.value, shown.measure.unit)}`;
  return [
    tag("rect", {
      x: box.x,
      y: box.y,
      width: box.width,
      height: box.height,
      rx: 6,
      fill: box.depth % 2 === 0 ? "#f6f6f6" : "#eeeeee",
      stroke: "#aaa",
    }),
    textTag(`${title}${value}`, { x: box.x + 8, y: box.y + 16, "font-weight": 600 }, box.width / 6),
  ].join("");
}

function closed(box: GraphBox, shown: GraphView): string {
  const isTerminal = box.kind === "input" || box.kind === "output";
  const heat = box.value === null || shown.largest <= 0 ? 0 : Math.sqrt(box.value / shown.largest);
  const middle = box.x + box.width / 2;
  const title = box.repeatCount > 1 ? `${box.label} ×${box.repeatCount}` : box.label;
  const value = box.value === null ? "?" : valueText(box.value, shown.measure.unit);
  const letters = Math.floor(box.width / 6);
  const rect = (shift: number): string =>
    tag("rect", {
      x: box.x + shift,
      y: box.y + shift,
      width: box.width,
      height: box.height,
      rx: isTerminal ? box.height / 2 : 4,
      fill: isTerminal ? "#fff" : heatFill(heat),
      stroke: box.isCritical ? "#555" : "#999",
      ...(box.unknownCount > 0 && { "stroke-dasharray": "4 3" }),
    });
  return [
    ...(box.repeatCount > 1 ? [rect(6), rect(3)] : []),
    rect(0),
    textTag(
      title,
      {
        x: middle,
        y: box.y + box.height / 2 + (isTerminal ? 4 : -3),
        "text-anchor": "middle",
        "font-weight": 600,
      },
      letters,
    ),
    isTerminal
      ? ""
      : textTag(
          box.value === 0 ? box.detail : `${box.detail} · ${value}`,
          { x: middle, y: box.y + box.height / 2 + 12, "text-anchor": "middle" },
          letters,
        ),
  ].join("");
}

function line({ points, shape, isCut, from }: GraphEdge): string {
  if (isCut) return "";
  const [x = 0, y = 0] = points;
  let path = `M${rounded(x)} ${rounded(y)}`;
  for (let at = 2; at + 1 < points.length; at += 2) {
    const [px = 0, py = 0, nx = 0, ny = 0] = points.slice(at - 2, at + 2);
    const bend = Math.min(Math.abs(ny - py) * 0.6, 60);
    path +=
      Math.abs(nx - px) < 0.5
        ? `L${rounded(nx)} ${rounded(ny)}`
        : `C${rounded(px)} ${rounded(py + bend)} ${rounded(nx)} ${rounded(ny - bend)} ${rounded(nx)} ${rounded(ny)}`;
  }
  const endX = points.at(-2) ?? 0;
  const endY = points.at(-1) ?? 0;
  const gap = (points[3] ?? 0) - y;
  return [
    tag("path", { d: path, fill: "none", stroke: "#888" }),
    tag("path", {
      d: `M${rounded(endX)} ${rounded(endY)}l-3.5 -7h7z`,
      fill: "#888",
    }),
    shape === "" || from === "" || gap < 14
      ? ""
      : textTag(shape, { x: x + 4, y: y + 13, fill: "#555", "font-size": 9 }, 26),
  ].join("");
}

function valueText(value: number, unit: GraphView["measure"]["unit"]): string {
  return formatQuantity(value, unit, 2);
}

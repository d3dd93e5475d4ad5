import { absent, type Attribute, type Node } from "../../graph/graph.js";
import { instancesOf } from "./instances.js";
import type { SourceSite } from "./source-index.js";

/** `Conv2d 3→64 k7 s2`, `Linear 512→1000`, `scaled_dot_product_attention`; for many at once, what they have in common. */
export function layerTitle(site: SourceSite): string {
  const { model, nodeIds, isInnermost } = site;
  const { graph } = model.analysis.model;
  const nodes = nodeIds.flatMap((nodeId) => graph.nodes[nodeId] ?? []);
  const [first] = nodes;
  if (first === undefined) return "Nothing";
  const classNames = new Set(instancesOf(site).map(({ module }) => module.className));
  const operators = new Set(nodes.map((node) => node.sourceOp ?? node.op));
  const [className] = classNames;
  const [operator = ""] = operators;
  const isLayer = site.role === "made" && isInnermost && classNames.size === 1;
  if (isLayer || operators.size === 1) {
    const name = isLayer && className !== undefined ? className : operator;
    const briefs = new Set(nodes.map((node) => briefOf(site, node)));
    const [brief = ""] = briefs;
    return briefs.size === 1 && brief !== "" ? `${name} ${brief}` : name;
  }
  const listed = [...operators].slice(0, operatorLimit).join(", ");
  return operators.size > operatorLimit
    ? `${listed}, ${operators.size - operatorLimit} more`
    : listed;
}

const operatorLimit = 4;

function briefOf({ model }: SourceSite, node: Node): string {
  const { values } = model.analysis.model.graph;
  const weight = node.inputs
    .map((id) => (id === absent ? undefined : values[id]?.weight))
    .find((found) => found !== undefined && found.shape.length >= 2 && found.isBuffer !== true);
  if (weight === undefined) return "";
  const [out = 0, into = 0, ...kernel] = weight.shape;
  if (node.op === "Conv" || node.op === "ConvTranspose") {
    const groups = intOf(node.attributes.get("group")) ?? 1;
    const channels = node.op === "Conv" ? `${into * groups}→${out}` : `${out}→${into * groups}`;
    const strides = intsOf(node.attributes.get("strides"));
    return [
      channels,
      `k${sameText(kernel)}`,
      ...(strides.some((stride) => stride !== 1) ? [`s${sameText(strides)}`] : []),
      ...(groups > 1 ? [`g${groups}`] : []),
    ].join(" ");
  }
  if (node.sourceOp === "linear") return `${into}→${out}`;
  if (node.sourceOp === "embedding") return `${out}×${into}`;
  return "";
}

function sameText(extents: readonly number[]): string {
  const [first] = extents;
  return extents.every((extent) => extent === first) ? `${first ?? ""}` : extents.join("×");
}

function intOf(attribute: Attribute | undefined): number | undefined {
  return attribute?.kind === "int" ? attribute.value : undefined;
}

function intsOf(attribute: Attribute | undefined): readonly number[] {
  return attribute?.kind === "ints" ? attribute.value : [];
}

import { type GraphDraft, type MlirConstant, resultTypeOf } from "./draft.js";
import { attributeOfItem } from "./items.js";
import type { MlirAttribute, MlirOperation } from "./syntax.js";

/** A value that stands in the text: it is stored where somebody reads it, and never where it is one number everywhere. */
export function defineConstant(draft: GraphDraft, operation: MlirOperation): boolean {
  const { attributes, items } = operation;
  const given =
    attributes.get("value") ??
    attributes.get("torch.onnx.value") ??
    attributes.get("values") ??
    items
      .flatMap((item) => (item.kind === "group" ? item.items : [item]))
      .map((item) => attributeOfItem(item))
      .find((attribute) => attribute !== undefined && attribute.kind !== "word") ??
    firstWord(items.map((item) => attributeOfItem(item)));
  if (given === undefined) return false;
  const typed = given.kind === "dense" || given.kind === "number" ? given.type : undefined;
  const type = resultTypeOf(operation, 0) ?? typed;
  draft.define(operation, 0, { type, constant: constantOf(given) });
  return true;
}

function firstWord(list: readonly (MlirAttribute | undefined)[]): MlirAttribute | undefined {
  return list.find((attribute) => attribute?.kind === "word");
}

export function constantOf(attribute: MlirAttribute | undefined): MlirConstant {
  const none = { splat: undefined, data: undefined, isBuffer: false, place: undefined };
  switch (attribute?.kind) {
    case "dense":
      return attribute.isSplat
        ? { ...none, splat: attribute.values?.[0] }
        : { ...none, data: attribute.values };
    case "number":
      return { ...none, splat: attribute.value };
    case "word":
      return {
        ...none,
        splat: attribute.text === "true" ? 1 : attribute.text === "false" ? 0 : undefined,
      };
    case "list":
      return none;
    default:
      return none;
  }
}

import type { OnnxEdit } from "./onnx-edit.js";
import type { Reading, Site } from "./sites.js";

/** Input that takes the place of the weight. */
export const weightInput = "ridgepoint.weight";
/** Input that is added to what reaches the layer. */
export const offsetInput = "ridgepoint.offset";

const moved = "ridgepoint.moved";

/** A layer's weight becomes an input of the model, and an offset is added to what reaches the layer. */
export function openedSite({ weight, isHalf, activation }: Site): OnnxEdit {
  const renames = new Renames();
  renames.add(weight, weightInput);
  if (activation !== undefined) renames.add(activation, moved);
  return {
    renames: renames.byNode,
    nodes:
      activation === undefined
        ? []
        : [
            {
              before: activation.node,
              op: "Add",
              inputs: [activation.value, offsetInput],
              output: moved,
            },
          ],
    initializers: [],
    inputs: [
      { name: weightInput, isHalf },
      ...(activation === undefined ? [] : [{ name: offsetInput, isHalf: false }]),
    ],
    outputs: activation === undefined || activation.isOutput ? [] : [activation.value],
  };
}

/** What nodes read instead: by node, new names by old ones. */
export class Renames {
  readonly byNode = new Map<string, Map<string, string>>();

  add({ node, value }: Reading, name: string): void {
    const own = this.byNode.get(node);
    if (own === undefined) this.byNode.set(node, new Map([[value, name]]));
    else own.set(value, name);
  }
}

import type { Lowered } from "../../lower/lowered.js";
import { overlapped } from "./overlapped.js";

/**
 * The block of a network that a layer is part of, by the path of its module: up to the first number in a sequence
 * (`blocks/3`, `layer1/layer1.0`), else the first name (`stem`).
 */
export function blockOf(scope: string): string {
  return /^(?:.*?[/.])??\d+(?=[/.]|$)/.exec(scope)?.[0] ?? scope.split("/", 1)[0] ?? "";
}

/** Kernels by block, as indices, in execution order. */
export function blocksOf({ kernels, scopeOf }: Lowered): readonly (readonly number[])[] {
  const blocks = new Map<string, number[]>();
  for (const [index, { nodeIds }] of kernels.entries()) {
    const [nodeId] = nodeIds;
    const block = nodeId === undefined ? "" : blockOf(scopeOf?.(nodeId) ?? "");
    const own = blocks.get(block);
    if (own === undefined) blocks.set(block, [index]);
    else own.push(index);
  }
  return [...blocks.values()];
}

/** Seconds of blocks that are waited for one by one: launches run ahead no further than their block's end. */
export function waitedFor(
  blocks: readonly (readonly number[])[],
  power: number,
  of: { readonly kernel: (index: number) => number; readonly launch: (index: number) => number },
): number {
  let whole = 0;
  for (const block of blocks) {
    let kernels = 0;
    let launches = 0;
    for (const index of block) {
      kernels += of.kernel(index);
      launches += of.launch(index);
    }
    whole += overlapped(power, kernels, launches);
  }
  return whole;
}

import { readersOf } from "../../work/dataflow.js";
import type { SceneRequest } from "./scene.js";

/** Edges between the items of one scope, and where edges cross its border. Ends are indices: items, terminals, ports. */
export interface GroupEdges {
  readonly sources: readonly number[];
  readonly targets: readonly number[];
  /** Node that makes what the edge carries; below zero, an input of the model. */
  readonly producers: readonly number[];
  readonly pairs: readonly (readonly number[])[];
  readonly valueIds: readonly number[];
  /** Inputs and outputs of the model that are drawn as boxes, after the items. */
  readonly terminals: readonly { readonly valueId: number; readonly kind: "input" | "output" }[];
  /** Ports, after the terminals: what comes in, then what goes out, by producer. */
  readonly entryKeys: readonly number[];
  readonly exitKeys: readonly number[];
}

interface GroupItem {
  readonly nodeIds: readonly number[];
  readonly isOpen: boolean;
}

/** More ports than this meet in one. */
const portLimit = 16;

export function collectEdges(
  { tree }: SceneRequest,
  items: readonly GroupItem[],
  hasTerminals: boolean,
): GroupEdges {
  const { flow } = tree;
  const isHidden = (nodeId: number): boolean => tree.scopeOf[nodeId] === undefined;
  const itemOf = new Map<number, number>();
  for (const [index, { nodeIds }] of items.entries())
    for (const nodeId of nodeIds) itemOf.set(nodeId, index);
  const crossing = crossings(flow, itemOf, hasTerminals, isHidden);
  const base = items.length + crossing.terminals.size;
  const exitBase = base + crossing.entries.size;
  const made = new EdgeList();
  const isOpen = (index: number): boolean => items[index]?.isOpen === true;
  const entryOf = (key: number): number =>
    base + (crossing.entries.get(crossing.entryKey(key)) ?? 0);
  const exitOf = (key: number): number =>
    exitBase + (crossing.exits.get(crossing.exitKey(key)) ?? 0);
  for (const [nodeId, index] of itemOf) {
    for (const value of flow.inputs[nodeId] ?? []) {
      if (flow.isWeight[value] === 1) continue;
      const producer = flow.producer[value] ?? -1;
      if (producer < 0) {
        const key = -value - 2;
        const terminal = crossing.terminals.get(`input ${value}`);
        if (terminal !== undefined)
          made.add(items.length + terminal.index, index, key, nodeId, value, isOpen(index));
        else if (!hasTerminals) made.add(entryOf(key), index, key, nodeId, value, isOpen(index));
        continue;
      }
      if (isHidden(producer)) continue;
      const other = itemOf.get(producer);
      if (other === undefined)
        made.add(entryOf(producer), index, producer, nodeId, value, isOpen(index));
      else if (other !== index)
        made.add(other, index, producer, nodeId, value, isOpen(index) || isOpen(other));
    }
    for (const value of flow.outputs[nodeId] ?? []) {
      const terminal = crossing.terminals.get(`output ${value}`);
      if (terminal !== undefined)
        made.add(index, items.length + terminal.index, nodeId, -1, value, isOpen(index));
      else if (leaves(flow, value, itemOf))
        made.add(index, exitOf(nodeId), nodeId, -1, value, isOpen(index));
    }
  }
  return {
    ...made.lists,
    terminals: [...crossing.terminals.values()],
    entryKeys: [...crossing.entries.keys()],
    exitKeys: [...crossing.exits.keys()],
  };
}

type Flow = SceneRequest["tree"]["flow"];

function leaves(flow: Flow, value: number, itemOf: ReadonlyMap<number, number>): boolean {
  if (flow.isGraphOutput[value] === 1) return true;
  for (const reader of readersOf(flow, value)) if (!itemOf.has(reader)) return true;
  return false;
}

function crossings(
  flow: Flow,
  itemOf: ReadonlyMap<number, number>,
  hasTerminals: boolean,
  isHidden: (nodeId: number) => boolean,
): {
  readonly terminals: Map<string, { valueId: number; kind: "input" | "output"; index: number }>;
  readonly entries: Map<number, number>;
  readonly exits: Map<number, number>;
  readonly entryKey: (key: number) => number;
  readonly exitKey: (key: number) => number;
} {
  const terminals = new Map<string, { valueId: number; kind: "input" | "output"; index: number }>();
  const entries = new Set<number>();
  const exits = new Set<number>();
  const addTerminal = (kind: "input" | "output", valueId: number): void => {
    const key = `${kind} ${valueId}`;
    if (!terminals.has(key)) terminals.set(key, { valueId, kind, index: terminals.size });
  };
  for (const nodeId of itemOf.keys()) {
    for (const value of flow.inputs[nodeId] ?? []) {
      if (flow.isWeight[value] === 1) continue;
      const producer = flow.producer[value] ?? -1;
      if (producer < 0) {
        if (hasTerminals) addTerminal("input", value);
        else entries.add(-value - 2);
      } else if (!isHidden(producer) && !itemOf.has(producer)) entries.add(producer);
    }
    for (const value of flow.outputs[nodeId] ?? [])
      if (hasTerminals && flow.isGraphOutput[value] === 1) addTerminal("output", value);
      else if (leaves(flow, value, itemOf)) exits.add(nodeId);
  }
  const merged = (keys: ReadonlySet<number>): Map<number, number> => {
    const list = [...keys].sort((a, b) => a - b);
    const kept = list.length > portLimit ? list.slice(0, 1) : list;
    return new Map(kept.map((key, at) => [key, at]));
  };
  const entryPorts = merged(entries);
  const exitPorts = merged(exits);
  const keyIn =
    (ports: ReadonlyMap<number, number>) =>
    (key: number): number =>
      ports.has(key) ? key : ([...ports.keys()][0] ?? key);
  return {
    terminals,
    entries: entryPorts,
    exits: exitPorts,
    entryKey: keyIn(entryPorts),
    exitKey: keyIn(exitPorts),
  };
}

/** Edges with the same ends are one; where an end is an open scope, one for each producer, so that each finds its port. */
class EdgeList {
  readonly lists = {
    sources: [] as number[],
    targets: [] as number[],
    producers: [] as number[],
    pairs: [] as number[][],
    valueIds: [] as number[],
  };
  readonly #known = new Map<string | number, number>();

  add(
    source: number,
    target: number,
    producer: number,
    reader: number,
    valueId: number,
    isByProducer: boolean,
  ): void {
    const key = isByProducer ? `${source} ${target} ${producer}` : source * 2 ** 26 + target;
    const known = this.#known.get(key);
    if (known !== undefined) {
      this.lists.pairs[known]?.push(producer, reader);
      return;
    }
    this.#known.set(key, this.lists.sources.length);
    this.lists.sources.push(source);
    this.lists.targets.push(target);
    this.lists.producers.push(producer);
    this.lists.pairs.push([producer, reader]);
    this.lists.valueIds.push(valueId);
  }
}

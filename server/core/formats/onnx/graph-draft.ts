import { absent, type Node, type Value, type ValueId } from "../../graph/graph.js";
import type { ValueInfo } from "./value-type.js";
import type { Reading } from "./reading.js";
import type { ReadTensor } from "./tensor.js";

/** A graph while it is read: names are turned into value ids at first sight, wherever they are made later. */
export class GraphDraft {
  name = "";
  readonly values: Draft<Value>[] = [];
  /** Who makes each value: the index of a node, or one of `maker`. */
  readonly makers: number[] = [];
  readonly nodes: NodeDraft[] = [];
  readonly inputs: ValueInfo[] = [];
  readonly outputs: ValueInfo[] = [];
  readonly valueInfos: ValueInfo[] = [];
  readonly initializers: (ReadTensor & { readonly offset: number })[] = [];
  readonly bodies: Body[] = [];
  /** Of the node that is being read: a list that grows keeps room that a finished node does not need. */
  readonly inputScratch: ValueId[] = [];
  readonly outputScratch: ValueId[] = [];
  readonly #ids = new Map<string, ValueId>();
  readonly #reading: Reading;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  /** The value of that name; "" is an optional input or output that is left out. */
  use(name: string): ValueId {
    if (name === "") return absent;
    return this.#ids.get(name) ?? this.#add(name);
  }

  find(name: string): ValueId | undefined {
    return this.#ids.get(name);
  }

  /** The value that node `nodeIndex` makes; one of its own when the name is taken, so that each has one maker. */
  make(reading: Reading, name: string, nodeIndex: number): ValueId {
    const id = this.use(name);
    if (id === absent) return absent;
    if (this.makers[id] === maker.none) {
      this.makers[id] = nodeIndex;
      return id;
    }
    reading.complaints.add(
      "RP1013",
      "error",
      `\`${name}\` is made twice; the first one counts. Give each value a name of its own.`,
    );
    return this.addUnnamed(name, nodeIndex);
  }

  /** A value that its name does not find. */
  addUnnamed(name: string, madeBy: number): ValueId {
    this.#reading.budget.spend("values", 1);
    this.makers.push(madeBy);
    return this.values.push({ name }) - 1;
  }

  #add(name: string): ValueId {
    const id = this.addUnnamed(name, maker.none);
    this.#ids.set(name, id);
    return id;
  }
}

export const maker = { none: -1, input: -2, initializer: -3 } as const;

export type Draft<T> = { -readonly [Key in keyof T]: T[Key] };

export type NodeDraft = Omit<Draft<Node>, "outputs"> & { outputs: ValueId[] };

/** A graph in an attribute of a node: what it takes from around it is known once the graph around it is. */
export interface Body {
  readonly nodeIndex: number;
  readonly missing: readonly MissingValue[];
  readonly captures: { readonly inner: ValueId; readonly outer: ValueId }[];
}

/** A value that is read and that nothing in its graph makes. */
export interface MissingValue {
  readonly name: string;
  readonly id: ValueId;
  /** The first node that reads it; -1 when only the graph's outputs do. */
  readonly userId: number;
  /** The same node's position in the file. */
  readonly userIndex: number;
}

import { type Attribute, type Attributes, absent, type Node } from "../../graph/graph.js";
import { elementwiseOperators } from "./elementwise.js";
import { movementOperators } from "./movement.js";
import { normalizationOperators } from "./normalization.js";
import { NotPropagated, type Operator, type Step } from "./operator.js";
import { productOfValues } from "./product-of-values.js";
import { reductionOperators } from "./reduction.js";
import { type Tensor, tensor } from "./tensor.js";

/** Operators of ONNX that others are made of. */
export const plainOperators: Readonly<Record<string, Operator>> = {
  ...elementwiseOperators,
  ...movementOperators,
  ...reductionOperators,
  ...normalizationOperators,
  MatMul: productOfValues,
};

/** A tensor on a tape. */
export type Slot = number;

type Plain = number | string | readonly number[];

interface Entry {
  readonly step: Step;
  readonly inputs: readonly (Slot | undefined)[];
  readonly outputs: readonly Slot[];
}

/** What an operator does in terms of simpler ones, written down so that gradients go back through it. */
export class Tape {
  readonly #values: Tensor[] = [];
  readonly #entries: Entry[] = [];

  put(value: Tensor): Slot {
    return this.#values.push(value) - 1;
  }

  at(slot: Slot): Tensor {
    return this.#values[slot] ?? tensor([]);
  }

  numbers(...data: readonly number[]): Slot {
    return this.put(tensor([data.length], Float32Array.from(data)));
  }

  /** The first output. */
  apply(
    op: string,
    inputs: readonly Slot[],
    attributes: Readonly<Record<string, Plain>> = {},
  ): Slot {
    return this.applyAll(op, inputs, attributes, 1)[0] ?? 0;
  }

  applyAll(
    op: string,
    inputs: readonly Slot[],
    attributes: Readonly<Record<string, Plain>>,
    count: number,
  ): readonly Slot[] {
    const operator = plainOperators[op];
    if (operator === undefined) throw new NotPropagated(op);
    const step = operator(
      plainNode(op, attributes, count),
      inputs.map((slot) => this.at(slot)),
    );
    const outputs = step.outputs.map((value) => this.put(value));
    this.#entries.push({ step, inputs, outputs });
    return outputs;
  }

  reshape(slot: Slot, ...shape: readonly number[]): Slot {
    return this.apply("Reshape", [slot, this.numbers(...shape)], { allowzero: 1 });
  }

  transpose(slot: Slot, ...perm: readonly number[]): Slot {
    return this.apply("Transpose", [slot], { perm });
  }

  slice(slot: Slot, axis: number, start: number, end: number): Slot {
    const list = (value: number): Slot => this.numbers(value);
    return this.apply("Slice", [slot, list(start), list(end), list(axis)]);
  }

  /** Gradients of all tensors from that of one. */
  backward(from: Slot, gradient: Float32Array): ReadonlyMap<Slot, Float32Array> {
    const gradients = new Map<Slot, Float32Array>([[from, gradient]]);
    for (let at = this.#entries.length - 1; at >= 0; at--) {
      const entry = this.#entries[at];
      for (const [index, output] of entry?.outputs.entries() ?? []) {
        const own = gradients.get(output);
        if (own === undefined || entry === undefined) continue;
        for (const [input, part] of entry.step.backward(own, index).entries()) {
          const slot = entry.inputs[input];
          if (slot === undefined || part === undefined) continue;
          const known = gradients.get(slot);
          gradients.set(
            slot,
            known === undefined ? part : known.map((one, element) => one + (part[element] ?? 0)),
          );
        }
      }
    }
    return gradients;
  }
}

/** An operator that is made of others. Absent inputs have no slot. */
export function composed(
  build: (tape: Tape, inputs: readonly (Slot | undefined)[], node: Node) => readonly Slot[],
): Operator {
  return (node, inputs) => {
    const tape = new Tape();
    const slots = inputs.map((input) => (input === undefined ? undefined : tape.put(input)));
    const outputs = build(tape, slots, node);
    return {
      outputs: outputs.map((slot) => tape.at(slot)),
      backward: (gradient, index) => {
        const found = tape.backward(outputs[index] ?? -1, gradient);
        return slots.map((slot) => (slot === undefined ? undefined : found.get(slot)));
      },
    };
  };
}

function plainNode(
  op: string,
  attributes: Readonly<Record<string, Plain>>,
  outputCount: number,
): Node {
  const made: Attributes = new Map(
    Object.entries(attributes).map(([name, value]): [string, Attribute] => [
      name,
      typeof value === "string"
        ? { kind: "string", value }
        : typeof value === "number"
          ? { kind: Number.isInteger(value) ? "int" : "float", value }
          : { kind: "ints", value },
    ]),
  );
  return {
    name: "",
    scope: "",
    op,
    domain: "",
    inputs: [],
    outputs: new Array<number>(outputCount).fill(absent),
    attributes: made,
  };
}

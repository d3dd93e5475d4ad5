import { intAttribute, NotPropagated, type Operator } from "./operator.js";
import { composed, type Slot, type Tape } from "./tape.js";
import { countOf, tensor } from "./tensor.js";

interface Heads {
  readonly heads: number;
  readonly keyHeads: number;
  readonly isCausal: boolean;
  readonly scale: number | undefined;
  /** Added to the scores. */
  readonly bias?: Slot | undefined;
}

/** softmax(q · kᵀ · scale + mask) · v over [batch, heads, tokens, size]; answers [batch, tokens, heads × size]. */
function attend(tape: Tape, q: Slot, k: Slot, v: Slot, heads: Heads): Slot {
  const [batch = 1, count = 1, tokens = 1, size = 1] = tape.at(q).shape;
  const repeat = heads.heads / heads.keyHeads;
  const [keys, values] = [k, v].map((slot) => repeated(tape, slot, repeat)) as [Slot, Slot];
  const length = tape.at(keys).shape[2] ?? 1;
  const products = tape.apply("MatMul", [q, tape.transpose(keys, 0, 1, 3, 2)]);
  const factor = tape.numbers(heads.scale ?? 1 / Math.sqrt(size));
  let scores = tape.apply("Mul", [products, factor]);
  if (heads.bias !== undefined) scores = tape.apply("Add", [scores, heads.bias]);
  if (heads.isCausal) {
    const mask = tensor([tokens, length]);
    for (let row = 0; row < tokens; row++)
      for (let column = length - tokens + row + 1; column < length; column++)
        mask.data[row * length + column] = -1e9;
    scores = tape.apply("Add", [scores, tape.put(mask)]);
  }
  const shares = tape.apply("Softmax", [scores], { axis: -1 });
  const mixed = tape.apply("MatMul", [shares, values]);
  const width = tape.at(values).shape[3] ?? 1;
  return tape.reshape(tape.transpose(mixed, 0, 2, 1, 3), batch, tokens, count * width);
}

/** Each head of keys or values for several heads of queries. */
function repeated(tape: Tape, slot: Slot, repeat: number): Slot {
  if (repeat === 1) return slot;
  const [batch = 1, heads = 1, tokens = 1, size = 1] = tape.at(slot).shape;
  const apart = tape.reshape(slot, batch, heads, 1, tokens, size);
  const shape = tape.numbers(batch, heads, repeat, tokens, size);
  return tape.reshape(tape.apply("Expand", [apart, shape]), batch, heads * repeat, tokens, size);
}

/** [batch, tokens, heads × size] as [batch, heads, tokens, size]; four axes are so already. */
function split(tape: Tape, slot: Slot, heads: number): Slot {
  const { shape } = tape.at(slot);
  const [batch = 1, tokens = 1, width = 1] = shape;
  if (shape.length === 4) return slot;
  return tape.transpose(tape.reshape(slot, batch, tokens, heads, width / heads), 0, 2, 1, 3);
}

function joined(tape: Tape, past: Slot | undefined, slot: Slot): Slot {
  return past === undefined || countOf(tape.at(past).shape) === 0
    ? slot
    : tape.apply("Concat", [past, slot], { axis: 2 });
}

/** Halves of a head are turned by the position's angles: the cached cosines and sines, or those of base 10,000. */
function rotated(
  tape: Tape,
  slot: Slot,
  first: number,
  cosines: Slot | undefined,
  sines: Slot | undefined,
): Slot {
  const [, , tokens = 1, size = 1] = tape.at(slot).shape;
  const half = size / 2;
  const table = (known: Slot | undefined, of: (angle: number) => number): Slot => {
    const made = tensor([tokens, half]);
    for (let token = 0; token < tokens; token++)
      for (let channel = 0; channel < half; channel++) {
        const angle = (first + token) * 10_000 ** (-channel / half);
        const at = (first + token) * half + channel;
        made.data[token * half + channel] =
          known === undefined ? of(angle) : (tape.at(known).data[at] ?? of(angle));
      }
    return tape.put(made);
  };
  const [cos, sin] = [table(cosines, Math.cos), table(sines, Math.sin)];
  const [a, b] = [tape.slice(slot, 3, 0, half), tape.slice(slot, 3, half, size)];
  const times = (left: Slot, right: Slot): Slot => tape.apply("Mul", [left, right]);
  return tape.apply(
    "Concat",
    [
      tape.apply("Sub", [times(a, cos), times(b, sin)]),
      tape.apply("Add", [times(a, sin), times(b, cos)]),
    ],
    { axis: 3 },
  );
}

/** com.microsoft:GroupQueryAttention: query, key, value, past key and value, lengths, cosines and sines. */
const grouped: Operator = composed((tape, inputs, node) => {
  const [query, key, value, pastKey, pastValue, , , cosines, sines] = inputs;
  const heads = intAttribute(node, "num_heads", 1);
  const keyHeads = intAttribute(node, "kv_num_heads", heads);
  if (query === undefined) throw new NotPropagated(node.op);
  let parts = [query, key ?? query, value ?? query];
  if (key === undefined) {
    const size = (tape.at(query).shape[2] ?? 1) / (heads + 2 * keyHeads);
    const ends = [heads, heads + keyHeads, heads + 2 * keyHeads].map((one) => one * size);
    parts = ends.map((end, index) => tape.slice(query, 2, ends[index - 1] ?? 0, end));
  }
  const [q = 0, k = 0, v = 0] = parts.map((slot, index) =>
    split(tape, slot, index === 0 ? heads : keyHeads),
  );
  const past = pastKey === undefined ? 0 : (tape.at(pastKey).shape[2] ?? 0);
  const turn = (slot: Slot): Slot =>
    intAttribute(node, "do_rotary", 0) === 1 ? rotated(tape, slot, past, cosines, sines) : slot;
  const keys = joined(tape, pastKey, turn(k));
  const values = joined(tape, pastValue, v);
  const scale = intAttribute(node, "scale", 0) || undefined;
  return [
    attend(tape, turn(q), keys, values, { heads, keyHeads, isCausal: true, scale }),
    keys,
    values,
  ];
});

/** com.microsoft:MultiHeadAttention: query, key, value, bias, padding mask (which hides nothing here), scores' bias, past. */
const multiHead: Operator = composed((tape, inputs, node) => {
  const [query, key, value, bias, , scoreBias, pastKey, pastValue] = inputs;
  const heads = intAttribute(node, "num_heads", 1);
  if (query === undefined || key === undefined || value === undefined)
    throw new NotPropagated(`${node.op} of packed inputs`);
  const widths = [query, key, value].map((slot) => tape.at(slot).shape[2] ?? 0);
  const parts = [query, key, value].map((slot, index) => {
    if (bias === undefined) return split(tape, slot, heads);
    const start = widths.slice(0, index).reduce((sum, width) => sum + width, 0);
    const own = tape.slice(bias, 0, start, start + (widths[index] ?? 0));
    return split(tape, tape.apply("Add", [slot, own]), heads);
  });
  const [q = 0, k = 0, v = 0] = parts;
  const keys = joined(tape, pastKey, k);
  const values = joined(tape, pastValue, v);
  const isCausal = intAttribute(node, "unidirectional", 0) === 1;
  const scale = intAttribute(node, "scale", 0) || undefined;
  const more = { heads, keyHeads: heads, isCausal, scale, bias: scoreBias };
  return [attend(tape, q, keys, values, more), keys, values];
});

/** com.microsoft:Attention: the input, weights and bias of queries, keys and values side by side, the scores' bias. */
const projected: Operator = composed((tape, inputs, node) => {
  const [x, weights, bias, , past, scoreBias] = inputs;
  const heads = intAttribute(node, "num_heads", 1);
  if (x === undefined || weights === undefined || past !== undefined)
    throw new NotPropagated(`${node.op} of this form`);
  const product = tape.apply("MatMul", [x, weights]);
  const all = bias === undefined ? product : tape.apply("Add", [product, bias]);
  const width = tape.at(weights).shape[1] ?? 1;
  const sizes = node.attributes.get("qkv_hidden_sizes");
  const widths = sizes?.kind === "ints" ? sizes.value : [width / 3, width / 3, width / 3];
  const parts = widths.map((own, index) => {
    const start = widths.slice(0, index).reduce((sum, one) => sum + one, 0);
    return split(tape, tape.slice(all, 2, start, start + own), heads);
  });
  const [q = 0, k = 0, v = 0] = parts;
  const isCausal = intAttribute(node, "unidirectional", 0) === 1;
  const scale = intAttribute(node, "scale", 0) || undefined;
  return [attend(tape, q, k, v, { heads, keyHeads: heads, isCausal, scale, bias: scoreBias })];
});

export const attentionOperators: Readonly<Record<string, Operator>> = {
  "com.microsoft:GroupQueryAttention": grouped,
  "com.microsoft:MultiHeadAttention": multiHead,
  "com.microsoft:Attention": projected,
};

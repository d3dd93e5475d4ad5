import { utf8Text } from "./utf8-text.js";

/** A tensor as a state dictionary's pickle describes it: a part of a storage. */
export interface PickleTensor {
  readonly name: string;
  readonly storageType: string;
  /** Of the storage in the archive. */
  readonly key: string;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

export class PickleRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = "PickleRefused";
  }
}

type Value =
  | { readonly kind: "plain"; readonly value: number | string | boolean | null }
  | { readonly kind: "list"; readonly items: Value[] }
  | { readonly kind: "dict"; readonly entries: [Value, Value][] }
  | { readonly kind: "global"; readonly name: string }
  | { readonly kind: "storage"; readonly type: string; readonly key: string }
  | { readonly kind: "tensor"; readonly tensor: Omit<PickleTensor, "name"> }
  | { readonly kind: "mark" };

const callLimit = 5_000_000;
const depthLimit = 32;

/**
 * The tensors of a pickle. Of Python's pickle machine this knows containers, numbers and texts; the only callables are
 * the three that rebuild tensors and ordered dictionaries, and they are done here. Anything else is `PickleRefused`.
 */
export function readPickle(bytes: Uint8Array): readonly PickleTensor[] {
  const root = new Machine(bytes).run();
  const found: PickleTensor[] = [];
  collect(root, "", found, 0);
  return found;
}

/** What a pickle holds beside tensors, which become null: objects, arrays, numbers and texts. */
export function readPickledData(bytes: Uint8Array): unknown {
  return dataOf(new Machine(bytes).run(), 0);
}

function dataOf(value: Value, depth: number): unknown {
  if (depth > depthLimit) return null;
  switch (value.kind) {
    case "plain":
      return value.value;
    case "list":
      return value.items.map((item) => dataOf(item, depth + 1));
    case "dict":
      return Object.fromEntries(
        value.entries.map(([key, own]) => [
          key.kind === "plain" ? String(key.value) : "?",
          dataOf(own, depth + 1),
        ]),
      );
    default:
      return null;
  }
}

function collect(value: Value, name: string, found: PickleTensor[], depth: number): void {
  if (depth > depthLimit) return;
  if (value.kind === "tensor") found.push({ ...value.tensor, name });
  else if (value.kind === "dict")
    for (const [key, own] of value.entries)
      collect(own, join(name, key.kind === "plain" ? String(key.value) : "?"), found, depth + 1);
  else if (value.kind === "list")
    for (const [index, own] of value.items.entries())
      collect(own, join(name, String(index)), found, depth + 1);
}

function join(name: string, part: string): string {
  return name === "" ? part : `${name}.${part}`;
}

class Machine {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #stack: Value[] = [];
  readonly #memo = new Map<number, Value>();
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  run(): Value {
    for (let step = 0; step < callLimit; step++) {
      const code = this.#byte();
      if (code === 0x2e) return this.#pop();
      this.#do(code);
    }
    throw new PickleRefused("it does not end.");
  }

  #do(code: number): void {
    switch (code) {
      case 0x80: // PROTO
        this.#byte();
        return;
      case 0x95: // FRAME
        this.#skip(8);
        return;
      case 0x28: // MARK
        this.#push({ kind: "mark" });
        return;
      case 0x4e: {
        // NONE
        this.#plain(null);
        return;
      }
      case 0x88: {
        // NEWTRUE
        this.#plain(true);
        return;
      }
      case 0x89: {
        // NEWFALSE
        this.#plain(false);
        return;
      }
      case 0x4b: {
        // BININT1
        this.#plain(this.#byte());
        return;
      }
      case 0x4d: {
        // BININT2
        this.#plain(this.#take(2, (at) => this.#view.getUint16(at, true)));
        return;
      }
      case 0x4a: {
        // BININT
        this.#plain(this.#take(4, (at) => this.#view.getInt32(at, true)));
        return;
      }
      case 0x47: {
        // BINFLOAT
        this.#plain(this.#take(8, (at) => this.#view.getFloat64(at)));
        return;
      }
      case 0x8a: {
        // LONG1
        this.#plain(this.#long(this.#byte()));
        return;
      }
      case 0x58: {
        // BINUNICODE
        this.#plain(this.#text(this.#take(4, (at) => this.#view.getUint32(at, true))));
        return;
      }
      case 0x8c: // SHORT_BINUNICODE
      case 0x55: {
        // SHORT_BINSTRING
        this.#plain(this.#text(this.#byte()));
        return;
      }
      case 0x7d: {
        // EMPTY_DICT
        this.#push({ kind: "dict", entries: [] });
        return;
      }
      case 0x5d: // EMPTY_LIST
      case 0x29: {
        // EMPTY_TUPLE
        this.#push({ kind: "list", items: [] });
        return;
      }
      case 0x74: // TUPLE
      case 0x6c: {
        // LIST
        this.#push({ kind: "list", items: this.#toMark() });
        return;
      }
      case 0x85: // TUPLE1, TUPLE2, TUPLE3
      case 0x86:
      case 0x87: {
        this.#push({ kind: "list", items: this.#popMany(code - 0x84) });
        return;
      }
      case 0x61: {
        // APPEND
        this.#append([this.#pop()]);
        return;
      }
      case 0x65: {
        // APPENDS
        this.#append(this.#toMark());
        return;
      }
      case 0x73: {
        // SETITEM
        this.#setItems(this.#popMany(2));
        return;
      }
      case 0x75: {
        // SETITEMS
        this.#setItems(this.#toMark());
        return;
      }
      case 0x71: // BINPUT
        return void this.#memo.set(this.#byte(), this.#top());
      case 0x72: // LONG_BINPUT
        return void this.#memo.set(
          this.#take(4, (at) => this.#view.getUint32(at, true)),
          this.#top(),
        );
      case 0x94: // MEMOIZE
        return void this.#memo.set(this.#memo.size, this.#top());
      case 0x68: {
        // BINGET
        this.#recall(this.#byte());
        return;
      }
      case 0x6a: {
        // LONG_BINGET
        this.#recall(this.#take(4, (at) => this.#view.getUint32(at, true)));
        return;
      }
      case 0x63: {
        // GLOBAL
        this.#global(`${this.#line()}.${this.#line()}`);
        return;
      }
      case 0x93: {
        // STACK_GLOBAL
        const [module, name] = this.#popMany(2);
        this.#global(`${plainText(module)}.${plainText(name)}`);
        return;
      }
      case 0x51: {
        // BINPERSID
        this.#push(storageOf(this.#pop()));
        return;
      }
      case 0x52: {
        // REDUCE
        this.#reduce();
        return;
      }
      case 0x62: // BUILD: the state of an ordered dictionary, such as `_metadata`
        this.#pop();
        return;
      case 0x30: // POP
        this.#pop();
        return;
      default:
        throw new PickleRefused(
          `it uses operation 0x${code.toString(16)}, which a state dictionary does not need.`,
        );
    }
  }

  #global(name: string): void {
    const isKnown =
      rebuilders.has(name) ||
      /^torch\.([A-Za-z0-9]+Storage|Size|b?float\d\w*|u?int\d+|bool)$/.test(name);
    if (!isKnown) throw new PickleRefused(`it asks for \`${name}\`, which is code.`);
    this.#push({ kind: "global", name });
  }

  #reduce(): void {
    const [callable, parameters] = this.#popMany(2);
    if (callable?.kind !== "global" || parameters?.kind !== "list")
      throw new PickleRefused("it calls something that is no function of PyTorch's.");
    const { items } = parameters;
    switch (callable.name) {
      case "collections.OrderedDict": {
        this.#push({ kind: "dict", entries: [] });
        return;
      }
      case "torch.Size": {
        this.#push(items[0] ?? { kind: "list", items: [] });
        return;
      }
      case "torch._utils._rebuild_parameter": {
        this.#push(items[0] ?? { kind: "plain", value: null });
        return;
      }
      case "torch._utils._rebuild_tensor_v2":
      case "torch._utils._rebuild_tensor": {
        this.#push(tensorOf(items));
        return;
      }
      default:
        throw new PickleRefused(`it calls \`${callable.name}\`.`);
    }
  }

  #append(items: readonly Value[]): void {
    const list = this.#top();
    if (list.kind !== "list") throw new PickleRefused("it appends to what is no list.");
    list.items.push(...items);
  }

  #setItems(items: readonly Value[]): void {
    const dict = this.#top();
    if (dict.kind !== "dict") throw new PickleRefused("it sets an item of what is no dictionary.");
    for (let index = 0; index + 1 < items.length; index += 2) {
      const key = items[index];
      const value = items[index + 1];
      if (key !== undefined && value !== undefined) dict.entries.push([key, value]);
    }
  }

  #recall(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) throw new PickleRefused("it recalls what was never kept.");
    this.#push(value);
  }

  #push(value: Value): void {
    this.#stack.push(value);
  }

  #plain(value: number | string | boolean | null): void {
    this.#push({ kind: "plain", value });
  }

  #top(): Value {
    const value = this.#stack[this.#stack.length - 1];
    if (value === undefined) throw new PickleRefused("its stack is empty.");
    return value;
  }

  #pop(): Value {
    const value = this.#top();
    this.#stack.pop();
    return value;
  }

  #popMany(count: number): Value[] {
    const items: Value[] = [];
    for (let index = 0; index < count; index++) items.unshift(this.#pop());
    return items;
  }

  #toMark(): Value[] {
    const items: Value[] = [];
    for (let value = this.#pop(); value.kind !== "mark"; value = this.#pop()) items.push(value);
    return items.reverse();
  }

  #byte(): number {
    return this.#take(1, (at) => this.#view.getUint8(at));
  }

  #skip(length: number): void {
    this.#take(length, () => 0);
  }

  #take(length: number, read: (at: number) => number): number {
    if (this.#at + length > this.#bytes.length) throw new PickleRefused("it ends early.");
    const value = read(this.#at);
    this.#at += length;
    return value;
  }

  #text(length: number): string {
    const start = this.#at;
    this.#skip(length);
    return utf8Text(this.#bytes.subarray(start, start + length));
  }

  #line(): string {
    const start = this.#at;
    while (this.#byte() !== 0x0a);
    return utf8Text(this.#bytes.subarray(start, this.#at - 1));
  }

  #long(length: number): number {
    let value = 0;
    for (let index = 0; index < length; index++) value += this.#byte() * 256 ** index;
    return value;
  }
}

const rebuilders: ReadonlySet<string> = new Set([
  "collections.OrderedDict",
  "torch._utils._rebuild_tensor_v2",
  "torch._utils._rebuild_tensor",
  "torch._utils._rebuild_parameter",
]);

function plainText(value: Value | undefined): string {
  return value?.kind === "plain" && typeof value.value === "string" ? value.value : "?";
}

/** ("storage", torch.FloatStorage, key, location, count). */
function storageOf(value: Value): Value {
  const [tag, type, key] = value.kind === "list" ? value.items : [];
  if (plainText(tag) !== "storage" || type?.kind !== "global")
    throw new PickleRefused("it refers to something outside that is no storage.");
  return { kind: "storage", type: type.name.replace("torch.", ""), key: plainText(key) };
}

function tensorOf(items: readonly Value[]): Value {
  const [storage, offset, shape, strides] = items;
  if (storage?.kind !== "storage") throw new PickleRefused("a tensor of it has no storage.");
  const numbers = (value: Value | undefined): readonly number[] =>
    value?.kind === "list"
      ? value.items.map((item) =>
          item.kind === "plain" && typeof item.value === "number" ? item.value : -1,
        )
      : [];
  const extents = numbers(shape);
  if (extents.some((extent) => extent < 0)) throw new PickleRefused("a tensor of it has no shape.");
  return {
    kind: "tensor",
    tensor: {
      storageType: storage.type,
      key: storage.key,
      offset:
        offset?.kind === "plain" && typeof offset.value === "number"
          ? Math.max(0, offset.value)
          : 0,
      shape: extents,
      strides: numbers(strides),
    },
  };
}

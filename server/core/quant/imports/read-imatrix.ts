import type { ByteSource } from "../../base/byte-source.js";
import { elementsOf } from "../measure/elements.js";
import { readGguf } from "../tensors/gguf.js";
import { utf8Text } from "../tensors/utf8-text.js";
import { type Imported, nothingImported } from "./imported.js";

const entryLimit = 100_000;
const valueLimit = 1 << 28;

/** llama.cpp's importance matrix, as a GGUF file or in the older form of its own; a sentence when it is neither. */
export function readImatrix(source: ByteSource, name: string): Imported | string {
  const head = source.read(0, 4).slice();
  const importance = utf8Text(head) === "GGUF" ? fromGguf(source) : fromDat(source);
  if (importance === undefined || importance.size === 0)
    return `\`${name}\` is no importance matrix of llama.cpp, or ends early.`;
  return { ...nothingImported, tool: "llama.cpp", importance };
}

/** Tensors NAME.in_sum2 and NAME.counts (llama.cpp, tools/imatrix). */
function fromGguf(source: ByteSource): ReadonlyMap<string, Float32Array> {
  const found = new Map<string, Float32Array>();
  const { tensors } = readGguf(source);
  const numbers = (name: string): Float32Array | undefined => {
    const tensor = tensors.find((one) => one.name === name);
    const count = tensor?.shape.reduce((product, extent) => product * extent, 1) ?? 0;
    const elements = tensor && elementsOf(source, tensor.offset, tensor.elementType);
    if (elements === undefined || count > valueLimit) return undefined;
    const into = new Float32Array(count);
    elements.load(0, count, into);
    return into;
  };
  for (const { name } of tensors) {
    if (!name.endsWith(".in_sum2")) continue;
    const own = name.slice(0, -".in_sum2".length);
    const sums = numbers(name);
    const counts = numbers(`${own}.counts`);
    if (sums === undefined || counts === undefined || counts.length === 0) continue;
    const width = sums.length / counts.length;
    found.set(
      own,
      sums.map((sum, index) => sum / Math.max(1, counts[Math.floor(index / width)] ?? 1)),
    );
  }
  return found;
}

/** int32 count; for each entry int32 length, name, int32 calls, int32 count, float32 values. */
function fromDat(source: ByteSource): ReadonlyMap<string, Float32Array> | undefined {
  let position = 0;
  const view = (length: number): DataView | undefined => {
    if (!(length >= 0) || position + length > source.size) return undefined;
    const bytes = new Uint8Array(source.read(position, length));
    position += length;
    return new DataView(bytes.buffer);
  };
  const count = view(4)?.getInt32(0, true) ?? 0;
  if (count < 1 || count > entryLimit) return undefined;
  const found = new Map<string, Float32Array>();
  for (let entry = 0; entry < count; entry++) {
    const text = view(view(4)?.getInt32(0, true) ?? -1);
    const calls = view(4)?.getInt32(0, true);
    const length = view(4)?.getInt32(0, true) ?? -1;
    const values = length > valueLimit ? undefined : view(4 * length);
    if (text === undefined || calls === undefined || values === undefined) return undefined;
    const numbers = new Float32Array(values.buffer);
    found.set(
      utf8Text(new Uint8Array(text.buffer)),
      calls > 0 ? numbers.map((value) => value / calls) : numbers,
    );
  }
  return found;
}

import type { ByteSource } from "../../base/byte-source.js";
import { elementsOf } from "../measure/elements.js";
import { readGguf } from "../tensors/gguf.js";
import { utf8Text } from "../tensors/utf8-text.js";
import { type Imported, nothingImported } from "./imported.js";

const entryLimit = 100_000;
const nameLimit = 65_535;
const valueLimit = 1 << 28;

type Importance = ReadonlyMap<string, Float32Array>;

/** llama.cpp's importance matrix, as a GGUF file or in the older form of its own; a sentence when it is neither. */
export function readImatrix(source: ByteSource, name: string): Imported | string {
  const head = source.read(0, 4).slice();
  const found = utf8Text(head) === "GGUF" ? fromGguf(source) : fromDat(source);
  return typeof found === "string"
    ? `\`${name}\` is no importance matrix of llama.cpp, or is cut off: ${found}.`
    : { ...nothingImported, tool: "llama.cpp", importance: found };
}

/**
 * Tensors NAME.in_sum2, a row for each matrix, and NAME.counts, a number for each (llama.cpp, tools/imatrix). Where a matrix
 * was never used, as some experts are, its columns count alike, as llama-quantize has it.
 */
function fromGguf(source: ByteSource): Importance | string {
  const found = new Map<string, Float32Array>();
  const { tensors, problems } = readGguf(source);
  if (tensors.length === 0 && problems[0] !== undefined) return trimmed(problems[0].message);
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const numbers = (name: string): Float32Array | undefined => {
    const tensor = byName.get(name);
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
    if (sums === undefined || counts === undefined || counts.length === 0)
      return `\`${name}\` has no \`${own}.counts\` beside it`;
    const width = sums.length / counts.length;
    if (!Number.isInteger(width))
      return `\`${name}\` has ${sums.length} sums, which is no multiple of its ${counts.length} counts`;
    found.set(
      own,
      sums.map((sum, index) => {
        const count = counts[Math.floor(index / width)] ?? 0;
        return count > 0 ? sum / count : 1;
      }),
    );
  }
  return found.size > 0 ? found : "it has no tensor `….in_sum2`";
}

/**
 * int32 count; for each entry int32 length, name, int32 calls, int32 count, float32 mean squares times calls. Newer ones end
 * with int32 calls, int32 length and the name of the data set.
 */
function fromDat(source: ByteSource): Importance | string {
  let position = 0;
  const view = (length: number): DataView | undefined => {
    if (!(length >= 0) || position + length > source.size) return undefined;
    const bytes = new Uint8Array(source.read(position, length));
    position += length;
    return new DataView(bytes.buffer);
  };
  const count = view(4)?.getInt32(0, true) ?? 0;
  if (count < 1 || count > entryLimit) return `its first four bytes say ${count} entries`;
  const found = new Map<string, Float32Array>();
  for (let entry = 1; entry <= count; entry++) {
    const start = position;
    const nameLength = view(4)?.getInt32(0, true) ?? -1;
    const text = nameLength > nameLimit ? undefined : view(nameLength);
    const calls = view(4)?.getInt32(0, true);
    const length = view(4)?.getInt32(0, true) ?? -1;
    const values = length > valueLimit ? undefined : view(4 * length);
    if (text === undefined || calls === undefined || values === undefined)
      return `entry ${entry} of ${count} at byte ${start} does not fit into its ${source.size} bytes`;
    const numbers = new Float32Array(values.buffer);
    found.set(
      utf8Text(new Uint8Array(text.buffer)),
      calls > 0 ? numbers.map((value) => value / calls) : numbers,
    );
  }
  return found;
}

function trimmed(sentence: string): string {
  return sentence.replace(/\.$/, "");
}

import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { inflateRawSync } from "node:zlib";
import { bytesOf } from "../../core/base/byte-source.js";
import { productOf } from "../../core/base/product.js";
import { elementTypes } from "../../core/graph/element-type.js";
import { NotMeasured } from "../../core/quant/measured/not-measured.js";
import { type NpyArray, readNpy } from "../../core/quant/measured/npy.js";
import { type SampleInput, samplesOf } from "../../core/quant/measured/sample-inputs.js";
import type { Feeds } from "../../core/quant/measured/session.js";
import { readZip } from "../../core/quant/tensors/zip.js";

/** More is neither read nor run. */
const sampleLimit = 256;
const fileBytesLimit = 1 << 30;

/**
 * Samples from a file or a folder: `.npz` with an array for each input, `.npy` for the input of its name (or for the only
 * one), and `.bin` or `.raw` with the bare elements of a model's only input.
 */
export function readSamples(
  place: string,
  inputs: readonly SampleInput[],
  limit = sampleLimit,
): readonly Feeds[] {
  const isFolder = stat(place)?.isDirectory() === true;
  const files = isFolder
    ? readdirSync(place)
        .sort()
        .map((name) => path.join(place, name))
    : [place];
  const samples: Feeds[] = [];
  const named = new Map<string, NpyArray>();
  const only = inputs.length === 1 ? inputs[0] : undefined;
  for (const file of files) {
    if (samples.length >= limit) break;
    const extension = path.extname(file).toLowerCase();
    const name = path.basename(file, path.extname(file));
    if (!extensions.has(extension)) continue;
    const bytes = readWhole(file);
    const add = (arrays: ReadonlyMap<string, NpyArray>): void => {
      const found = samplesOf(inputs, arrays, limit - samples.length);
      if (typeof found === "string") throw new NotMeasured(`\`${file}\` ${found}`);
      samples.push(...found);
    };
    if (extension === ".npz") add(arraysOf(file, bytes, only));
    else if (extension === ".npy") {
      const array = arrayOf(file, bytes);
      if (only !== undefined) add(new Map([[only.name, array]]));
      else named.set(name, array);
    } else if (only !== undefined) add(new Map([[only.name, bareElements(file, bytes, only)]]));
  }
  if (named.size > 0) {
    const found = samplesOf(inputs, named, limit - samples.length);
    if (typeof found === "string") throw new NotMeasured(`\`${place}\` ${found}`);
    samples.push(...found);
  }
  if (samples.length === 0)
    throw new NotMeasured(
      `\`${place}\` holds no samples: .npz with an array for each input, .npy, or .bin with bare elements.`,
    );
  return samples;
}

const extensions = new Set([".npz", ".npy", ".bin", ".raw"]);

function stat(place: string): ReturnType<typeof statSync> | undefined {
  return statSync(place, { throwIfNoEntry: false });
}

function readWhole(file: string): Uint8Array {
  const found = stat(file);
  if (found === undefined || !found.isFile())
    throw new NotMeasured(`\`${file}\` is no file of samples.`);
  if (found.size > fileBytesLimit) throw new NotMeasured(`\`${file}\` is larger than 1 GiB.`);
  // A Buffer's `slice` is no copy, as other readers take it to be.
  return new Uint8Array(readFileSync(file));
}

function arrayOf(file: string, bytes: Uint8Array): NpyArray {
  const array = readNpy(bytes);
  if (typeof array === "string") throw new NotMeasured(`\`${file}\` ${array}`);
  return array;
}

/** An archive with one array is for the only input, whatever it is called. */
function arraysOf(
  file: string,
  bytes: Uint8Array,
  only: SampleInput | undefined,
): ReadonlyMap<string, NpyArray> {
  const entries = readZip(bytesOf(bytes));
  if (entries === undefined) throw new NotMeasured(`\`${file}\` is no .npz file.`);
  const arrays = new Map<string, NpyArray>();
  for (const [name, { offset, size, compressedSize, isStored }] of entries) {
    if (!name.endsWith(".npy")) continue;
    const packed = bytes.subarray(offset, offset + compressedSize);
    arrays.set(
      name.slice(0, -4),
      arrayOf(`${file}/${name}`, isStored ? packed : inflated(`${file}/${name}`, packed, size)),
    );
  }
  const [first] = arrays.values();
  return only !== undefined && arrays.size === 1 && first !== undefined
    ? new Map([[only.name, first]])
    : arrays;
}

function inflated(name: string, packed: Uint8Array, size: number): Uint8Array {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.min(size + 1, fileBytesLimit) });
  } catch {
    throw new NotMeasured(`\`${name}\` cannot be unpacked.`);
  }
}

/** Elements in the input's own type; bytes for float inputs are pictures, brought to [0, 1). */
function bareElements(file: string, bytes: Uint8Array, input: SampleInput): NpyArray {
  const shape = input.shape.map((extent) => extent ?? 0);
  const count = productOf(shape);
  const width = elementTypes[input.elementType].bits / 8;
  if (count > 0 && bytes.length === count && width > 1)
    return { shape, data: Float32Array.from(bytes, (byte) => byte / 255) };
  if (count === 0 || bytes.length === 0 || bytes.length % (count * width) !== 0)
    throw new NotMeasured(
      `\`${file}\` has ${bytes.length} bytes, which is no whole number of samples of \`${input.name}\` (${count * width} bytes each).`,
    );
  const samples = bytes.length / (count * width);
  const copy = bytes.slice().buffer;
  const stacked = samples === 1 ? shape : [samples, ...shape];
  switch (input.elementType) {
    case "float32":
      return { shape: stacked, data: new Float32Array(copy) };
    case "int64":
      return { shape: stacked, data: new BigInt64Array(copy) };
    case "int32":
      return { shape: stacked, data: new Int32Array(copy) };
    case "int8":
      return { shape: stacked, data: new Int8Array(copy) };
    case "uint8":
    case "bool":
      return { shape: stacked, data: new Uint8Array(copy) };
    default:
      throw new NotMeasured(`Bare elements are not read for ${input.elementType} inputs.`);
  }
}

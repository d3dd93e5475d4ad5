import type { ByteSource } from "../../base/byte-source.js";
import type { Problem } from "../../base/problem.js";
import { bytesOfElements, type ElementType } from "../../graph/element-type.js";
import { PickleRefused, readPickle, readPickledData, type PickleTensor } from "./pickle.js";
import type { StoredTensor, TensorList } from "./tensor-list.js";
import { readZip, type ZipEntry } from "./zip.js";

const storageTypes: Readonly<Record<string, ElementType>> = {
  FloatStorage: "float32",
  DoubleStorage: "float64",
  HalfStorage: "float16",
  BFloat16Storage: "bfloat16",
  CharStorage: "int8",
  ByteStorage: "uint8",
  ShortStorage: "int16",
};

/** More than the pickle of any state dictionary. */
const pickleLimit = 64 * 1024 * 1024;

/**
 * PyTorch's zip archives (torch.save since 1.6): `data.pkl` describes tensors whose bytes are entries of their own. The
 * pickle is read by a reader of our own that knows tensors and containers; nothing is ever executed, and a pickle that
 * asks for anything else is refused.
 */
export function readPytorch(source: ByteSource): TensorList {
  const problems: Problem[] = [];
  const opened = openPickle(source, readPickle);
  if (typeof opened === "string")
    return { tensors: [], problems: [{ code: "RP2324", severity: "error", message: opened }] };
  const { entries, folder, found } = opened;
  const tensors = found.flatMap((tensor): StoredTensor[] => {
    const stored = storedTensor(tensor, entries.get(`${folder}data/${tensor.key}`));
    if (typeof stored !== "string") return [stored];
    problems.push({
      code: "RP2325",
      severity: "warning",
      message: `Tensor \`${tensor.name}\` ${stored}`,
    });
    return [];
  });
  return { tensors, problems };
}

/** What an archive's pickle holds beside its tensors; a sentence where it cannot be read. */
export function readPytorchData(source: ByteSource): { readonly data: unknown } | string {
  const opened = openPickle(source, readPickledData);
  return typeof opened === "string" ? opened : { data: opened.found };
}

function openPickle<T>(
  source: ByteSource,
  read: (bytes: Uint8Array) => T,
):
  | { readonly entries: ReadonlyMap<string, ZipEntry>; readonly folder: string; readonly found: T }
  | string {
  const entries = readZip(source);
  if (entries === undefined) return "The file is no zip archive of PyTorch's.";
  const pickle = [...entries].find(([name]) => name.endsWith("data.pkl"));
  if (pickle === undefined || !pickle[1].isStored || pickle[1].size > pickleLimit)
    return "The archive has no `data.pkl` that can be read.";
  const [name, { offset, size }] = pickle;
  try {
    const found = read(source.read(offset, size).slice());
    return { entries, folder: name.slice(0, -"data.pkl".length), found };
  } catch (error) {
    if (!(error instanceof PickleRefused)) throw error;
    return `The pickle is refused: ${error.message} Nothing of it was executed.`;
  }
}

function storedTensor(tensor: PickleTensor, entry: ZipEntry | undefined): StoredTensor | string {
  const elementType = storageTypes[tensor.storageType];
  if (elementType === undefined) return `is of ${tensor.storageType}, which is not measured.`;
  if (entry?.isStored !== true) return "has no bytes in the archive that are not compressed.";
  let expected = 1;
  for (let axis = tensor.shape.length - 1; axis >= 0; axis--) {
    if ((tensor.shape[axis] ?? 0) > 1 && tensor.strides[axis] !== expected)
      return "does not lie in one piece; it is left out.";
    expected *= tensor.shape[axis] ?? 1;
  }
  const start = bytesOfElements(elementType, tensor.offset);
  if (start + bytesOfElements(elementType, expected) > entry.size)
    return "lies outside its storage; it is left out.";
  return { name: tensor.name, shape: tensor.shape, elementType, offset: entry.offset + start };
}

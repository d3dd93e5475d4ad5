import type { ElementType } from "../../graph/element-type.js";
import type { Reading } from "./reading.js";
import { isSmall, numbersFromBytes } from "./small-data.js";
import { complainAboutSize, type Contents } from "./tensor.js";

/**
 * Contents in a file beside the model (ONNX, docs/ExternalData.md): `location` relative to the model's folder,
 * `offset` and `length` in bytes as decimal text. The neighbourhood decides what may be opened.
 */
export function externalContents(
  reading: Reading,
  entries: ReadonlyMap<string, string>,
  tensor: {
    readonly elementType: ElementType;
    readonly shape: readonly number[];
    readonly count: number;
    readonly byteLength: number;
  },
): Contents {
  const { complaints, externalFiles } = reading;
  const file = entries.get("location") ?? "";
  const offset = byteNumber(entries.get("offset"), 0);
  const length = byteNumber(entries.get("length"), tensor.byteLength);
  if (file === "" || offset === undefined || length === undefined) {
    complaints.add(
      "RP1025",
      "warning",
      `The tensor's external data needs a location, and an offset and a length in bytes; it has ${entriesText(entries)}.`,
    );
    return {};
  }
  const found = externalFiles.find(file);
  if (found.kind === "escapes") {
    complaints.addOnce(
      `escapes ${file}`,
      "RP1023",
      "error",
      `The model asks for weights in \`${shortened(file)}\`, which is not inside the model's folder; it was not opened. Move the file beside the model.`,
    );
    return {};
  }
  const location = { file, offset, length };
  if (found.kind === "missing") {
    complaints.addOnce(
      `missing ${file}`,
      "RP1022",
      "warning",
      `The weights' file \`${shortened(file)}\` is not beside the model. Costs need only the shapes, which are known.`,
    );
    return { location };
  }
  if (found.size < offset + length) {
    complaints.add(
      "RP1024",
      "warning",
      `The weights' file \`${shortened(file)}\` has ${found.size} bytes; this tensor lies at ${offset} and takes ${length}. Copy or download it again.`,
    );
    return { location };
  }
  if (length !== tensor.byteLength) {
    complainAboutSize(reading, `${length} bytes`, {
      type: tensor.elementType,
      shape: tensor.shape,
    });
    return { location };
  }
  if (!isSmall(tensor.elementType, tensor.count) || length > smallFileRead) return { location };
  const bytes = externalFiles.read(file, offset, length);
  const data =
    bytes === undefined ? undefined : numbersFromBytes(tensor.elementType, tensor.count, bytes);
  return { location, ...(data !== undefined && { data }) };
}

const smallFileRead = 4096;

/** Undefined for what is no byte count. */
function byteNumber(text: string | undefined, fallback: number): number | undefined {
  if (text === undefined) return fallback;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

function entriesText(entries: ReadonlyMap<string, string>): string {
  if (entries.size === 0) return "none";
  return [...entries]
    .slice(0, 4)
    .map(([key, value]) => `${shortened(key)}=${shortened(value)}`)
    .join(", ");
}

function shortened(text: string): string {
  return text.length <= 120 ? text : `${text.slice(0, 120)}…`;
}

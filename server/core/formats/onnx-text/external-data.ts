import { productOf } from "../../base/product.js";
import type { TextSpan } from "../../base/text-span.js";
import type { Weight, WeightLocation } from "../../graph/graph.js";
import { isSmall, numbersFromBytes } from "../onnx/small-data.js";
import { char } from "./characters.js";
import type { SyntaxContext } from "./syntax-context.js";

/** Keys of ours, for what the syntax has no words for; upstream's parser takes any key. */
export const sparseCountKey = "sparse_count";
export const encodingKey = "encoding";

/**
 * `["location": "w.bin", "offset": "0", "length": "8"]`: where the bytes of a weight lie. The file is looked up, not
 * read. An empty location says that the bytes are not to be had.
 */
export function parseExternalData(context: SyntaxContext, weight: Weight): Weight | undefined {
  const { cursor } = context;
  const start = cursor.position;
  const entries = parseStringPairs(context, "the place of a weight");
  if (entries === undefined) return undefined;
  const span = cursor.spanFrom(start);

  const count = (key: string): number | undefined => {
    const text = entries.get(key);
    if (text === undefined) return undefined;
    if (/^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
    const message = `\`${key}\` should be a whole number of bytes between quotes; it is \`${text.slice(0, 40)}\`.`;
    return cursor.report("RP1063", "error", message, span);
  };
  const offset = count("offset") ?? 0;
  const length = count("length");
  const sparseCount = count(sparseCountKey);
  const known: Weight =
    sparseCount === undefined
      ? weight
      : { ...weight, sparseCount, byteLength: length ?? weight.byteLength };

  const file = entries.get("location");
  if (file === undefined) {
    const message = "The place of a weight needs a `location`: the file its bytes lie in.";
    return cursor.report("RP1063", "error", message, span) ?? known;
  }
  if (file === "") return known;
  if (
    length !== undefined &&
    known.elementType !== "string" &&
    entries.get(encodingKey) === undefined &&
    length !== known.byteLength
  )
    cursor.report(
      "RP1066",
      "warning",
      `The shape asks for ${known.byteLength} bytes, and \`length\` is ${length}; correct one of them.`,
      span,
    );
  const isVarint = entries.get(encodingKey) === "varint";
  const location: WeightLocation = {
    file,
    offset,
    length: length ?? known.byteLength,
    ...(isVarint && { encoding: "varint" }),
  };
  if (!isReachable(context, location, span)) return known;
  const data =
    isVarint || sparseCount !== undefined ? undefined : contents(context, known, location);
  return { ...known, location, ...(data !== undefined && { data }) };
}

/** The elements of a small constant, which shape arithmetic may need. */
function contents(
  { read, weightFiles }: SyntaxContext,
  { elementType, shape, byteLength }: Weight,
  { file = "", offset, length }: WeightLocation,
): readonly number[] | undefined {
  const found = weightFiles.get(file);
  const count = productOf(shape);
  if (found?.kind !== "file" || found.size < offset + length || length !== byteLength)
    return undefined;
  if (elementType === "string" || !isSmall(elementType, count)) return undefined;
  const bytes = read.neighbourhood.open(file)?.read(offset, length);
  return bytes?.length === length ? numbersFromBytes(elementType, count, bytes) : undefined;
}

/** `"key": "value", …` between brackets; the last value of a key counts. */
export function parseStringPairs(
  { cursor }: SyntaxContext,
  what: string,
): ReadonlyMap<string, string> | undefined {
  const pairs = new Map<string, string>();
  if (!cursor.expect(char.openBracket, `before ${what}`)) return undefined;
  if (cursor.takes(char.closeBracket)) return pairs;
  do {
    const key = cursor.string();
    if (key === undefined || !cursor.expect(char.colon, "between key and value")) return undefined;
    const value = cursor.string();
    if (value === undefined) return undefined;
    pairs.set(key, value);
  } while (cursor.takes(char.comma));
  return cursor.expect(char.closeBracket, `behind ${what}`) && pairs;
}

/** False when the file must not be opened. */
function isReachable(
  { cursor, read, weightFiles }: SyntaxContext,
  { file = "", offset, length }: WeightLocation,
  span: TextSpan,
): boolean {
  const shown = file.slice(0, 200);
  const known = weightFiles.get(file);
  const found = known ?? read.neighbourhood.find(file);
  if (known === undefined) {
    weightFiles.set(file, found);
    if (found.kind === "missing") {
      const message = `The weight file \`${shown}\` is not there; put it beside the model. Costs do not need it.`;
      cursor.report("RP1064", "warning", message, span);
    } else if (found.kind === "escapes") {
      const message = `The weight file \`${shown}\` lies outside the model's folder and is not opened; give a path inside it.`;
      cursor.report("RP1065", "error", message, span);
    }
  }
  if (found.kind === "file" && found.size < offset + length) {
    const message = `\`${shown}\` has ${found.size} bytes, and this weight would end at ${offset + length}; the file is cut short or the offset is wrong.`;
    cursor.report("RP1066", "error", message, span);
  }
  return found.kind !== "escapes";
}

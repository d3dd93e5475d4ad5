import { modelField } from "./schema.js";

/**
 * Protobuf has no magic number. A ModelProto's first bytes are fields that ModelProto has, with their wire types, up
 * to one that reaches beyond what we see; and they are no text, since every model has small binary numbers early.
 */
export function looksLikeModel(head: Uint8Array): boolean {
  let position = 0;
  let fieldCount = 0;
  while (position < head.length) {
    const tag = varint(head, position);
    if (tag === undefined) return fieldCount > 0;
    const field = tag.value >>> 3;
    const isNumber = numberFields.has(field);
    if ((!isNumber && !messageFields.has(field)) || (tag.value & 7) !== (isNumber ? 0 : 2))
      return false;
    const value = varint(head, tag.end);
    fieldCount += 1;
    if (value === undefined) return fieldCount > 1;
    position = isNumber ? value.end : value.end + value.value;
  }
  return fieldCount > 0 && head.some((byte) => byte < 0x09);
}

const numberFields: ReadonlySet<number> = new Set([modelField.irVersion, modelField.modelVersion]);
const messageFields: ReadonlySet<number> = new Set([
  modelField.producerName,
  modelField.producerVersion,
  modelField.domain,
  modelField.docString,
  modelField.graph,
  modelField.opsetImport,
  modelField.metadata,
  modelField.trainingInfo,
  modelField.functions,
  modelField.configuration,
]);

function varint(
  bytes: Uint8Array,
  start: number,
): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let length = 0; length < 10; length += 1) {
    const byte = bytes[start + length];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * length);
    if (byte < 0x80) return { value, end: start + length + 1 };
  }
  return undefined;
}

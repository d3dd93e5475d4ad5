import { decodeLeaf, eachLeafField, leafInt, leafText, messageTag, varintTag } from "./leaf.js";
import type { Reading } from "./reading.js";
import { entryField, opsetField } from "./schema.js";

/** StringStringEntryProto. */
export function readEntry(
  reading: Reading,
  stop: number,
): { readonly key: string; readonly value: string } {
  let key = "";
  let value = "";
  decodeLeaf(reading, stop, (reader) => {
    eachLeafField(reader, reader.len, (tag) => {
      if (tag === messageTag(entryField.key)) key = leafText(reader, reading.texts);
      else if (tag === messageTag(entryField.value)) value = leafText(reader, reading.texts);
      else return false;
      return true;
    });
  });
  return { key, value };
}

/** OperatorSetIdProto into `opsets`; of two versions of one domain the newer counts, as ONNX resolves operators. */
export function readOpset(reading: Reading, stop: number, opsets: Map<string, number>): void {
  let domain = "";
  let version = 0;
  decodeLeaf(reading, stop, (reader) => {
    eachLeafField(reader, reader.len, (tag) => {
      if (tag === messageTag(opsetField.domain)) domain = leafText(reader, reading.texts);
      else if (tag === varintTag(opsetField.version)) version = leafInt(reader);
      else return false;
      return true;
    });
  });
  const known = normalDomain(domain);
  opsets.set(known, Math.max(version, opsets.get(known) ?? version));
}

/** The default domain has two spellings; the graph knows the short one. */
export function normalDomain(domain: string): string {
  return domain === "ai.onnx" ? "" : domain;
}

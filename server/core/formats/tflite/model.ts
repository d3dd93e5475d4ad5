import type { ByteSource } from "../../base/byte-source.js";
import type { Outcome } from "../../base/problem.js";
import type { Model } from "../../graph/graph.js";
import type { ReadContext } from "../format.js";
import { Complaints } from "../onnx/complaints.js";
import { locateBuffer, openFile, type TfliteFile } from "./file.js";
import { FlatReader, type FlatTable } from "./flat-reader.js";
import { Purse } from "./purse.js";
import { metadataField, modelField, subgraphField } from "./schema.js";
import { readSubgraph } from "./subgraph.js";

/** The first subgraph of the file, which is what an interpreter runs; others count where an operator runs them. */
export function readModel(source: ByteSource, context: ReadContext): Outcome<Model | undefined> {
  const complaints = new Complaints();
  const reader = new FlatReader(source, complaints, context.cancel);
  const purse = new Purse(source.size, complaints);
  const root = source.size < 8 ? undefined : reader.table(reader.target(0));
  if (root === undefined) return nothing(context, complaints);
  const file = openFile(reader, complaints, purse, root);
  if (file.subgraphs.count === 0) return nothing(context, complaints);
  const versionAt = reader.field(root, modelField.version);
  const version = versionAt === 0 ? 0 : reader.uint32(versionAt);
  if (version !== 3)
    complaints.add(
      "RP1010",
      "warning",
      `The file is of schema version ${version}; it is read as version 3.`,
    );
  const graph = readSubgraph(file, 0);
  if (graph === undefined) return nothing(context, complaints);
  reportOthers(file);
  const name = context.fileName.replace(/\.[^.]*$/, "");
  return {
    value: {
      format: "tflite",
      name,
      producer: reader.text(root, modelField.description, 256),
      irVersion: version,
      opsets: new Map([
        ["", onnxVersion],
        ["tflite", 1],
      ]),
      metadata: readMetadata(file, root),
      graph: { ...graph, name: graph.name === "" ? name : graph.name },
      functions: [],
      ownsElementTypes: true,
    },
    problems: complaints.finish(),
  };
}

/** Version of ONNX's operators that some are mapped to. */
const onnxVersion = 23;

function nothing({ fileName }: ReadContext, complaints: Complaints): Outcome<undefined> {
  complaints.addAtOffset(
    "RP1008",
    "error",
    `\`${fileName}\` holds no graph. Check that it is a TensorFlow Lite model and complete.`,
    0,
  );
  return { value: undefined, problems: complaints.finish() };
}

function reportOthers({ reader, subgraphs, complaints }: TfliteFile): void {
  if (subgraphs.count < 2) return;
  const names: string[] = [];
  for (let index = 1; index < Math.min(subgraphs.count, 9); index += 1) {
    const table = reader.tableAt(subgraphs, index);
    const name = table === undefined ? "" : reader.text(table, subgraphField.name, 64);
    names.push(`\`${name === "" ? index : name}\``);
  }
  complaints.add(
    "RP1034",
    "information",
    `The file has ${subgraphs.count} subgraphs. The first is analysed; ${names.join(", ")}${subgraphs.count > 9 ? " …" : ""} count where an operator of it runs them.`,
  );
}

/** Entries that are short text: `min_runtime_version`. Others hold formats of their own. */
function readMetadata(file: TfliteFile, root: FlatTable): ReadonlyMap<string, string> {
  const { reader, purse } = file;
  const entries = new Map<string, string>();
  const vector = reader.vector(root, modelField.metadata, 4);
  for (let index = 0; index < Math.min(vector.count, 64); index += 1) {
    const table = reader.tableAt(vector, index);
    if (table === undefined || !purse.spend("list elements", 1)) continue;
    const bufferAt = reader.field(table, metadataField.buffer);
    const { offset, length } = locateBuffer(file, bufferAt === 0 ? 0 : reader.uint32(bufferAt));
    if (length === 0 || length > 64) continue;
    const text = asciiText(reader.bytes(offset, length));
    if (text !== undefined) entries.set(reader.text(table, metadataField.name, 64), text);
  }
  return entries;
}

function asciiText(bytes: Uint8Array): string | undefined {
  let text = "";
  for (const byte of bytes) {
    if (byte === 0) break;
    if (byte < 0x20 || byte > 0x7e) return undefined;
    text += String.fromCharCode(byte);
  }
  return text === "" ? undefined : text;
}

import type { ByteSource } from "../../base/byte-source.js";
import type { Outcome } from "../../base/problem.js";
import type { FunctionDefinition, Graph, Model } from "../../graph/graph.js";
import type { ReadContext } from "../format.js";
import { Budget } from "./budget.js";
import { Complaints } from "./complaints.js";
import { readEntry, readOpset } from "./entry.js";
import { ExternalFiles } from "./external-files.js";
import { readFunction } from "./function.js";
import { readGraph } from "./graph.js";
import { GraphDraft } from "./graph-draft.js";
import { reportMissing } from "./missing.js";
import type { Reading } from "./reading.js";
import { modelField, newestIrVersion } from "./schema.js";
import { settleGraph } from "./settle-graph.js";
import { TextPool } from "./text-pool.js";
import { WireReader } from "./wire.js";

/** ModelProto. */
export function readModel(source: ByteSource, context: ReadContext): Outcome<Model | undefined> {
  const complaints = new Complaints();
  const budget = new Budget(complaints);
  const texts = new TextPool();
  const reading: Reading = {
    wire: new WireReader(source, { complaints, budget, texts, cancel: context.cancel }),
    complaints,
    budget,
    texts,
    externalFiles: new ExternalFiles(context.neighbourhood),
    irVersion: undefined,
    strippedCount: 0,
    depth: 0,
  };
  const header = readHeader(reading);
  reading.irVersion = header.irVersion;
  if (header.graphs.length === 0 && header.functions.length === 0) {
    complaints.add(
      "RP1008",
      "error",
      `\`${context.fileName}\` holds no graph. Check that it is an ONNX model and complete.`,
    );
    return { value: undefined, problems: complaints.finish() };
  }
  reportVersions(reading, header);
  const graph = readMainGraph(reading, header.graphs);
  const functions = readFunctions(reading, header.functions);
  if (reading.strippedCount > 0)
    complaints.add(
      "RP1021",
      "information",
      `${reading.strippedCount} tensors have a shape but no contents in the file. Costs need only the shapes.`,
    );
  return {
    value: {
      format: "onnx",
      name: graph.name === "" ? context.fileName.replace(/\.[^.]*$/, "") : graph.name,
      producer: `${header.producerName} ${header.producerVersion}`.trim(),
      irVersion: header.irVersion,
      opsets: header.opsets,
      metadata: header.metadata,
      graph,
      functions,
    },
    problems: complaints.finish(),
  };
}

interface Part {
  readonly start: number;
  readonly end: number;
}

interface Header {
  irVersion: number | undefined;
  producerName: string;
  producerVersion: string;
  readonly opsets: Map<string, number>;
  readonly metadata: Map<string, string>;
  readonly graphs: Part[];
  readonly functions: Part[];
}

/** The model's own few fields, in whatever order they stand; the big parts are only located. */
function readHeader(reading: Reading): Header {
  const { wire, budget } = reading;
  const header: Header = {
    irVersion: undefined,
    producerName: "",
    producerVersion: "",
    opsets: new Map(),
    metadata: new Map(),
    graphs: [],
    functions: [],
  };
  const noteText = (key: string): void => {
    const text = wire.text();
    if (text !== "") header.metadata.set(key, text);
  };
  const part = (list: Part[]): void => {
    const end = wire.message();
    if (end === undefined) return;
    if (budget.spend("list elements", 1)) list.push({ start: wire.start, end });
    wire.position = end;
  };
  for (let field = wire.next(wire.size); field !== 0; field = wire.next(wire.size)) {
    switch (field) {
      case modelField.irVersion:
        header.irVersion = wire.int();
        break;
      case modelField.producerName:
        header.producerName = wire.text();
        break;
      case modelField.producerVersion:
        header.producerVersion = wire.text();
        break;
      case modelField.domain:
        noteText("domain");
        break;
      case modelField.docString:
        noteText("doc_string");
        break;
      case modelField.opsetImport: {
        const end = wire.message();
        if (end !== undefined) readOpset(reading, end, header.opsets);
        break;
      }
      case modelField.metadata: {
        const end = wire.message();
        if (end === undefined) break;
        const { key, value } = readEntry(reading, end);
        header.metadata.set(key, value);
        break;
      }
      case modelField.graph:
        part(header.graphs);
        break;
      case modelField.functions:
        part(header.functions);
        break;
      default:
        wire.skip();
    }
  }
  return header;
}

function reportVersions({ complaints }: Reading, header: Header): void {
  const { irVersion, opsets } = header;
  if (irVersion === undefined || irVersion < 1)
    complaints.add("RP1010", "warning", "The model does not say its IR version.");
  else if (irVersion > newestIrVersion)
    complaints.add(
      "RP1010",
      "information",
      `The model has IR version ${irVersion}; what is newer than version ${newestIrVersion} is passed over.`,
    );
  if (opsets.size > 0) return;
  // Operator sets came with IR version 3; before, there was only the first.
  opsets.set("", 1);
  const isOld = irVersion !== undefined && irVersion < 3;
  complaints.add(
    "RP1009",
    isOld ? "information" : "warning",
    isOld
      ? `Models of IR version ${irVersion} do not name an operator set; version 1 is taken.`
      : "The model does not name the operator sets it uses; version 1 of ONNX's own is taken.",
  );
}

function readMainGraph(reading: Reading, parts: readonly Part[]): Graph {
  const { wire, complaints } = reading;
  const draft = new GraphDraft(reading);
  complaints.enter("graph");
  for (const { start, end } of parts) {
    wire.position = start;
    readGraph(reading, end, draft, true);
  }
  const { graph, missing, positions } = settleGraph(reading, draft, "main");
  if (positions !== undefined)
    complaints.renumberNodes((fileIndex) => positions[fileIndex] ?? fileIndex);
  reportMissing(reading, graph, missing, { isMain: true });
  complaints.leave();
  return parts[0] === undefined
    ? graph
    : { ...graph, place: { kind: "bytes", offset: parts[0].start } };
}

function readFunctions(reading: Reading, parts: readonly Part[]): FunctionDefinition[] {
  const { wire, complaints } = reading;
  const functions: FunctionDefinition[] = [];
  const known = new Set<string>();
  for (const [index, { start, end }] of parts.entries()) {
    complaints.enter("functions", index);
    wire.position = start;
    const definition = readFunction(reading, end);
    const key = `${definition.domain}:${definition.name}:${definition.overload}`;
    if (known.has(key))
      complaints.add(
        "RP1026",
        "warning",
        `Function \`${definition.name}\` is defined twice; the first one counts.`,
      );
    else functions.push(definition);
    known.add(key);
    complaints.leave();
  }
  return functions;
}

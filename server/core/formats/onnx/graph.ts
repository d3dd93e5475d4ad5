import type { Graph } from "../../graph/graph.js";
import { type Body, GraphDraft } from "./graph-draft.js";
import { readNode } from "./node.js";
import { nestingLimit, type Reading } from "./reading.js";
import { graphField } from "./schema.js";
import { settleGraph } from "./settle-graph.js";
import { readSparseTensor } from "./sparse-tensor.js";
import { readTensor } from "./tensor.js";
import { readValueInfo, type ValueInfo } from "./value-type.js";

/** GraphProto into a draft. Protobuf merges a message that is written in several parts; so does this. */
export function readGraph(
  reading: Reading,
  stop: number,
  draft: GraphDraft,
  isMain: boolean,
): void {
  const { wire, complaints, budget } = reading;
  /** Reads a message that the field holds, under its own path. */
  const within = (part: string, index: number, read: (end: number) => void): void => {
    const end = wire.message();
    if (end === undefined) return;
    complaints.enter(part, index);
    read(end);
    complaints.leave();
  };
  const valueInfo = (part: string, list: ValueInfo[]): void => {
    within(part, list.length, (end) => {
      const info = readValueInfo(reading, end);
      if (budget.spend("values", 1)) list.push(info);
    });
  };
  for (let field = wire.next(stop); field !== 0; field = wire.next(stop)) {
    switch (field) {
      case graphField.node:
        if (!budget.spend("nodes", 1)) break;
        if (isMain) complaints.nodeId = draft.nodes.length;
        within("node", draft.nodes.length, (end) => readNode(reading, end, draft));
        if (isMain) complaints.nodeId = -1;
        break;
      case graphField.name:
        draft.name = wire.text();
        break;
      case graphField.initializer:
      case graphField.sparseInitializer: {
        const isDense = field === graphField.initializer;
        within(isDense ? "initializer" : "sparse_initializer", draft.initializers.length, (end) => {
          const offset = wire.position;
          const { name, weight } = (isDense ? readTensor : readSparseTensor)(reading, end);
          if (budget.spend("values", 1)) draft.initializers.push({ name, weight, offset });
        });
        break;
      }
      case graphField.input:
        valueInfo("input", draft.inputs);
        break;
      case graphField.output:
        valueInfo("output", draft.outputs);
        break;
      case graphField.valueInfo:
        valueInfo("value_info", draft.valueInfos);
        break;
      default:
        wire.skip();
    }
  }
}

/** Who holds a body and will give it the values it captures. */
export interface BodyHost {
  adopt(body: Omit<Body, "nodeIndex">): void;
}

/** The graph in an attribute. Its captures are filled in when the graph around it is settled. */
export function readBody(
  reading: Reading,
  stop: number,
  host: BodyHost | undefined,
): Graph | undefined {
  const { wire, complaints } = reading;
  if (reading.depth >= nestingLimit) {
    complaints.add(
      "RP1005",
      "error",
      `Graphs are nested more than ${nestingLimit} deep; the inner ones are left out.`,
    );
    wire.position = stop;
    return undefined;
  }
  const offset = wire.position;
  const draft = new GraphDraft(reading);
  reading.depth += 1;
  readGraph(reading, stop, draft, false);
  reading.depth -= 1;
  const { graph, missing, captures } = settleGraph(reading, draft, "body");
  host?.adopt({ missing, captures });
  return { ...graph, place: { kind: "bytes", offset } };
}

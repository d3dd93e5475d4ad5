import type { Attribute, FunctionDefinition } from "../../graph/graph.js";
import { readAttribute } from "./attribute.js";
import { normalDomain, readOpset } from "./entry.js";
import { GraphDraft } from "./graph-draft.js";
import { reportMissing } from "./missing.js";
import { readNode } from "./node.js";
import type { Reading } from "./reading.js";
import { functionField } from "./schema.js";
import { settleGraph } from "./settle-graph.js";
import { readValueInfo } from "./value-type.js";

/** FunctionProto: an operator that the model defines itself. */
export function readFunction(reading: Reading, stop: number): FunctionDefinition {
  const { wire, complaints, budget } = reading;
  const offset = wire.position;
  const draft = new GraphDraft(reading);
  const attributes: string[] = [];
  const defaults = new Map<string, Attribute>();
  const opsets = new Map<string, number>();
  let name = "";
  let domain = "";
  let overload = "";
  let defaultCount = 0;
  for (let field = wire.next(stop); field !== 0; field = wire.next(stop)) {
    switch (field) {
      case functionField.name:
        name = wire.text();
        break;
      case functionField.domain:
        domain = normalDomain(wire.text());
        break;
      case functionField.overload:
        overload = wire.text();
        break;
      case functionField.input:
      case functionField.output: {
        const list = field === functionField.input ? draft.inputs : draft.outputs;
        if (budget.spend("values", 1)) list.push({ name: wire.text(), type: undefined });
        break;
      }
      case functionField.attribute:
        if (budget.spend("list elements", 1)) attributes.push(wire.text());
        break;
      case functionField.attributeProto: {
        const end = wire.message();
        if (end === undefined) break;
        complaints.enter("attribute_proto", defaultCount);
        defaultCount += 1;
        readAttribute(reading, end, defaults, undefined);
        complaints.leave();
        break;
      }
      case functionField.node: {
        const end = wire.message();
        if (end === undefined || !budget.spend("nodes", 1)) break;
        complaints.enter("node", draft.nodes.length);
        readNode(reading, end, draft);
        complaints.leave();
        break;
      }
      case functionField.opsetImport: {
        const end = wire.message();
        if (end !== undefined) readOpset(reading, end, opsets);
        break;
      }
      case functionField.valueInfo: {
        const end = wire.message();
        if (end !== undefined && budget.spend("values", 1))
          draft.valueInfos.push(readValueInfo(reading, end));
        break;
      }
      default:
        wire.skip();
    }
  }
  draft.name = name;
  const { graph, missing } = settleGraph(reading, draft, "function");
  reportMissing(reading, graph, missing, { isMain: false });
  const body = { ...graph, place: { kind: "bytes", offset } as const };
  return { name, domain, overload, attributes, defaults, opsets, body };
}

import { type Attribute, noAttributes, type ValueId } from "../../graph/graph.js";
import { readAttribute } from "./attribute.js";
import { normalDomain, readEntry } from "./entry.js";
import type { GraphDraft, NodeDraft } from "./graph-draft.js";
import type { Reading } from "./reading.js";
import { nodeField } from "./schema.js";
import { scopeOf } from "./scope.js";

/** NodeProto, added to the draft. */
export function readNode(reading: Reading, stop: number, draft: GraphDraft): void {
  const { wire, complaints, budget } = reading;
  const offset = wire.position;
  const nodeIndex = draft.nodes.length;
  const inputs: ValueId[] = draft.inputScratch;
  const outputs: ValueId[] = draft.outputScratch;
  inputs.length = 0;
  outputs.length = 0;
  let name = "";
  let op = "";
  let domain = "";
  let overload = "";
  let attributes: Map<string, Attribute> | undefined;
  let attributeCount = 0;
  let metadata: Map<string, string> | undefined;
  for (let field = wire.next(stop); field !== 0; field = wire.next(stop)) {
    switch (field) {
      case nodeField.input:
        if (budget.spend("list elements", 1)) inputs.push(draft.use(wire.text()));
        break;
      case nodeField.output:
        if (budget.spend("list elements", 1))
          outputs.push(draft.make(reading, wire.text(), nodeIndex));
        break;
      case nodeField.name:
        name = wire.text();
        break;
      case nodeField.opType:
        op = wire.text();
        break;
      case nodeField.domain:
        domain = normalDomain(wire.text());
        break;
      case nodeField.overload:
        overload = wire.text();
        break;
      case nodeField.attribute: {
        const end = wire.message();
        if (end === undefined) break;
        complaints.enter("attribute", attributeCount);
        attributeCount += 1;
        attributes ??= new Map<string, Attribute>();
        readAttribute(reading, end, attributes, {
          adopt: (body) => draft.bodies.push({ nodeIndex, ...body }),
        });
        complaints.leave();
        break;
      }
      case nodeField.metadata: {
        const end = wire.message();
        if (end === undefined) break;
        const { key, value } = readEntry(reading, end);
        (metadata ??= new Map()).set(key, value);
        break;
      }
      case nodeField.docString: {
        // PyTorch's older exporter writes the Python stack here.
        const text = wire.text();
        if (text !== "") (metadata ??= new Map()).set("doc_string", text);
        break;
      }
      default:
        wire.skip();
    }
  }
  if (op === "")
    complaints.add("RP1016", "error", "A node does not say which operator it is; it has no cost.");
  const node: NodeDraft = {
    name,
    op,
    domain,
    inputs: inputs.length === 0 ? none : inputs.slice(),
    outputs: outputs.length === 0 ? none : outputs.slice(),
    attributes: attributes ?? noAttributes,
    scope: scopeOf(name, metadata),
    place: { kind: "bytes", offset },
  };
  if (metadata !== undefined) node.metadata = metadata;
  if (overload !== "") node.overload = overload;
  draft.nodes.push(node);
}

const none: ValueId[] = [];

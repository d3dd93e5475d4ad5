import { type Node, parseTree } from "jsonc-parser";
import type { TextSpan } from "../core/base/text-span.js";
import {
  type ConfigFact,
  type ConfigLine,
  namesOfFacts,
} from "../core/views/config/config-lines.js";

/** In the order of the text; a text with errors tells what can be read of it. */
export function configLines(text: string): readonly ConfigLine[] {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const whole = propertiesOf(root);
  const isNested = !["hidden_size", "n_embd", "d_model"].some((name) => whole.has(name));
  const below = whole.get("text_config") ?? whole.get("llm_config");
  const fields = isNested && below !== undefined ? propertiesOf(below.children?.[1]) : whole;
  return (Object.keys(namesOfFacts) as ConfigFact[])
    .flatMap((fact): ConfigLine[] => {
      const found = namesOfFacts[fact].flatMap((name) => fields.get(name) ?? [])[0];
      return found === undefined
        ? []
        : [{ fact, span: { start: found.offset, end: found.offset + found.length } }];
    })
    .sort((a, b) => a.span.start - b.span.start);
}

function propertiesOf(node: Node | undefined): ReadonlyMap<string, Node> {
  const found = new Map<string, Node>();
  if (node?.type !== "object") return found;
  for (const property of node.children ?? []) {
    const name: unknown = property.children?.[0]?.value;
    if (typeof name === "string") found.set(name, property);
  }
  return found;
}

/** Where the lens with the model's totals stands: at its layers, else at the start. */
export function configAnchor(text: string): TextSpan {
  return configLines(text).find(({ fact }) => fact === "layers")?.span ?? { start: 0, end: 1 };
}

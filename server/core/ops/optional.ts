import { scalarConstant } from "../graph/constant.js";
import { tensor } from "../graph/value-type.js";
import { ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred } from "./rule.js";
import { viewWork } from "./view.js";

/** An optional is a handle or nothing; no elements move. */
export const rule = ruleOfTable({
  Optional: { infer: inferOptional, work: viewWork },
  OptionalGetElement: { infer: inferGetElement, work: viewWork },
  OptionalHasElement: { infer: inferHasElement, work: viewWork },
});

function inferOptional(ctx: InferContext): readonly Inferred[] {
  const given = ctx.attribute("type");
  const element = ctx.inputType(0) ?? (given?.kind === "type" ? given.value : undefined);
  return [{ type: { kind: "optional", element } }];
}

/** Since version 18 the input may be no optional, and is then the element itself. */
function inferGetElement(ctx: InferContext): readonly (Inferred | undefined)[] {
  const type = ctx.inputType(0);
  const element = type?.kind === "optional" ? type.element : type;
  return element === undefined ? [] : [{ type: element }];
}

/** Whether an optional holds something is seen at run time; anything else surely does, and nothing surely not. */
function inferHasElement(ctx: InferContext): readonly Inferred[] {
  const type = tensor("bool", []);
  if (!ctx.hasInput(0)) return [{ type, constant: scalarConstant("bool", 0) }];
  const input = ctx.inputType(0);
  if (input === undefined || input.kind === "optional") return [{ type }];
  return [{ type, constant: scalarConstant("bool", 1) }];
}

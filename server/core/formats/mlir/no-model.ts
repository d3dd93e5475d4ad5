import type { Problem } from "../../base/problem.js";
import type { MlirFunction } from "./functions.js";
import type { MlirOperation } from "./syntax.js";

/** Dialects of circuits (circt.llvm.org). */
const circuits: ReadonlySet<string> = new Set([
  "hw",
  "comb",
  "seq",
  "sv",
  "firrtl",
  "llhd",
  "moore",
  "arc",
  "calyx",
  "handshake",
  "esi",
  "fsm",
  "msft",
  "systemc",
]);

/** Dialects behind the last stage that has tensors, loops and buffers. */
const machines: ReadonlySet<string> = new Set(["llvm", "spirv", "emitc", "nvvm", "rocdl"]);

/** Why there is nothing to analyse, told at what the text holds instead of a model. */
export function tellNoFunction(operations: readonly MlirOperation[], fileName: string): Problem {
  const held = contentsOf(operations);
  const first =
    held.find(({ name }) => isOf(circuits, name) || isOf(machines, name)) ??
    held.find(({ name }) => !name.endsWith(".global"));
  const found = first === undefined ? "" : `; \`${first.name}\` is none`;
  return {
    code: "RP1082",
    severity: "error",
    message: `\`${fileName}\` holds no function with a body${found}. ${adviceFor(first?.name ?? "")}`,
    place: { kind: "text", span: first?.nameSpan ?? { start: 0, end: 0 } },
  };
}

/**
 * A function that computes with single numbers only, as everything does once it is lowered far enough: its operations have
 * no cost here, which would look like a model that costs nothing.
 */
export function tellNoTensors(main: MlirFunction): Problem | undefined {
  const body = main.operation.regions.flatMap(({ blocks }) =>
    blocks.flatMap(({ operations }) => operations),
  );
  const computed = body.filter(
    ({ name, results }) => results.length > 0 && !/(?:^|[._])constant$/i.test(name),
  );
  if (computed.some(({ resultTypes }) => resultTypes.some(({ kind }) => kind === "tensor")))
    return undefined;
  const first = computed.find(({ name }) => isOf(circuits, name) || isOf(machines, name));
  const shown = first ?? computed[0];
  if (shown === undefined) return undefined;
  return {
    code: "RP1082",
    severity: "error",
    message: `\`@${main.name}\` computes with single numbers alone (\`${shown.name}\`), of which no cost is known. ${adviceFor(shown.name)}`,
    place: { kind: "text", span: shown.nameSpan },
  };
}

function adviceFor(name: string): string {
  if (isOf(circuits, name))
    return "This is a circuit: write it as Verilog (`circt-opt --export-verilog`) and analyse that file.";
  if (isOf(machines, name))
    return "Tensors and loops are gone at this stage: analyse the module before it was lowered, in StableHLO, TOSA, torch, linalg or affine.";
  return "A model is a `func.func` with the operations of one inference on tensors, or loops over buffers.";
}

function isOf(dialects: ReadonlySet<string>, name: string): boolean {
  return dialects.has(name.slice(0, Math.max(0, name.indexOf("."))));
}

/** What stands in the text, modules opened. */
function contentsOf(operations: readonly MlirOperation[]): readonly MlirOperation[] {
  return operations.flatMap((operation) =>
    /^(?:builtin\.)?module$/.test(operation.name)
      ? operation.regions.flatMap(({ blocks }) => blocks.flatMap((block) => block.operations))
      : [operation],
  );
}

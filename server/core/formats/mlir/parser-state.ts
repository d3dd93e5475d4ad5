import { type Cancel, throwIfCancelled } from "../../base/cancel.js";
import type { MlirAttribute, MlirType } from "./syntax.js";
import { nestingLimit } from "../onnx-text/text-reader.js";
import { Scanner } from "./scanner.js";

/** What the parts of the parser share while one text is read. */
export interface ParserState {
  readonly scanner: Scanner;
  readonly cancel: Cancel;
  /** `!t = tensor<4xf32>` */
  readonly types: Map<string, MlirType>;
  /** `#map = affine_map<…>`, `#loc3 = loc("x")` */
  readonly attributes: Map<string, MlirAttribute>;
  operationCount: number;
}

export function newState(text: string, cancel: Cancel): ParserState {
  return {
    scanner: new Scanner(text),
    cancel,
    types: new Map(),
    attributes: new Map(),
    operationCount: 0,
  };
}

const operationsPerCancelCheck = 1024;

export function countOperation(state: ParserState): void {
  state.operationCount += 1;
  if (state.operationCount % operationsPerCancelCheck === 0) throwIfCancelled(state.cancel);
}

/** Runs `parse` one level deeper; what nests too deeply is skipped and reported once. */
export function nested<T>({ scanner }: ParserState, parse: () => T, instead: T): T {
  if (scanner.depth >= nestingLimit) {
    const start = scanner.position;
    scanner.skipBrackets();
    scanner.report(
      "RP1081",
      "error",
      `Brackets nest deeper than ${nestingLimit} levels here; they are passed over.`,
      { start, end: Math.min(start + 1, scanner.text.length) },
    );
    return instead;
  }
  scanner.depth += 1;
  const result = parse();
  scanner.depth -= 1;
  return result;
}

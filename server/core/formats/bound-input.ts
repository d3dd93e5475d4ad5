import type { TensorType } from "../graph/value-type.js";
import { parseTensorType } from "./op-call.js";

/** What a person says of one input: its type, what it holds, or both. */
export interface BoundInput {
  readonly type?: TensorType;
  /** Row-major; 0 and 1 for bool. */
  readonly contents?: readonly number[];
}

/**
 * `float32[1,3,224,224]`, `int64[4]={1,3,-1,8}` or `{10}`: the spelling of an operator call's inputs. Undefined when it is
 * none of these.
 */
export function parseBoundInput(text: string): BoundInput | undefined {
  const found = /^\s*([^={}]*?)\s*(?:=?\s*\{([^{}]*)\})?\s*$/.exec(text);
  if (found === null) return undefined;
  const [, typeText = "", listText] = found;
  const type = typeText === "" ? undefined : parseTensorType(typeText);
  if (typeText !== "" && type === undefined) return undefined;
  if (listText === undefined) return type === undefined ? undefined : { type };
  const contents = listText.trim() === "" ? [] : listText.split(",").map(elementOf);
  if (!contents.every((element) => element !== undefined) || contents.length > elementLimit)
    return undefined;
  return { ...(type !== undefined && { type }), contents };
}

/** Shape arithmetic follows no larger values (`constantLimit`). */
const elementLimit = 1024;

function elementOf(text: string): number | undefined {
  const word = text.trim();
  if (word === "true" || word === "false") return Number(word === "true");
  return /^-?\d+(\.\d+)?(e-?\d+)?$/i.test(word) && Number.isFinite(Number(word))
    ? Number(word)
    : undefined;
}

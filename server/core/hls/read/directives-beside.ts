import { lineAt, lineStartsOf } from "../../base/line-starts.js";
import type { Directive } from "../directives.js";
import { evaluateText } from "./constant-text.js";
import { readPragma } from "./pragma.js";
import { lookupConstant, type FileScope } from "./scope.js";

const nowhere = { start: 0, end: 0 };

/**
 * What scripts of the project say of a function (`top`), or of a loop or region of it by its label (`top/L1`). Loops without a label
 * are called by their line, as the tool names them (`VITIS_LOOP_42_1`).
 */
export function directivesBeside(
  scope: FileScope,
  name: string,
  at?: { readonly label: string; readonly start: number },
): readonly Directive[] {
  if (scope.beside.length === 0) return [];
  return scope.beside.flatMap(({ location, text }) => {
    const [owner = "", ...inner] = location.split("/");
    if (plainName(owner) !== name) return [];
    const label = inner.at(-1);
    if (at === undefined ? label !== undefined : !isLabelOf(scope, label, at)) return [];
    const directive = readPragma(`HLS ${text}`, nowhere, (value) =>
      evaluateText(value, (constant) => lookupConstant(scope, constant)),
    );
    return directive === undefined ? [] : [{ ...directive, isElsewhere: true }];
  });
}

function isLabelOf(
  scope: FileScope,
  label: string | undefined,
  at: { readonly label: string; readonly start: number },
): boolean {
  if (label === undefined) return false;
  if (at.label !== "") return label === at.label;
  const line = /^VITIS_LOOP_(\d+)_\d+$/.exec(label)?.[1];
  return line !== undefined && lineAt(lineStartsOf(scope.file.text), at.start) + 1 === Number(line);
}

/** Without its class and its template's arguments. */
function plainName(name: string): string {
  return name.replace(/<.*$/, "").replace(/^.*::/, "");
}

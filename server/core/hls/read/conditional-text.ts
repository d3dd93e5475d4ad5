import { fieldOf, textOf, type CppNode } from "../cpp-tree.js";
import { evaluateText } from "./constant-text.js";
import { lookupConstant, type FileScope } from "./scope.js";

/** What the tool defines itself when it synthesises (UG1399, "Predefined macros"). */
const predefined = new Set(["__SYNTHESIS__", "__VITIS_HLS__", "__cplusplus", "__xilinx__"]);

/**
 * Of `#if` and `#ifdef` the part that the tool sees, as far as the macros of the file say it; all parts where they do not.
 */
export function activeChildren(
  scope: FileScope,
  node: CppNode,
  constants?: ReadonlyMap<string, number>,
): readonly CppNode[] {
  if (!/^preproc_(if|ifdef|elif|elifdef)$/.test(node.type))
    return node.type === "preproc_else" ? node.children : [];
  const alternative = fieldOf(node, "alternative");
  const own = node.children.filter(({ field }) => !/^(name|condition|alternative)$/.test(field));
  const isTaken = conditionOf(scope, node, constants);
  if (isTaken === true) return own;
  const others = alternative === undefined ? [] : activeChildren(scope, alternative, constants);
  return isTaken === false ? others : [...own, ...others];
}

function conditionOf(
  scope: FileScope,
  node: CppNode,
  constants: ReadonlyMap<string, number> | undefined,
): boolean | undefined {
  const isDefined = (name: string): boolean =>
    predefined.has(name) || scope.macros.has(name) || scope.functionMacros.has(name);
  const name = fieldOf(node, "name");
  if (name !== undefined) {
    const isNegated = /^#\s*(?:ifn|elifn)def/.test(textOf(scope.file, node));
    return isDefined(textOf(scope.file, name)) !== isNegated;
  }
  const condition = fieldOf(node, "condition");
  if (condition === undefined) return undefined;
  const text = textOf(scope.file, condition).replace(
    /\bdefined\s*(?:\(\s*(\w+)\s*\)|(\w+))/g,
    (_, one?: string, other?: string) => (isDefined(one ?? other ?? "") ? "1" : "0"),
  );
  const value = evaluateText(text, (one) => {
    const known = lookupConstant(scope, one, constants);
    if (known !== undefined) return known;
    // An unknown name is 0 to the preprocessor; the tool may define it on its command line.
    return predefined.has(one) ? 1 : undefined;
  });
  return value === undefined ? undefined : value !== 0;
}

import {
  dottedName,
  type PyExpression,
  type PyFunction,
  type PyStatement,
} from "../../../python/syntax.js";
import { walkPython } from "../../../python/walk.js";

const accesses = /^(?:load|store|atomic_\w+|make_block_ptr|make_tensor_descriptor|advance)$/;

/**
 * Parameters that addresses are made of: those that reach a load or store by additions alone. Sizes reach it as factors; an
 * offset that is added is told from a pointer by its name where both are there.
 */
export function pointerParameters(
  target: PyFunction,
  functions: ReadonlyMap<string, PyFunction>,
  depth = 0,
): ReadonlySet<string> {
  const reached = new Set<string>();
  const assignments: { readonly names: readonly string[]; readonly value: PyExpression }[] = [];
  const collect = (statement: PyStatement): void => {
    if (statement.kind === "augmented" && statement.target.kind === "name")
      assignments.push({ names: [statement.target.name], value: statement.value });
    if (statement.kind !== "assign" || statement.value === undefined) return;
    const { value } = statement;
    for (const one of statement.targets) {
      if (one.kind === "name") assignments.push({ names: [one.name], value });
      else if (one.kind === "sequence" && value.kind === "sequence")
        one.items.forEach((item, index) => {
          const part = value.items[index];
          if (item.kind === "name" && part !== undefined)
            assignments.push({ names: [item.name], value: part });
        });
    }
  };
  walkPython(target.body, {
    statement: collect,
    expression: (expression) => {
      if (expression.kind === "attribute" && expression.name === "element_ty") {
        const owner = dottedName(expression)?.split(".")[0];
        if (owner !== undefined) reached.add(owner);
      }
      if (expression.kind !== "call") return;
      const name = dottedName(expression.callee)?.split(".").at(-1) ?? "";
      const [first] = expression.arguments;
      if (accesses.test(name) && first !== undefined) addTerms(first.value, reached);
      // `descriptor.load(…)`.
      if (/^(?:load|store|gather|scatter)$/.test(name) && expression.callee.kind === "attribute") {
        const { object } = expression.callee;
        if (object.kind === "name" && target.parameters.some((one) => one.name === object.name))
          reached.add(object.name);
      }
      const helper = functions.get(name);
      if (helper === undefined || helper === target || depth > 6) return;
      const inner = pointerParameters(helper, functions, depth + 1);
      expression.arguments.forEach((word, index) => {
        const parameter = word.name ?? helper.parameters[index]?.name ?? "";
        if (inner.has(parameter)) addTerms(word.value, reached);
      });
    },
  });
  for (let before = -1; before < reached.size;) {
    before = reached.size;
    for (const { names, value } of assignments)
      if (names.some((name) => reached.has(name))) addTerms(value, reached);
  }
  const found = target.parameters.map(({ name }) => name).filter((name) => reached.has(name));
  const isNumber = (name: string): boolean => {
    const parameter = target.parameters.find((one) => one.name === name);
    const annotation = parameter?.annotation;
    const said = annotation === undefined ? "" : (dottedName(annotation) ?? "");
    return /(?:^|\.)(?:constexpr|int\d*|float\d*)$/.test(said) || numberNames.test(name);
  };
  return new Set(found.filter((name) => !isNumber(name)));
}

const numberNames =
  /(?:^|_)(?:stride|strides|offset|offs|off|start|end|num|n|len|length|size|rows|cols|idx|index|dim|id|block|blocks)(?:$|_(?!ptr))|stride|^[A-Z]?_?CTX$/i;

/** Names that are added up in an expression, through whatever only shapes it. */
function addTerms(expression: PyExpression, into: Set<string>): void {
  switch (expression.kind) {
    case "name":
      into.add(expression.name);
      return;
    case "binary":
      if (expression.operator !== "+" && expression.operator !== "-") return;
      addTerms(expression.left, into);
      if (expression.operator === "+") addTerms(expression.right, into);
      return;
    case "conditional":
      addTerms(expression.then, into);
      addTerms(expression.otherwise, into);
      return;
    case "subscript":
      addTerms(expression.object, into);
      return;
    case "call": {
      const { callee } = expression;
      const name = callee.kind === "attribute" ? callee.name : "";
      if (name === "to" && callee.kind === "attribute") addTerms(callee.object, into);
      const [first] = expression.arguments;
      if (/^(?:multiple_of|max_contiguous|advance|make_block_ptr|broadcast_to|cast)$/.test(name))
        if (first !== undefined) addTerms(first.value, into);
      return;
    }
    default:
  }
}

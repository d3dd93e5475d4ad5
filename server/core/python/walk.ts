import type { PyExpression, PyFunction, PyStatement } from "./syntax.js";

export interface Visitor {
  readonly statement?: (statement: PyStatement, enclosing: PyFunction | undefined) => void;
  readonly expression?: (expression: PyExpression, enclosing: PyFunction | undefined) => void;
}

/** Visits all statements and expressions in the order of the text, with the function that they stand in. */
export function walkPython(
  body: readonly PyStatement[],
  visitor: Visitor,
  enclosing?: PyFunction,
): void {
  for (const statement of body) {
    visitor.statement?.(statement, enclosing);
    if (visitor.expression !== undefined)
      for (const one of expressionsOf(statement)) walkExpression(one, visitor, enclosing);
    const inside = statement.kind === "function" ? statement : enclosing;
    for (const inner of bodiesOf(statement)) walkPython(inner, visitor, inside);
  }
}

/** Statements inside of a statement. */
export function bodiesOf(statement: PyStatement): readonly (readonly PyStatement[])[] {
  switch (statement.kind) {
    case "function":
    case "class":
      return [statement.body];
    case "if":
    case "while":
    case "for":
      return [statement.body, statement.otherwise];
    case "block":
      return statement.bodies;
    case "assign":
    case "augmented":
    case "return":
    case "expression":
    case "import":
    case "assert":
    case "break":
    case "continue":
    case "other":
      return [];
  }
}

/** Expressions that stand in a statement itself. */
export function expressionsOf(statement: PyStatement): readonly PyExpression[] {
  switch (statement.kind) {
    case "function":
      return [
        ...statement.decorators,
        ...statement.parameters.flatMap(({ initial }) => (initial === undefined ? [] : [initial])),
      ];
    case "if":
    case "while":
    case "assert":
      return [statement.test];
    case "for":
      return [statement.target, statement.iterable];
    case "assign":
      return statement.value === undefined
        ? statement.targets
        : [...statement.targets, statement.value];
    case "augmented":
      return [statement.target, statement.value];
    case "return":
      return statement.value === undefined ? [] : [statement.value];
    case "expression":
      return [statement.value];
    case "class":
    case "block":
    case "import":
    case "break":
    case "continue":
    case "other":
      return [];
  }
}

export function walkExpression(
  expression: PyExpression,
  visitor: Visitor,
  enclosing: PyFunction | undefined,
): void {
  visitor.expression?.(expression, enclosing);
  for (const part of partsOf(expression)) walkExpression(part, visitor, enclosing);
}

function partsOf(expression: PyExpression): readonly PyExpression[] {
  switch (expression.kind) {
    case "name":
    case "number":
    case "string":
    case "constant":
    case "unknown":
      return [];
    case "attribute":
      return [expression.object];
    case "subscript":
      return [expression.object, expression.index];
    case "slice":
      return [expression.from, expression.to].filter((part) => part !== undefined);
    case "call":
      return [expression.callee, ...expression.arguments.map(({ value }) => value)];
    case "unary":
      return [expression.operand];
    case "binary":
    case "boolean":
      return [expression.left, expression.right];
    case "compare":
      return [expression.left, ...expression.rest.map(({ right }) => right)];
    case "conditional":
      return [expression.test, expression.then, expression.otherwise];
    case "lambda":
      return [expression.body];
    case "sequence":
      return expression.items;
    case "dict":
      return expression.entries.flatMap(({ key, value }) =>
        key === undefined ? [value] : [key, value],
      );
    case "comprehension":
      return [
        expression.element,
        ...(expression.value === undefined ? [] : [expression.value]),
        ...expression.clauses.flatMap(({ iterable, conditions }) => [iterable, ...conditions]),
      ];
    case "star":
      return [expression.value];
  }
}

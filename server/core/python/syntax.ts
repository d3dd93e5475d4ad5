import type { TextSpan } from "../base/text-span.js";

/**
 * Python source as a tree, with places. Whole Python is read, so that kernels are found wherever they stand; what no
 * analysis asks for (imports aside, `del`, `raise`, …) is kept as `other`.
 */
export interface PythonFile {
  readonly text: string;
  readonly body: readonly PyStatement[];
  readonly comments: readonly PyComment[];
  /** Where the text is no Python; the statements around it are read. */
  readonly errors: readonly TextSpan[];
}

export interface PyComment extends TextSpan {
  /** Behind the `#`. */
  readonly text: string;
}

export interface PyParameter {
  readonly name: string;
  readonly annotation: PyExpression | undefined;
  readonly initial: PyExpression | undefined;
  /** Number of stars in front. */
  readonly stars: number;
}

export interface PyArgument {
  /** Undefined for a positional one. */
  readonly name: string | undefined;
  readonly stars: number;
  readonly value: PyExpression;
}

export interface PyClause {
  readonly target: PyExpression;
  readonly iterable: PyExpression;
  readonly conditions: readonly PyExpression[];
}

export type PyExpression = TextSpan &
  (
    | { readonly kind: "name"; readonly name: string }
    | { readonly kind: "number"; readonly value: number; readonly isFloat: boolean }
    | { readonly kind: "string"; readonly value: string }
    | { readonly kind: "constant"; readonly value: boolean | null }
    | { readonly kind: "attribute"; readonly object: PyExpression; readonly name: string }
    | { readonly kind: "subscript"; readonly object: PyExpression; readonly index: PyExpression }
    | {
        readonly kind: "slice";
        readonly from: PyExpression | undefined;
        readonly to: PyExpression | undefined;
      }
    | {
        readonly kind: "call";
        readonly callee: PyExpression;
        readonly arguments: readonly PyArgument[];
      }
    | { readonly kind: "unary"; readonly operator: string; readonly operand: PyExpression }
    | {
        readonly kind: "binary";
        readonly operator: string;
        readonly left: PyExpression;
        readonly right: PyExpression;
      }
    | {
        readonly kind: "compare";
        readonly left: PyExpression;
        readonly rest: readonly { readonly operator: string; readonly right: PyExpression }[];
      }
    | {
        readonly kind: "boolean";
        readonly operator: "and" | "or";
        readonly left: PyExpression;
        readonly right: PyExpression;
      }
    | {
        readonly kind: "conditional";
        readonly test: PyExpression;
        readonly then: PyExpression;
        readonly otherwise: PyExpression;
      }
    | {
        readonly kind: "lambda";
        readonly parameters: readonly PyParameter[];
        readonly body: PyExpression;
      }
    | {
        readonly kind: "sequence";
        readonly form: "tuple" | "list" | "set";
        readonly items: readonly PyExpression[];
      }
    | {
        readonly kind: "dict";
        /** No key: `**value`. */
        readonly entries: readonly {
          readonly key: PyExpression | undefined;
          readonly value: PyExpression;
        }[];
      }
    | {
        readonly kind: "comprehension";
        readonly form: "list" | "set" | "generator" | "dict";
        /** The key, in a dict. */
        readonly element: PyExpression;
        readonly value: PyExpression | undefined;
        readonly clauses: readonly PyClause[];
      }
    | { readonly kind: "star"; readonly value: PyExpression }
    /** `...`, `yield`, `await` and whatever is no Python. */
    | { readonly kind: "unknown" }
  );

export type PyFunction = Extract<PyStatement, { readonly kind: "function" }>;

export type PyStatement = TextSpan &
  (
    | {
        readonly kind: "function";
        readonly name: string;
        readonly nameSpan: TextSpan;
        readonly parameters: readonly PyParameter[];
        readonly decorators: readonly PyExpression[];
        readonly body: readonly PyStatement[];
      }
    | {
        readonly kind: "class";
        readonly name: string;
        readonly body: readonly PyStatement[];
      }
    | {
        readonly kind: "if";
        readonly test: PyExpression;
        readonly body: readonly PyStatement[];
        readonly otherwise: readonly PyStatement[];
      }
    | {
        readonly kind: "while";
        readonly test: PyExpression;
        readonly body: readonly PyStatement[];
        readonly otherwise: readonly PyStatement[];
      }
    | {
        readonly kind: "for";
        readonly target: PyExpression;
        readonly iterable: PyExpression;
        readonly body: readonly PyStatement[];
        readonly otherwise: readonly PyStatement[];
      }
    /** `with`, the parts of a `try`, cases of a `match`: bodies that run as they stand. */
    | {
        readonly kind: "block";
        readonly bodies: readonly (readonly PyStatement[])[];
      }
    | {
        readonly kind: "assign";
        /** Several in `a = b = value`. */
        readonly targets: readonly PyExpression[];
        readonly annotation: PyExpression | undefined;
        readonly value: PyExpression | undefined;
      }
    | {
        readonly kind: "augmented";
        readonly target: PyExpression;
        readonly operator: string;
        readonly value: PyExpression;
      }
    | { readonly kind: "return"; readonly value: PyExpression | undefined }
    | { readonly kind: "expression"; readonly value: PyExpression }
    | {
        readonly kind: "import";
        /** `from a.b import c as d` is `a.b.c` under the name `d`; `import a.b` is `a` under `a`. */
        readonly names: readonly { readonly path: string; readonly name: string }[];
      }
    | { readonly kind: "assert"; readonly test: PyExpression }
    | { readonly kind: "break" | "continue" | "other" }
  );

/** `tl.load` of such an expression; undefined for anything but names and dots. */
export function dottedName(expression: PyExpression): string | undefined {
  if (expression.kind === "name") return expression.name;
  if (expression.kind !== "attribute") return undefined;
  const object = dottedName(expression.object);
  return object === undefined ? undefined : `${object}.${expression.name}`;
}

import { fieldOf, textOf, type CppNode } from "../cpp-tree.js";
import { applyOperator, evaluateText } from "./constant-text.js";
import { bindTemplate } from "./objects.js";
import {
  constantOf,
  declaratorOf,
  lookupConstant,
  takesStep,
  type FileScope,
  type FunctionEntry,
} from "./scope.js";

type NumberFunction = (...values: readonly number[]) => number;

const known = new Map<string, NumberFunction>(
  Object.entries<NumberFunction>({
    max: (...values) => Math.max(...values),
    min: (...values) => Math.min(...values),
    abs: (value = NaN) => Math.abs(value),
    ceil: (value = NaN) => Math.ceil(value),
    floor: (value = NaN) => Math.floor(value),
    log2: (value = NaN) => Math.log2(value),
    pow: (base = NaN, exponent = NaN) => base ** exponent,
    sqrt: (value = NaN) => Math.sqrt(value),
  }),
);

/** The value of a call whose arguments are constants: of a `constexpr` function of the file, of `std::max` and the like. */
export function constantCall(
  scope: FileScope,
  node: CppNode,
  extra: ReadonlyMap<string, number> | undefined,
): number | undefined {
  const callee = fieldOf(node, "function");
  if (callee === undefined) return undefined;
  const args = fieldOf(node, "arguments")?.children ?? [];
  const name = textOf(scope.file, callee)
    .replace(/<[\s\S]*$/, "")
    .replace(/^.*::/, "");
  const values: number[] = [];
  for (const arg of args) {
    const value = constantOf(scope, arg, extra);
    if (value === undefined) return undefined;
    values.push(value);
  }
  // `int(x)`, `static_cast<int>(x)`.
  if (/^(static_cast|int|unsigned|size_t|float|double)$/.test(name)) return values[0];
  const macro = scope.functionMacros.get(name);
  if (macro !== undefined) {
    const given = new Map(macro.parameters.map((one, index) => [one, values[index] ?? NaN]));
    return evaluateText(macro.body, (one) => given.get(one) ?? lookupConstant(scope, one, extra));
  }
  const entry = scope.functions
    .get(name)
    ?.find(({ node: own }) => parametersOf(scope, own).length >= values.length);
  if (entry === undefined) {
    const found = known.get(name)?.(...values);
    return found !== undefined && Number.isFinite(found) ? found : undefined;
  }
  const templateNode = callee.type === "template_function" ? callee : undefined;
  return new Interpreter(scope).call(entry, values, templateNode, extra ?? new Map());
}

function parametersOf(scope: FileScope, node: CppNode): readonly string[] {
  const declarator = fieldOf(node, "declarator");
  const list = declarator && declaratorOf(scope, declarator)?.parameters;
  return (list?.children ?? []).flatMap((parameter) => {
    const own = fieldOf(parameter, "declarator");
    const found = own && declaratorOf(scope, own);
    return found === undefined ? [] : [found.name];
  });
}

type Outcome = { readonly returned: number | undefined } | undefined;

/** Runs the body of a function over whole numbers; whatever it does not know makes the value unknown. */
class Interpreter {
  readonly #scope: FileScope;

  constructor(scope: FileScope) {
    this.#scope = scope;
  }

  call(
    { node, parameters }: FunctionEntry,
    values: readonly number[],
    called: CppNode | undefined,
    outer: ReadonlyMap<string, number>,
  ): number | undefined {
    const body = fieldOf(node, "body");
    if (body === undefined) return undefined;
    const names = new Map(
      parameters === undefined
        ? []
        : bindTemplate(
            this.#scope,
            parameters,
            (called && fieldOf(called, "arguments")?.children) ?? [],
            outer,
          ).constants,
    );
    parametersOf(this.#scope, node).forEach((name, index) => {
      const value = values[index];
      if (value !== undefined) names.set(name, value);
    });
    return this.#run(body, names)?.returned;
  }

  /** Undefined: it goes on behind the statement. */
  #run(node: CppNode, names: Map<string, number>): Outcome {
    const scope = this.#scope;
    if (!takesStep(scope)) return { returned: undefined };
    switch (node.type) {
      case "compound_statement":
      case "else_clause":
        for (const child of node.children) {
          const outcome = this.#run(child, names);
          if (outcome !== undefined) return outcome;
        }
        return undefined;
      case "return_statement": {
        const [value] = node.children;
        return { returned: value && constantOf(scope, value, names) };
      }
      case "if_statement": {
        const condition = this.#condition(node, names);
        if (condition === undefined) return { returned: undefined };
        const taken = fieldOf(node, condition ? "consequence" : "alternative");
        return taken && this.#run(taken, names);
      }
      case "for_statement":
      case "while_statement":
        return this.#loop(node, names);
      case "declaration":
        for (const child of node.children) {
          if (child.field !== "declarator") continue;
          const found = declaratorOf(scope, child, names);
          const value = found?.initial && constantOf(scope, found.initial, names);
          if (found !== undefined && value !== undefined) names.set(found.name, value);
        }
        return undefined;
      case "expression_statement": {
        const [expression] = node.children;
        return expression === undefined || this.#assign(expression, names)
          ? undefined
          : { returned: undefined };
      }
      case "comment":
      case "preproc_call":
      case "static_assert_declaration":
        return undefined;
      default:
        return { returned: undefined };
    }
  }

  #condition(node: CppNode, names: ReadonlyMap<string, number>): boolean | undefined {
    const condition = fieldOf(node, "condition");
    const value = condition && (fieldOf(condition, "value") ?? condition);
    const number = value && constantOf(this.#scope, value, names);
    return number === undefined ? undefined : number !== 0;
  }

  #loop(node: CppNode, names: Map<string, number>): Outcome {
    const [first, update, body] = ["initializer", "update", "body"].map((one) =>
      fieldOf(node, one),
    );
    if (first !== undefined) {
      const started = first.type === "declaration" ? this.#run(first, names) : undefined;
      if (started !== undefined) return started;
      if (first.type !== "declaration") this.#assign(first, names);
    }
    for (;;) {
      const goesOn = this.#condition(node, names);
      if (goesOn === undefined || !takesStep(this.#scope)) return { returned: undefined };
      if (!goesOn) return undefined;
      const outcome = body && this.#run(body, names);
      if (outcome !== undefined) return outcome;
      if (update !== undefined && !this.#assign(update, names)) return { returned: undefined };
    }
  }

  /** Whether the expression was understood. */
  #assign(node: CppNode, names: Map<string, number>): boolean {
    const scope = this.#scope;
    const target = fieldOf(node, node.type === "update_expression" ? "argument" : "left");
    if (target?.type !== "identifier") return false;
    const name = textOf(scope.file, target);
    const before = names.get(name);
    const operator = fieldOf(node, "operator")?.type ?? "=";
    if (node.type === "update_expression") {
      if (before === undefined) return false;
      names.set(name, before + (operator === "--" ? -1 : 1));
      return true;
    }
    const right = fieldOf(node, "right");
    const given = right && constantOf(scope, right, names);
    const value =
      given === undefined || operator === "="
        ? given
        : before === undefined
          ? undefined
          : applyOperator(operator.slice(0, -1), before, given);
    if (value === undefined) return false;
    names.set(name, value);
    return true;
  }
}

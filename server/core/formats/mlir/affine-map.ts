import { nested, type ParserState } from "./parser-state.js";
import type { AffineExpression, AffineMap } from "./syntax.js";

/**
 * `(d0, d1)[s0] -> (d0 + d1 * 2, 0)`. Products with constants and sums are followed; of `floordiv`, `ceildiv`, `mod` and
 * products of dimensions only what they depend on.
 */
export function parseAffineMap(state: ParserState): AffineMap | undefined {
  const { scanner } = state;
  const names = new Map<string, number>();
  if (!scanner.takes("(")) return undefined;
  while (!scanner.takes(")")) {
    const name = scanner.word();
    if (name === "") return undefined;
    names.set(name, names.size);
    scanner.takes(",");
  }
  const dimensionCount = names.size;
  if (scanner.takes("["))
    while (!scanner.takes("]")) {
      const name = scanner.word();
      if (name === "") return undefined;
      scanner.takes(",");
    }
  if (!scanner.takes("->") || !scanner.takes("(")) return undefined;
  const results: AffineExpression[] = [];
  while (!scanner.takes(")")) {
    const result = parseSum(state, names);
    if (result === undefined) return undefined;
    results.push(result);
    if (!scanner.takes(",") && !scanner.isAt(")")) return undefined;
  }
  return { dimensionCount, results };
}

type Names = ReadonlyMap<string, number>;

function parseSum(state: ParserState, names: Names): AffineExpression | undefined {
  const { scanner } = state;
  let sum = parseProduct(state, names);
  while (sum !== undefined) {
    const isMinus = !scanner.isAt("->") && scanner.takes("-");
    if (!isMinus && !scanner.takes("+")) return sum;
    const right = parseProduct(state, names);
    if (right === undefined) return undefined;
    sum = added(sum, right, isMinus ? -1 : 1);
  }
  return undefined;
}

function parseProduct(state: ParserState, names: Names): AffineExpression | undefined {
  const { scanner } = state;
  let product = parseFactor(state, names);
  while (product !== undefined) {
    const word = scanner.peekWord();
    const isOther = word === "floordiv" || word === "ceildiv" || word === "mod";
    if (isOther) scanner.word();
    else if (!scanner.takes("*")) return product;
    const right = parseFactor(state, names);
    if (right === undefined) return undefined;
    const factor = isOther ? undefined : (constantOf(right) ?? undefined);
    const left = isOther ? undefined : constantOf(product);
    if (factor !== undefined) product = scaled(product, factor);
    else if (left !== undefined) product = scaled(right, left);
    else product = { ...added(product, right, 1), isLinear: false };
  }
  return undefined;
}

function parseFactor(state: ParserState, names: Names): AffineExpression | undefined {
  const { scanner } = state;
  if (scanner.takes("(")) {
    const inner = nested(state, () => parseSum(state, names), undefined);
    return scanner.takes(")") ? inner : undefined;
  }
  const number = scanner.number();
  if (number !== undefined) return { terms: new Map(), constant: Number(number), isLinear: true };
  if (scanner.takes("-")) {
    const inner = nested(state, () => parseFactor(state, names), undefined);
    return inner && scaled(inner, -1);
  }
  const name = scanner.word();
  if (name === "") return undefined;
  const index = names.get(name);
  // A symbol is as good as any constant that is not known.
  return index === undefined
    ? { terms: new Map(), constant: 0, isLinear: false }
    : { terms: new Map([[index, 1]]), constant: 0, isLinear: true };
}

function constantOf({ terms, constant, isLinear }: AffineExpression): number | undefined {
  return isLinear && terms.size === 0 ? constant : undefined;
}

function scaled(expression: AffineExpression, factor: number): AffineExpression {
  const terms = new Map<number, number>();
  for (const [index, coefficient] of expression.terms) terms.set(index, coefficient * factor);
  return { terms, constant: expression.constant * factor, isLinear: expression.isLinear };
}

function added(left: AffineExpression, right: AffineExpression, sign: number): AffineExpression {
  const terms = new Map(left.terms);
  for (const [index, coefficient] of right.terms)
    terms.set(index, (terms.get(index) ?? 0) + sign * coefficient);
  return {
    terms,
    constant: left.constant + sign * right.constant,
    isLinear: left.isLinear && right.isLinear,
  };
}

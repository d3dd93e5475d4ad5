import { addDims, divideDims, multiplyDims, subtractDims, symbol, type Dim } from "./dim.js";

/**
 * Reads the extents that exporters write as text: `2*seq`, `past_length + length`, `(h // 2) - 1`. Text that is no such
 * expression is one symbol, whatever it holds. `bound` gives the symbols that have numbers.
 */
export function parseDim(text: string, bound?: ReadonlyMap<string, number>): Dim {
  const whole = bound?.get(text);
  if (whole !== undefined) return whole;
  if (plainName.test(text)) return symbol(text);
  const tokens = tokenLimit < text.length ? undefined : tokensOf(text);
  if (tokens === undefined) return symbol(text);
  const state = { tokens, next: 0 };
  const dim = sum(state, bound);
  return dim === undefined || state.next < tokens.length ? symbol(text) : dim;
}

interface State {
  readonly tokens: readonly string[];
  next: number;
}

const plainName = /^[A-Za-z_][\w.]*$/;
/** Longer text than this is a name, not a formula. */
const tokenLimit = 200;
const tokenPattern = /\s*([A-Za-z_][\w.]*|\d+|\/\/|[-+*()])\s*/y;

function tokensOf(text: string): readonly string[] | undefined {
  const tokens: string[] = [];
  tokenPattern.lastIndex = 0;
  let end = 0;
  while (end < text.length) {
    const token = tokenPattern.exec(text)?.[1];
    if (token === undefined) return undefined;
    tokens.push(token);
    end = tokenPattern.lastIndex;
  }
  return tokens;
}

function sum(state: State, bound: ReadonlyMap<string, number> | undefined): Dim | undefined {
  let left = product(state, bound);
  while (left !== undefined && (peek(state) === "+" || peek(state) === "-")) {
    const operator = take(state);
    const right = product(state, bound);
    if (right === undefined) return undefined;
    left = operator === "+" ? addDims(left, right) : subtractDims(left, right);
  }
  return left;
}

function product(state: State, bound: ReadonlyMap<string, number> | undefined): Dim | undefined {
  let left = factor(state, bound);
  while (left !== undefined && (peek(state) === "*" || peek(state) === "//")) {
    const operator = take(state);
    const right = factor(state, bound);
    if (right === undefined) return undefined;
    left = operator === "*" ? multiplyDims(left, right) : divideDims(left, right);
  }
  return left;
}

function factor(state: State, bound: ReadonlyMap<string, number> | undefined): Dim | undefined {
  const token = take(state);
  if (token === undefined) return undefined;
  if (token === "(") {
    const inner = sum(state, bound);
    return take(state) === ")" ? inner : undefined;
  }
  if (/^\d/.test(token)) return Number.isSafeInteger(Number(token)) ? Number(token) : undefined;
  return plainName.test(token) ? (bound?.get(token) ?? symbol(token)) : undefined;
}

function peek(state: State): string | undefined {
  return state.tokens[state.next];
}

function take(state: State): string | undefined {
  const token = state.tokens[state.next];
  state.next += 1;
  return token;
}

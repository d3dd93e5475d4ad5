/** How wide the names of a module are. Undefined: not known, which leaves what speaks of them unknown. */
export interface WidthScope {
  readonly widthOf: (name: string) => number | undefined;
  /** Width of what one index picks: a bit, or a word of a memory. */
  readonly elementOf: (name: string) => number | undefined;
}

/**
 * Bits that an expression's value can fill, after the rules of IEEE 1800-2017, table 11-21, but without carries, and constants by
 * their value: `n + 1` fills what `n` does, so that a counter cuts nothing off. Undefined where something in it is not
 * known: calls, members, macros, parameters.
 */
export function valueBits(text: string, scope: WidthScope): number | undefined {
  const tokens = tokensOf(text);
  if (tokens === undefined || tokens.length > tokenLimit) return undefined;
  const reader = new Reader(tokens, scope);
  try {
    const value = reader.expression(0);
    return reader.isAtEnd ? value.bits : undefined;
  } catch (error) {
    if (error instanceof Unknown) return undefined;
    throw error;
  }
}

class Unknown extends Error {}

const tokenLimit = 400;
const depthLimit = 60;

interface Value {
  /** Self-determined; undefined of a number without a size. */
  readonly width: number | undefined;
  readonly bits: number;
  readonly constant?: number | undefined;
}

const tokenPattern =
  /\s*(?:(\d*\s*'\s*[sS]?[bodhBODH]\s*[0-9a-fA-FxXzZ?_]+|'[01xz]|\d[\d_]*)|([A-Za-z_$][\w$]*)|(<<<|>>>|===|!==|==\?|!=\?|<<|>>|<=|>=|==|!=|&&|\|\||\*\*|~&|~\||~\^|\^~|\+:|-:|[-+*/%&|^~!?:(){}[\],<>]))/y;

function tokensOf(text: string): readonly string[] | undefined {
  const tokens: string[] = [];
  tokenPattern.lastIndex = 0;
  const end = text.trimEnd().length;
  let at = 0;
  while (at < end) {
    const match = tokenPattern.exec(text);
    if (match === null) return undefined;
    tokens.push(match[1]?.replace(/[\s_]/g, "") ?? match[2] ?? match[3] ?? "");
    at = tokenPattern.lastIndex;
  }
  return tokens;
}

/** IEEE 1800-2017, table 11-2. */
const precedence: Readonly<Record<string, number>> = {
  "?": 1,
  "||": 2,
  "&&": 3,
  "|": 4,
  "^": 5,
  "~^": 5,
  "^~": 5,
  "&": 6,
  "==": 7,
  "!=": 7,
  "===": 7,
  "!==": 7,
  "==?": 7,
  "!=?": 7,
  "<": 8,
  "<=": 8,
  ">": 8,
  ">=": 8,
  "<<": 9,
  ">>": 9,
  "<<<": 9,
  ">>>": 9,
  "+": 10,
  "-": 10,
  "*": 11,
  "/": 11,
  "%": 11,
  "**": 12,
};

class Reader {
  readonly #tokens: readonly string[];
  readonly #scope: WidthScope;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly string[], scope: WidthScope) {
    this.#tokens = tokens;
    this.#scope = scope;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  expression(least: number): Value {
    this.#depth += 1;
    if (this.#depth > depthLimit) throw new Unknown();
    let left = this.#unary();
    for (;;) {
      const operator = this.#tokens[this.#at] ?? "";
      const rank = precedence[operator];
      if (rank === undefined || rank <= least) break;
      this.#at += 1;
      if (operator === "?") {
        const yes = this.expression(0);
        this.#expect(":");
        left = widest(yes, this.expression(rank - 1));
      } else left = binary(operator, left, this.expression(rank));
    }
    this.#depth -= 1;
    return left;
  }

  #unary(): Value {
    const token = this.#next();
    if (token === "(") {
      const inner = this.expression(0);
      this.#expect(")");
      return inner;
    }
    if (token === "{") return this.#concatenation();
    if (/^(?:!|&|\||\^|~&|~\||~\^|\^~)$/.test(token)) {
      this.#unary();
      return one;
    }
    if (token === "+") return this.#unary();
    if (token === "~" || token === "-") {
      const { width } = this.#unary();
      // A number without a size is as wide as whatever it is assigned to.
      return width === undefined ? { width, bits: 1 } : { width, bits: width };
    }
    if (/^\d|^'/.test(token)) return literal(token);
    if (token === "$signed" || token === "$unsigned") {
      this.#expect("(");
      const inner = this.expression(0);
      this.#expect(")");
      return inner;
    }
    return this.#select(token);
  }

  #select(name: string): Value {
    if (!/^[A-Za-z_]/.test(name)) throw new Unknown();
    let width = this.#scope.widthOf(name);
    let selects = 0;
    while (this.#tokens[this.#at] === "[") {
      this.#at += 1;
      width = selects === 0 ? this.#range(name) : undefined;
      selects += 1;
    }
    if (width === undefined || this.#tokens[this.#at] === "(") throw new Unknown();
    return { width, bits: width };
  }

  #range(name: string): number | undefined {
    const first = this.expression(0);
    const kind = this.#next();
    if (kind === "]") return this.#scope.elementOf(name);
    const second = this.expression(0);
    this.#expect("]");
    if (second.constant === undefined) return undefined;
    if (kind === "+:" || kind === "-:") return second.constant;
    if (kind !== ":" || first.constant === undefined) return undefined;
    return Math.abs(first.constant - second.constant) + 1;
  }

  #concatenation(): Value {
    const first = this.expression(0);
    if (this.#tokens[this.#at] === "{") {
      this.#at += 1;
      const { width } = this.#concatenation();
      this.#expect("}");
      if (first.constant === undefined || width === undefined) throw new Unknown();
      return { width: first.constant * width, bits: first.constant * width };
    }
    let { width, bits } = first;
    while (this.#tokens[this.#at] === ",") {
      this.#at += 1;
      const next = this.expression(0);
      if (width === undefined || next.width === undefined) throw new Unknown();
      width += next.width;
      bits += next.width;
    }
    this.#expect("}");
    return { width, bits };
  }

  #next(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new Unknown();
    this.#at += 1;
    return token;
  }

  #expect(token: string): void {
    if (this.#next() !== token) throw new Unknown();
  }
}

const one: Value = { width: 1, bits: 1 };

function binary(operator: string, left: Value, right: Value): Value {
  if (/^(?:[<>]=?|[=!]==?\??|&&|\|\|)$/.test(operator)) return one;
  const { width } = widest(left, right);
  switch (operator) {
    case ">>":
    case ">>>":
      return { width: left.width, bits: Math.max(1, left.bits - (right.constant ?? 0)) };
    case "<<":
    case "<<<":
    case "**":
    case "/":
      return { width: operator === "/" ? width : left.width, bits: left.bits };
    case "%":
      return { width, bits: Math.min(left.bits, right.bits) };
    case "&":
      return { width, bits: Math.min(left.bits, right.bits) };
    default:
      return { width, bits: Math.max(left.bits, right.bits) };
  }
}

function widest(a: Value, b: Value): Value {
  const width =
    a.width === undefined || b.width === undefined
      ? (a.width ?? b.width)
      : Math.max(a.width, b.width);
  return { width, bits: Math.max(a.bits, b.bits) };
}

function literal(text: string): Value {
  const match = /^(\d*)'[sS]?([bodhBODH])(.*)$/.exec(text);
  if (match === null) {
    if (text.startsWith("'")) return { width: undefined, bits: 1 };
    const constant = Number(text);
    return { width: undefined, bits: bitsOf(constant), constant };
  }
  const radix = { b: 2, o: 8, d: 10, h: 16 }[(match[2] ?? "").toLowerCase()] ?? 10;
  const constant = Number.parseInt(match[3] ?? "", radix);
  const width = match[1] === "" ? undefined : Number(match[1]);
  if (/[xz?]/i.test(match[3] ?? "") || !Number.isSafeInteger(constant))
    return { width, bits: width ?? 1 };
  return { width, bits: bitsOf(constant), constant };
}

function bitsOf(value: number): number {
  return Math.max(1, Math.floor(Math.log2(Math.max(1, value))) + 1);
}

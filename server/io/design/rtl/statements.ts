/** A statement of a function's body, as far as it matters where it may be left. Offsets are those of the code. */
export type Statement = Spot &
  (
    | { readonly kind: "return" }
    | { readonly kind: "block"; readonly items: readonly Statement[]; readonly close: number }
    | { readonly kind: "branch"; readonly arms: readonly Statement[] }
    | { readonly kind: "loop"; readonly body: Statement }
    | { readonly kind: "other" }
  );

interface Spot {
  readonly start: number;
  readonly end: number;
}

const depthLimit = 60;

/** Statements from an offset to an end, without comments and strings; undefined where they are of a form that is not known here. */
export function readStatements(
  code: string,
  start: number,
  end: number,
): readonly Statement[] | undefined {
  try {
    const reader = new StatementReader(code, end);
    return reader.list(start, undefined).items;
  } catch (error) {
    if (error instanceof UnknownForm) return undefined;
    throw error;
  }
}

export function hasReturn(statement: Statement): boolean {
  switch (statement.kind) {
    case "return":
      return true;
    case "block":
      return statement.items.some(hasReturn);
    case "branch":
      return statement.arms.some(hasReturn);
    case "loop":
      return hasReturn(statement.body);
    case "other":
      return false;
  }
}

class UnknownForm extends Error {}

class StatementReader {
  readonly #code: string;
  readonly #end: number;
  #depth = 0;

  constructor(code: string, end: number) {
    this.#code = code;
    this.#end = end;
  }

  /** Up to a closing word, or to the end. */
  list(
    from: number,
    closing: string | undefined,
  ): { readonly items: readonly Statement[]; readonly close: number } {
    const items: Statement[] = [];
    let at = this.#skip(from);
    for (;;) {
      if (at >= this.#end) {
        if (closing !== undefined) throw new UnknownForm();
        return { items, close: this.#end };
      }
      if (closing !== undefined && this.#word(at) === closing) return { items, close: at };
      const next = this.#statement(at);
      items.push(next);
      at = this.#skip(next.end);
    }
  }

  #statement(start: number): Statement {
    this.#depth += 1;
    if (this.#depth > depthLimit) throw new UnknownForm();
    const read = this.#read(start);
    this.#depth -= 1;
    return read;
  }

  #read(start: number): Statement {
    const word = this.#word(start);
    const behind = this.#skip(start + word.length);
    switch (word) {
      case "unique":
      case "unique0":
      case "priority":
        return { ...this.#read(behind), start };
      case "begin": {
        const { items, close } = this.list(this.#label(behind), "end");
        return { kind: "block", start, end: this.#label(close + 3), items, close };
      }
      case "if": {
        const then = this.#statement(this.#parenthesis(behind));
        const at = this.#skip(then.end);
        if (this.#word(at) !== "else")
          return { kind: "branch", start, end: then.end, arms: [then] };
        const other = this.#statement(this.#skip(at + 4));
        return { kind: "branch", start, end: other.end, arms: [then, other] };
      }
      case "case":
      case "casez":
      case "casex":
        return this.#choice(start, this.#parenthesis(behind));
      case "for":
      case "while":
      case "repeat":
      case "foreach": {
        const body = this.#statement(this.#parenthesis(behind));
        return { kind: "loop", start, end: body.end, body };
      }
      case "return":
        return { kind: "return", start, end: this.#semicolon(behind) };
      // What is left in the middle, or begins with something else, is for somebody else.
      case "do":
      case "forever":
      case "fork":
      case "break":
      case "continue":
      case "end":
      case "endcase":
      case "else":
        throw new UnknownForm();
      default:
        return { kind: "other", start, end: this.#semicolon(start) };
    }
  }

  #choice(start: number, from: number): Statement {
    const arms: Statement[] = [];
    let at = from;
    if (this.#word(at) === "inside") at = this.#skip(at + 6);
    while (this.#word(at) !== "endcase") {
      const isDefault = this.#word(at) === "default";
      const colon = isDefault ? this.#skip(at + 7) : this.#colon(at);
      const arm = this.#statement(
        this.#code[colon] === ":" ? this.#skip(colon + 1) : this.#skip(colon),
      );
      arms.push(arm);
      at = this.#skip(arm.end);
    }
    return { kind: "branch", start, end: at + "endcase".length, arms };
  }

  #skip(at: number): number {
    const next = this.#code.slice(at, this.#end).search(/\S/);
    return next < 0 ? this.#end : at + next;
  }

  #word(at: number): string {
    return /^\w*/.exec(this.#code.slice(at, Math.min(at + 24, this.#end)))?.[0] ?? "";
  }

  /** Behind `: name`, where one stands. */
  #label(at: number): number {
    const label = /^\s*:\s*\w+/.exec(this.#code.slice(at, this.#end));
    return at + (label?.[0].length ?? 0);
  }

  #parenthesis(at: number): number {
    if (this.#code[at] !== "(") throw new UnknownForm();
    return this.#skip(this.#find(at + 1, ")") + 1);
  }

  #semicolon(at: number): number {
    return this.#find(at, ";") + 1;
  }

  /** The colon behind the labels of an arm: none of `::`, of a range or of a choice. */
  #colon(from: number): number {
    let at = from;
    for (;;) {
      at = this.#find(at, ":");
      if (this.#code[at + 1] !== ":") return at;
      at += 2;
    }
  }

  /** The next such character outside of brackets. */
  #find(from: number, wanted: string): number {
    let depth = 0;
    for (let at = from; at < this.#end; at += 1) {
      const character = this.#code.charAt(at);
      if (depth === 0 && character === wanted) return at;
      if ("([{".includes(character)) depth += 1;
      else if (")]}".includes(character)) depth -= 1;
      if (depth < 0) break;
    }
    throw new UnknownForm();
  }
}

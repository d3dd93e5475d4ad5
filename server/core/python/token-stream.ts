import type { TextSpan } from "../base/text-span.js";
import type { Token, TokenKind } from "./tokens.js";

/** Deeper than people write, and shallow enough for every recursion over the tree. */
const mostDepth = 120;

/** Where a parser is among the tokens of a text, and what it could not read. */
export class TokenStream {
  readonly #tokens: readonly Token[];
  readonly errors: TextSpan[] = [];
  #index = 0;
  #depth = 0;
  #hasFailed = false;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get token(): Token {
    return this.#tokens[this.#index] ?? endToken;
  }

  /** End of the token that was read last. */
  get lastEnd(): number {
    return this.#tokens[this.#index - 1]?.end ?? 0;
  }

  at(kind: TokenKind): boolean {
    return this.token.kind === kind;
  }

  /** Whether the next token is this operator or keyword. */
  isAt(text: string): boolean {
    const { kind, text: now } = this.token;
    return now === text && (kind === "operator" || kind === "name");
  }

  /** Whether the token after the next is this operator or keyword. */
  isNext(text: string): boolean {
    const next = this.#tokens[this.#index + 1];
    return next?.text === text && (next.kind === "operator" || next.kind === "name");
  }

  next(): Token {
    const token = this.token;
    if (token.kind !== "end") this.#index += 1;
    return token;
  }

  take(text: string): boolean {
    if (!this.isAt(text)) return false;
    this.next();
    return true;
  }

  takeKind(kind: TokenKind): boolean {
    if (!this.at(kind)) return false;
    this.next();
    return true;
  }

  expect(text: string): void {
    if (!this.take(text)) this.fail();
  }

  /** Marks what stands here as no Python; the statement ends here. Only the first in a statement is told. */
  fail(): void {
    if (!this.#hasFailed) this.errors.push({ start: this.token.start, end: this.token.end });
    this.#hasFailed = true;
  }

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Forgets that the statement has failed, behind its end. */
  recover(): void {
    if (!this.#hasFailed) return;
    while (!this.at("newline") && !this.at("end") && !this.at("indent") && !this.at("dedent"))
      this.next();
    this.#hasFailed = false;
  }

  /** Reads something that may hold others of its kind; undefined where they are nested too deeply. */
  nested<T>(read: () => T): T | undefined {
    if (this.#depth >= mostDepth) {
      this.fail();
      return undefined;
    }
    this.#depth += 1;
    const found = read();
    this.#depth -= 1;
    return found;
  }

  mark(): number {
    return this.#index;
  }

  reset(mark: number): void {
    this.#index = mark;
  }
}

const endToken: Token = { kind: "end", text: "", start: 0, end: 0 };

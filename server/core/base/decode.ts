import type { Problem } from "./problem.js";

/**
 * Turns unknown JSON into data, collecting every complaint instead of stopping at the first. Each method answers
 * `undefined` where the value is wrong, having reported why, with its JSON path.
 */
export class Decoder {
  readonly problems: Problem[];
  readonly #subject: string;
  readonly #parent: string;

  constructor(subject: string, parent = "", problems: Problem[] = []) {
    this.#subject = subject;
    this.#parent = parent;
    this.problems = problems;
  }

  /** Reads a part of the whole by paths of its own; what it complains of joins the other problems. */
  within(path: string): Decoder {
    return new Decoder(this.#subject, `${this.#parent}${path}.`, this.problems);
  }

  // `T` lets a caller `return decoder.complain(…)`: lint takes a plain `undefined` for a forgotten result.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
  complain<T>(partPath: string, sentence: string): T | undefined {
    const path = `${this.#parent}${partPath}`;
    this.problems.push({
      code: "RP2001",
      severity: "error",
      message: `${this.#subject}: \`${path}\` ${sentence}`,
      place: { kind: "path", path },
    });
    return undefined;
  }

  object(value: unknown, path: string): Readonly<Record<string, unknown>> | undefined {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      return this.complain(path, "should be an object.");
    return value as Record<string, unknown>;
  }

  array(value: unknown, path: string): readonly unknown[] | undefined {
    return Array.isArray(value) ? value : this.complain(path, "should be a list.");
  }

  string(value: unknown, path: string): string | undefined {
    return typeof value === "string" && value !== ""
      ? value
      : this.complain(path, "should be a text that is not empty.");
  }

  number(
    value: unknown,
    path: string,
    range: { readonly low: number; readonly high: number },
  ): number | undefined {
    if (typeof value !== "number" || !Number.isFinite(value))
      return this.complain(path, "should be a number.");
    if (value < range.low || range.high < value)
      return this.complain(
        path,
        `should lie between ${range.low} and ${range.high}; it is ${value}.`,
      );
    return value;
  }

  oneOf<T extends string>(value: unknown, path: string, allowed: readonly T[]): T | undefined {
    const found = allowed.find((candidate) => candidate === value);
    return found ?? this.complain(path, `should be one of ${allowed.join(", ")}.`);
  }
}

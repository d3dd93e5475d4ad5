import { parseArgs } from "node:util";
import { UsageError } from "./usage-error.js";

/** The options that a command takes, without their dashes. */
export interface Options {
  readonly flags?: readonly string[];
  /** With a value, given at most once. */
  readonly once?: readonly string[];
  /** With a value, repeatable. */
  readonly many?: readonly string[];
}

/** A command's words, told apart. */
export interface Arguments {
  readonly files: readonly string[];
  readonly has: (flag: string) => boolean;
  readonly one: (option: string) => string | undefined;
  readonly all: (option: string) => readonly string[];
  /** The words of options that another command is to read, in their order. */
  readonly passed: readonly string[];
}

/** `own` are the command's options, `others` those that it passes on. Throws `UsageError` for any other. */
export function readArguments(
  words: readonly string[],
  own: Options,
  others: Options = {},
): Arguments {
  const kinds = new Map([...kindsOf(others), ...kindsOf(own)]);
  const isOwn = new Set([...kindsOf(own)].map(([name]) => name));
  const { tokens } = parseArgs({
    args: [...words],
    options: parserOptions(kinds),
    strict: false,
    tokens: true,
  });
  const files: string[] = [];
  const passed: string[] = [];
  const values = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === "positional") files.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value } = token;
    const kind = kinds.get(name);
    if (kind === undefined) throw new UsageError(`Option \`${rawName}\` is not known.`);
    if (kind === "flags" && value !== undefined)
      throw new UsageError(`Option \`${rawName}\` takes no value.`);
    if (kind !== "flags" && value === undefined)
      throw new UsageError(`Option \`${rawName}\` needs a value.`);
    if (!isOwn.has(name)) {
      passed.push(rawName, ...(value === undefined ? [] : [value]));
      continue;
    }
    const given = values.get(name) ?? [];
    if (kind === "once" && given.length > 0)
      throw new UsageError(`Option \`${rawName}\` is given twice.`);
    values.set(name, [...given, value ?? ""]);
  }
  return {
    files,
    passed,
    has: (flag) => values.has(flag),
    one: (option) => values.get(option)?.[0],
    all: (option) => values.get(option) ?? [],
  };
}

function kindsOf(options: Options): Map<string, keyof Options> {
  const kinds = new Map<string, keyof Options>();
  for (const kind of ["flags", "once", "many"] as const)
    for (const name of options[kind] ?? []) kinds.set(name, kind);
  return kinds;
}

function parserOptions(
  kinds: ReadonlyMap<string, keyof Options>,
): Record<string, { type: "string" | "boolean"; short?: string }> {
  return Object.fromEntries(
    [...kinds].map(([name, kind]) => [
      name,
      {
        type: kind === "flags" ? ("boolean" as const) : ("string" as const),
        ...(name === "help" && { short: "h" }),
      },
    ]),
  );
}

import type { Problem, Severity } from "../base/problem.js";
import type { Place, SourceRange } from "../base/text-span.js";
import type { Model } from "../graph/graph.js";
import { buildModel } from "./torch-trace/build-model.js";
import { decodeTrace } from "./torch-trace/decode-trace.js";
import { countOf, type Fields, fieldsOf, listOf, textOf, wholeOf } from "./torch-trace/fields.js";

/** What running a Python file has found: every model in it, and what went wrong. Made by `ridgepoint.driver`. */
export interface TracedProgram {
  readonly models: readonly TracedModel[];
  /** The model that the file is about: the one asked for, called by an example, or made last. */
  readonly main: TracedModel | undefined;
  /** Modules that could not be found and have been replaced by stand-ins. */
  readonly missingImports: readonly string[];
  readonly problems: readonly ProgramProblem[];
}

export interface TracedModel {
  readonly name: string;
  readonly kind: "class" | "factory" | "instance" | "entry";
  /** The expression that makes it: `Net(width=2)`. */
  readonly entry: string;
  /** Definition of the class or function, or the statement that makes the instance. */
  readonly source: SourceRange | undefined;
  /** Where the inputs come from, as a sentence: "input: from the first layer Conv2d(3, 64)". */
  readonly inputsFrom: string;
  readonly inputs: readonly TracedInput[];
  /** The pin that this configuration comes from; "" for the only one. */
  readonly configuration: string;
  readonly parameterCount: number | undefined;
  readonly stateNames: readonly string[];
  /** Present when the model was run to its end. */
  readonly model: Model | undefined;
  readonly problems: readonly ProgramProblem[];
}

export interface TracedInput {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
}

/** A problem with the chain of calls that led there, innermost first. */
export interface ProgramProblem extends Problem {
  /** A comment on the line that would change what is told: `branch=else`. */
  readonly pin?: string;
  readonly related: readonly { readonly message: string; readonly source: SourceRange }[];
}

/** Puts the host's paths where the engine's stand, in a path or a sentence. */
export type ToHostText = (text: string) => string;

/** Never throws, whatever the document says: a program under analysis may have written it. */
export function readTracedProgram(
  value: unknown,
  toHost: ToHostText = (text) => text,
): TracedProgram {
  const fields = fieldsOf(value);
  if (fields?.["version"] !== 1)
    return {
      models: [],
      main: undefined,
      missingImports: [],
      problems: [
        {
          code: "RP1509",
          severity: "error",
          message: "The Python engine gave no answer that can be read; run it again.",
          related: [],
        },
      ],
    };
  const mainFile = toHost(textOf(fields["file"]));
  const models = listOf(fields["models"], modelLimit).map((model) =>
    readModel(model, mainFile, toHost),
  );
  const mainIndex = wholeOf(fields["main"], 0, models.length - 1);
  return {
    models,
    main: mainIndex === undefined ? undefined : models[mainIndex],
    missingImports: texts(fields["missingImports"], 1000),
    problems: readProblems(fields["problems"], toHost),
  };
}

const modelLimit = 1000;
const problemLimit = 1000;

function readModel(value: unknown, mainFile: string, toHost: ToHostText): TracedModel {
  const fields = fieldsOf(value) ?? {};
  const name = textOf(fields["name"], 512);
  const parameterCount = countOf(fields["parameterCount"]);
  const document = decodeTrace(fields["trace"], toHost);
  return {
    name,
    kind: kinds.find((kind) => kind === fields["kind"]) ?? "entry",
    entry: textOf(fields["entry"]),
    source: readRange(fields["source"], toHost),
    inputsFrom: textOf(fields["inputsFrom"]),
    inputs: listOf(fields["inputs"], 1000).map((input) => readInput(fieldsOf(input) ?? {})),
    configuration: textOf(fields["configuration"]),
    parameterCount,
    stateNames: texts(fields["stateNames"], 200_000),
    model:
      document === undefined
        ? undefined
        : buildModel(document, {
            name,
            className: textOf(fields["className"], 512) || name,
            mainFile,
            parameterCount: parameterCount ?? 0,
          }),
    problems: readProblems(fields["problems"], toHost),
  };
}

const kinds: readonly TracedModel["kind"][] = ["class", "factory", "instance", "entry"];

function readInput(fields: Fields): TracedInput {
  return {
    name: textOf(fields["name"], 256),
    type: textOf(fields["dtype"], 64),
    shape: listOf(fields["shape"], 64).map((extent) => countOf(extent) ?? 0),
  };
}

function readProblems(value: unknown, toHost: ToHostText): readonly ProgramProblem[] {
  return listOf(value, problemLimit).flatMap((item) => {
    const fields = fieldsOf(item);
    const message = toHost(textOf(fields?.["message"], 8192));
    if (fields === undefined || message === "") return [];
    const code = textOf(fields["code"], 16);
    const place = placeOf(readRange(fields["source"], toHost));
    const pin = textOf(fields["pin"], 32);
    return [
      {
        code: /^RP\d{4}$/.test(code) ? code : "RP1501",
        severity: severities.find((severity) => severity === fields["severity"]) ?? "error",
        message,
        ...(place !== undefined && { place }),
        ...(pinPattern.test(pin) && { pin }),
        related: listOf(fields["related"], 64).flatMap((entry) => {
          const parts = fieldsOf(entry) ?? {};
          const source = readRange(parts["source"], toHost);
          return source === undefined ? [] : [{ message: textOf(parts["message"]), source }];
        }),
      },
    ];
  });
}

/** It is written into the user's file. */
const pinPattern = /^[a-z]+=\w+$/;
const severities: readonly Severity[] = ["error", "warning", "information", "hint"];

function placeOf(range: SourceRange | undefined): Place | undefined {
  return range && { kind: "source", ...range };
}

function readRange(value: unknown, toHost: ToHostText): SourceRange | undefined {
  const fields = fieldsOf(value);
  const file = toHost(textOf(fields?.["file"]));
  if (fields === undefined || file === "") return undefined;
  const line = countOf(fields["line"]) ?? 0;
  const character = countOf(fields["character"]) ?? 0;
  const endLine = Math.max(line, countOf(fields["endLine"]) ?? line);
  const end = countOf(fields["endCharacter"]) ?? character;
  return {
    file,
    line,
    character,
    endLine,
    endCharacter: endLine === line ? Math.max(character, end) : end,
  };
}

function texts(value: unknown, limit: number): readonly string[] {
  return listOf(value, limit).flatMap((item) => (typeof item === "string" ? [item] : []));
}

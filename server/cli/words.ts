import { type HierarchyChoice, hierarchyChoices } from "../io/design/design-request.js";
import type { Goals } from "../core/goals.js";
import { readArguments, type Options } from "./arguments.js";
import { goalsOf } from "./goal-words.js";
import { UsageError } from "./usage-error.js";

/** What `analyze` and a line of `batch` ask for. */
export interface AnalyzeRequest {
  readonly file: string | undefined;
  readonly op: string | undefined;
  readonly targets: readonly string[];
  readonly batch: number | undefined;
  /** That share the model. */
  readonly devices?: number;
  /** `NAME=TYPE[DIMS]` or `TYPE[DIMS]`. */
  readonly inputs: readonly string[];
  readonly entry: string | undefined;
  readonly pythonPath: readonly string[];
  /** Of a Python model with training branches: the form in which they are folded. */
  readonly deploy: boolean;
  readonly dims: ReadonlyMap<string, number>;
  readonly quantization: boolean;
  readonly goals?: Goals;
  /** Where samples lie that sensitivities are measured on, or `generated`. */
  readonly samples?: string;
  /** A file with the weights of a Python model. */
  readonly weights?: string;
  /** A file of another tool's statistics. */
  readonly statistics?: string;
  /** Also all buffers of the memory plans. */
  readonly memory: boolean;
  /** Of hardware descriptions. */
  readonly design: DesignWords;
  /** Texts of Python files that stand in for what is on disk, by absolute path. */
  readonly texts?: ReadonlyMap<string, string>;
}

export interface DesignWords {
  readonly top: string | undefined;
  readonly part: string | undefined;
  readonly clockNanoseconds: number | undefined;
  /** Share of the cycles in which a bit changes. */
  readonly activity: number | undefined;
  /** HLS: whose report is foretold. */
  readonly tool: string | undefined;
  readonly files: readonly string[];
  readonly includeFolders: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
  readonly defines: Readonly<Record<string, string>>;
  readonly reports: readonly string[];
  /** False: reports are shown and change nothing. */
  readonly isCalibrated: boolean;
  readonly hierarchy: HierarchyChoice | undefined;
  readonly isRouted: boolean;
  /** Of models: how hls4ml makes hardware of them, or a file of its configuration. */
  readonly hls4ml: string | undefined;
  /** Of models: how FINN makes a streaming pipeline of them, or a file of its folding. */
  readonly finn: string | undefined;
  /** Of models: what their tasks share on an FPGA. */
  readonly tasks: string | undefined;
}

export interface AnalyzeWords {
  readonly request: AnalyzeRequest;
  /** Undefined: a table for people. */
  readonly format: string | undefined;
  readonly isHelp: boolean;
}

/** What `analyze` takes; other commands pass it on. */
export const analyzeOptions: Options = {
  flags: ["json", "quantization", "deploy", "memory", "route", "no-calibration", "help"],
  once: [
    ...[
      "op",
      "batch",
      "devices",
      "entry",
      "format",
      "samples",
      "import",
      "weights",
      "budget",
      "grid",
    ],
    ...["top", "part", "clock", "activity", "tool", "hls4ml", "finn", "tasks", "hierarchy"],
  ],
  many: ["target", "input", "python-path", "dim", "include", "report", "param", "define"],
};

export function parseAnalyzeWords(words: readonly string[]): AnalyzeWords {
  const given = readArguments(words, analyzeOptions);
  const { files } = given;
  const isHelp = given.has("help");
  const isDesign = files.length > 1 && files.every(isDesignSourceFile);
  if (files.length > 1 && !isDesign)
    throw new UsageError(
      `One file at a time: \`${files.join("`, `")}\`. Use \`ridgepoint batch\` for many.`,
    );
  const batch = given.one("batch");
  const devices = given.one("devices");
  const samples = given.one("samples");
  const statistics = given.one("import");
  const weights = given.one("weights");
  const quantization = given.has("quantization");
  if ((samples ?? statistics ?? weights) !== undefined && !quantization && !isHelp)
    throw new UsageError("`--samples`, `--import` and `--weights` go with `--quantization`.");
  const request: AnalyzeRequest = {
    file: files[0],
    op: given.one("op"),
    targets: given.all("target"),
    batch: batch === undefined ? undefined : positiveInteger(batch, "--batch"),
    ...(devices !== undefined && { devices: positiveInteger(devices, "--devices") }),
    inputs: given.all("input"),
    entry: given.one("entry"),
    pythonPath: given.all("python-path"),
    deploy: given.has("deploy"),
    dims: new Map(given.all("dim").map(dimOf)),
    quantization,
    ...goalsOf(given.one("budget"), given.one("grid")),
    ...(samples !== undefined && { samples }),
    ...(statistics !== undefined && { statistics }),
    ...(weights !== undefined && { weights }),
    memory: given.has("memory"),
    design: {
      top: given.one("top"),
      part: given.one("part"),
      clockNanoseconds: periodOf(given.one("clock")),
      activity: activityOf(given.one("activity")),
      tool: given.one("tool"),
      files: files.slice(1),
      includeFolders: given.all("include"),
      parameters: settingsOf(given.all("param"), "--param"),
      defines: settingsOf(given.all("define"), "--define"),
      reports: given.all("report"),
      isCalibrated: !given.has("no-calibration"),
      hierarchy: hierarchyOf(given.one("hierarchy")),
      isRouted: given.has("route"),
      hls4ml: given.one("hls4ml"),
      finn: given.one("finn"),
      tasks: given.one("tasks"),
    },
  };
  if (!isHelp) requireSubject(request);
  return { request, format: given.has("json") ? "json" : given.one("format"), isHelp };
}

/** One line of a batch file; keys are the options' names. */
export function decodeBatchLine(line: string): AnalyzeRequest {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new UsageError(
      `The line is not JSON: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new UsageError("The line should be a JSON object.");
  const fields = value as Readonly<Record<string, unknown>>;
  const known = new Set([
    "file",
    "op",
    "targets",
    "target",
    "batch",
    "devices",
    "inputs",
    "entry",
    "pythonPath",
    "deploy",
    "dims",
    "quantization",
    "budget",
    "grid",
    "memory",
    ...[
      "top",
      "part",
      "clock",
      "activity",
      "tool",
      "hls4ml",
      "finn",
      "tasks",
      "hierarchy",
      "files",
      "include",
      "parameters",
      "defines",
      "reports",
      "calibrate",
      "route",
    ],
  ]);
  for (const key of Object.keys(fields))
    if (!known.has(key)) throw new UsageError(`Key \`${key}\` is not known.`);
  const dims = new Map<string, number>();
  const dimField = fields["dims"] ?? {};
  if (typeof dimField !== "object" || dimField === null || Array.isArray(dimField))
    throw new UsageError('Key `dims` should be an object such as {"seq": 128}.');
  for (const [name, extent] of Object.entries(dimField)) {
    if (typeof extent !== "number" || !Number.isSafeInteger(extent) || extent < 0)
      throw new UsageError(`Key \`dims.${name}\` should be a whole number.`);
    dims.set(name, extent);
  }
  const batch = fields["batch"];
  if (
    batch !== undefined &&
    batch !== null &&
    (typeof batch !== "number" || !Number.isSafeInteger(batch) || batch < 1)
  )
    throw new UsageError("Key `batch` should be a whole number of at least 1.");
  const devices = fields["devices"];
  if (devices !== undefined && !(Number.isSafeInteger(devices) && Number(devices) >= 1))
    throw new UsageError("Key `devices` should be a whole number of at least 1.");
  const request: AnalyzeRequest = {
    file: text(fields, "file"),
    op: text(fields, "op"),
    targets: [...texts(fields, "targets"), ...texts(fields, "target")],
    batch: typeof batch === "number" ? batch : undefined,
    ...(typeof devices === "number" && { devices }),
    inputs: texts(fields, "inputs"),
    entry: text(fields, "entry"),
    pythonPath: texts(fields, "pythonPath"),
    deploy: fields["deploy"] === true,
    dims,
    quantization: fields["quantization"] === true,
    ...goalsOf(text(fields, "budget"), wordOf(fields["grid"])),
    memory: fields["memory"] === true,
    design: {
      top: text(fields, "top"),
      part: text(fields, "part"),
      clockNanoseconds: periodOf(wordOf(fields["clock"])),
      activity: activityOf(wordOf(fields["activity"])),
      tool: text(fields, "tool"),
      files: texts(fields, "files"),
      includeFolders: texts(fields, "include"),
      parameters: settings(fields, "parameters"),
      defines: settings(fields, "defines"),
      reports: texts(fields, "reports"),
      isCalibrated: fields["calibrate"] !== false,
      hierarchy: hierarchyOf(text(fields, "hierarchy")),
      isRouted: fields["route"] === true,
      hls4ml: text(fields, "hls4ml"),
      finn: text(fields, "finn"),
      tasks: text(fields, "tasks"),
    },
  };
  requireSubject(request);
  return request;
}

function requireSubject(request: AnalyzeRequest): void {
  if (request.file !== undefined && request.op !== undefined)
    throw new UsageError("Give a file or an operator, not both.");
  if (request.file === undefined && request.op === undefined && request.entry === undefined)
    throw new UsageError("A file is needed, or an operator by --op, or an expression by --entry.");
}

function isDesignSourceFile(file: string): boolean {
  return /\.(?:v|sv|vh|svh|vhd|vhdl|f|c|cc|cpp|cxx|h|hpp)$/i.test(file);
}

/** `N=8`; a macro may be defined as nothing: `SIMULATION`. */
function settingsOf(
  words: readonly string[],
  option: "--param" | "--define",
): Readonly<Record<string, string>> {
  const pairs = words.map((word) => {
    const [name = "", value] = word.split(/=(.*)/s);
    if (name === "" || (value === undefined && option !== "--define"))
      throw new UsageError(`\`${option} ${word}\` should read NAME=VALUE.`);
    return [name, value ?? ""] as const;
  });
  return Object.fromEntries(pairs);
}

function wordOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "number" || typeof value === "string" ? `${value}` : "?";
}

function periodOf(word: string | undefined): number | undefined {
  if (word === undefined) return undefined;
  const value = Number(word);
  if (!Number.isFinite(value) || value <= 0)
    throw new UsageError(`The clock's period is a number of nanoseconds, not \`${word}\`.`);
  return value;
}

function activityOf(word: string | undefined): number | undefined {
  if (word === undefined) return undefined;
  const value = Number(word);
  if (!(0 <= value && value <= 1))
    throw new UsageError(`The activity is a share of the cycles from 0 to 1, not \`${word}\`.`);
  return value;
}

function hierarchyOf(word: string | undefined): HierarchyChoice | undefined {
  const choice = hierarchyChoices.find((one) => one === word);
  if (word !== undefined && choice === undefined)
    throw new UsageError(`The hierarchy is ${hierarchyChoices.join(" or ")}, not \`${word}\`.`);
  return choice;
}

function settings(
  fields: Readonly<Record<string, unknown>>,
  key: string,
): Readonly<Record<string, string>> {
  const value = fields[key] ?? {};
  if (typeof value !== "object" || Array.isArray(value))
    throw new UsageError(`Key \`${key}\` should be an object such as {"N": 8}.`);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, String(one)]));
}

function dimOf(word: string): readonly [string, number] {
  const equals = word.lastIndexOf("=");
  if (equals < 1)
    throw new UsageError(`\`--dim ${word}\` should read NAME=N, for example \`--dim seq=128\`.`);
  return [word.slice(0, equals), wholeNumber(word.slice(equals + 1), "--dim")];
}

/** An extent may be 0: nothing is cached yet where a prompt is read. */
function wholeNumber(word: string, option: string): number {
  if (!/^\d+$/.test(word) || !Number.isSafeInteger(Number(word)))
    throw new UsageError(`Option \`${option}\` takes a whole number, not \`${word}\`.`);
  return Number(word);
}

export function positiveInteger(word: string, option: string): number {
  const value = Number(word);
  if (!/^\d+$/.test(word) || !Number.isSafeInteger(value) || value < 1)
    throw new UsageError(
      `Option \`${option}\` takes a whole number of at least 1, not \`${word}\`.`,
    );
  return value;
}

function text(fields: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = fields[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw new UsageError(`Key \`${key}\` should be a text.`);
  return value;
}

function texts(fields: Readonly<Record<string, unknown>>, key: string): readonly string[] {
  const value = fields[key];
  if (value === undefined || value === null) return [];
  if (typeof value === "string") return [value];
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string"))
    throw new UsageError(`Key \`${key}\` should be a list of texts.`);
  return value;
}

/**
 * Every setting is one row: the manifest section is generated from here, and client and server decode by the same
 * rows. A wrong value is reported once and its default used.
 */
export interface SettingRow<T> {
  /** Below `ridgepoint.`. */
  readonly key: string;
  readonly fallback: T;
  /** JSON schema fragment for the manifest. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** One sentence for the settings editor. */
  readonly text: string;
  /** What must be made anew when it changes. */
  readonly invalidates: "redraw" | "analysis";
  readonly decode: (value: unknown) => T | undefined;
}

/** What `parseBudget` of core reads, or nothing. */
const budgetPattern = "^\\s*(\\d+(\\.\\d+)?\\s*(s|ms|us|µs|fps|Hz|((frames|images)?/s)))?\\s*$";

export const settingRows = {
  enable: flag(
    "enable",
    true,
    "Show costs in the editor. Off: no hints, lenses, hovers or problems; panels and commands still work.",
  ),
  hintsLatency: flag(
    "hints.latency",
    true,
    "Inlay hints with the predicted time of a layer and its share.",
  ),
  hintsShape: flag("hints.shape", false, "Inlay hints with the shape of what a layer makes."),
  hintsMemory: flag("hints.memory", false, "Inlay hints with the bytes of a layer's weights."),
  hintsQuantization: flag(
    "hints.quantization",
    false,
    "Inlay hints with a layer's quantization risk and the narrowest format that keeps the error small; hovers and problems tell more. The model's weights are read for it.",
  ),
  hintsDesign: flag(
    "hints.design",
    true,
    "Inlay hints with the resources of RTL lines and the cycles of HLS loops.",
  ),
  codeLens: flag("codeLens", true, "One lens above a model with its totals."),
  hover: flag("hover", true, "Costs in hovers."),
  diagnostics: flag("diagnostics", true, "Problems of models in the Problems panel."),
  targets: {
    key: "targets",
    fallback: [] as readonly string[],
    schema: { type: "array", items: { type: "string" }, uniqueItems: true },
    text: "Targets to predict for, as `<chip>/<runtime>/<precision>`; the first one is shown in hints. Empty: a small set that suits the model. Pick them from the status bar.",
    invalidates: "analysis",
    decode: textsOrNot,
  },
  batch: numberOrNone(
    "batch",
    { type: "integer", minimum: 1 },
    "Batch size to analyse models at. Empty: as the model declares, else 1.",
  ),
  budget: {
    key: "budget",
    fallback: "",
    schema: { type: "string", pattern: budgetPattern, examples: ["16.7 ms", "60 fps"] },
    text: "What one inference may take, `16.7 ms`, or images a second that a model has to keep up with, `60 fps`. A problem says where a target misses it and which layers take most. Empty: none.",
    invalidates: "analysis",
    decode: (value) =>
      typeof value === "string" && new RegExp(budgetPattern).test(value) ? value : undefined,
  },
  gridCarbon: numberOrNone(
    "gridCarbon",
    { type: "number", minimum: 0 },
    "Grams of CO₂ per kilowatt hour of your grid: lenses and reports then give the carbon of 1,000 inferences where the energy is known. Empty: none.",
  ),
  chipFolders: texts(
    "chipFolders",
    "Folders with chip files of your own (`*.json`, the format of Ridgepoint's), relative to the workspace.",
  ),
  pythonEnable: flag(
    "python.enable",
    true,
    "Run Python files that use PyTorch, in a sandbox and on shapes alone, to show what their lines cost.",
    "analysis",
  ),
  pythonPath: texts(
    "pythonPath",
    "Folders that Python imports are looked up in, after the workspace and before the packages of the interpreter that the Python extension has selected; relative to the workspace. They are read, never executed outside the sandbox.",
  ),
  pythonPins: table(
    "python.pins",
    'How models are made and called, by the name of the class or function: `{"Net": "input=float32[8,3,224,224]; entry=Net(width=2)"}`. A comment `# ridgepoint: …` above the class counts before it.',
  ),
  pythonWeights: table(
    "python.weights",
    'Files with the weights of Python models: `{"models/net.py": "checkpoints/net.safetensors"}`, relative to the workspace. A comment `# ridgepoint: weights=FILE` in the file, relative to it, counts before; without either, a file beside the source is looked for.',
  ),
  designEnable: flag(
    "design.enable",
    true,
    "Show what hardware descriptions (SystemVerilog, Verilog, VHDL, HLS C++) take: resources, timing and cycles.",
    "analysis",
  ),
  designPart: textOf(
    "design.part",
    "Part that hardware descriptions are mapped to, such as `xc7a35t`, `xcvu9p`, `ice40up5k`, `ecp5-85k`, or a family: `lut6`, `asic`. Empty: `xc7a35t` for RTL and `xcvu9p` for HLS.",
  ),
  designTop: textOf(
    "design.top",
    "Module or function that is synthesised. Empty: what nothing else in the file makes an instance of.",
  ),
  designClock: numberOrNone(
    "design.clockNanoseconds",
    { type: "number", exclusiveMinimum: 0 },
    "Clock period that HLS schedules for and that RTL paths are held against, in nanoseconds. Empty: 10 for HLS, none for RTL.",
  ),
  designActivity: numberOrNone(
    "design.activity",
    { type: "number", minimum: 0 },
    "Share of the cycles in which a bit changes, for the energy of standard cells of a node (`asic-65nm`, `asic-45nm`, `asic-7nm`). Empty: 0.1.",
  ),
  designFiles: texts(
    "design.files",
    "Further sources of the design, or file lists (`.f`), relative to the workspace. Empty: modules that a file lacks are looked for in the workspace.",
  ),
  designIncludeFolders: texts(
    "design.includeFolders",
    "Folders that `` `include `` looks in, relative to the workspace; never outside of it.",
  ),
  designDefines: table("design.defines", 'Macros that are defined: `{"WIDTH": "16"}`.'),
  designParameters: table("design.parameters", 'Parameters of the top module: `{"N": "8"}`.'),
  designHierarchy: oneOf(
    "design.hierarchy",
    ["auto", "keep", "flatten"],
    "Whether RTL is mapped module by module (`keep`) or all in one (`flatten`), as vendors' tools do by default. `auto`: large designs are kept in modules.",
  ),
  designTool: textOf(
    "design.tool",
    "HLS tool whose report is foretold, such as `Vitis 2020.2`. Empty: Vitis 2020.2.",
  ),
  designReports: texts(
    "design.reports",
    "Reports of other tools that are shown beside, relative to the workspace: Vivado utilization or timing, Quartus fit summary, Yosys `stat -json`, nextpnr, Vitis `csynth.xml`. Empty: those in the project that speak of the file's top.",
  ),
  designCalibrate: flag(
    "design.calibrate",
    true,
    "Let reports of the real tools set the estimates right. What a report says of the sources as they were is kept in `.ridgepoint/calibration.json` of the project, and later edits follow it.",
    "analysis",
  ),
  designSeconds: {
    key: "design.seconds",
    fallback: 60,
    schema: { type: "number", minimum: 1, maximum: 3600 },
    text: "Seconds that one synthesis may take; placing and routing may take ten times as many.",
    invalidates: "analysis",
    decode: (value) =>
      typeof value === "number" && 1 <= value && value <= 3600 ? value : undefined,
  },
} satisfies Record<string, SettingRow<never> | SettingRow<unknown>>;

type Rows = typeof settingRows;
export type Settings = { readonly [K in keyof Rows]: Rows[K]["fallback"] };

/** Decodes what the editor holds under `ridgepoint`; wrong values fall back, and are named in `complaints`. */
export function decodeSettings(section: unknown): {
  readonly settings: Settings;
  readonly complaints: readonly string[];
} {
  const complaints: string[] = [];
  const settings: Record<string, unknown> = {};
  for (const [name, row] of Object.entries(settingRows)) {
    const raw = lookUp(section, row.key);
    const decoded = raw === undefined ? row.fallback : row.decode(raw);
    if (decoded === undefined)
      complaints.push(
        `Setting \`ridgepoint.${row.key}\` has a value of the wrong kind; its default is used.`,
      );
    settings[name] = decoded === undefined ? row.fallback : decoded;
  }
  return { settings: settings as Settings, complaints };
}

function lookUp(section: unknown, key: string): unknown {
  let value = section;
  for (const part of key.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[part];
  }
  return value;
}

function flag(
  key: string,
  fallback: boolean,
  text: string,
  invalidates: SettingRow<boolean>["invalidates"] = "redraw",
): SettingRow<boolean> {
  return {
    key,
    fallback,
    schema: { type: "boolean" },
    text,
    invalidates,
    decode: (value) => (typeof value === "boolean" ? value : undefined),
  };
}

/** One of a few words, the first where nothing is set. */
function oneOf<const T extends readonly [string, ...string[]]>(
  key: string,
  words: T,
  text: string,
): SettingRow<T[number]> {
  return {
    key,
    fallback: words[0],
    schema: { type: "string", enum: words },
    text,
    invalidates: "analysis",
    decode: (value) => words.find((word) => word === value),
  };
}

/** A number that may be left open. */
function numberOrNone(
  key: string,
  { type, minimum = -Infinity, exclusiveMinimum = -Infinity }: NumberBounds,
  text: string,
): SettingRow<number | null> {
  return {
    key,
    fallback: null,
    schema: {
      type: [type, "null"],
      ...(minimum > -Infinity && { minimum }),
      ...(exclusiveMinimum > -Infinity && { exclusiveMinimum }),
    },
    text,
    invalidates: "analysis",
    decode: (value) =>
      value === null ||
      (typeof value === "number" &&
        (type === "integer" ? Number.isInteger(value) : Number.isFinite(value)) &&
        value >= minimum &&
        value > exclusiveMinimum)
        ? value
        : undefined,
  };
}

interface NumberBounds {
  readonly type: "integer" | "number";
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
}

function textOf(key: string, text: string): SettingRow<string> {
  return {
    key,
    fallback: "",
    schema: { type: "string" },
    text,
    invalidates: "analysis",
    decode: (value) => (typeof value === "string" ? value : undefined),
  };
}

function texts(key: string, text: string): SettingRow<readonly string[]> {
  return {
    key,
    fallback: [],
    schema: { type: "array", items: { type: "string" } },
    text,
    invalidates: "analysis",
    decode: textsOrNot,
  };
}

function textsOrNot(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((item) => typeof item === "string")
    ? value
    : undefined;
}

function table(key: string, text: string): SettingRow<Readonly<Record<string, string>>> {
  return {
    key,
    fallback: {},
    schema: { type: "object", additionalProperties: { type: "string" } },
    text,
    invalidates: "analysis",
    decode: (value) =>
      typeof value === "object" &&
      value !== null &&
      !Array.isArray(value) &&
      Object.values(value).every((item) => typeof item === "string")
        ? (value as Readonly<Record<string, string>>)
        : undefined,
  };
}

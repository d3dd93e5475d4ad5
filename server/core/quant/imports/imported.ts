/** What another tool has found out about a model's quantization. Names are those of tensors, layers or modules. */
export interface Imported {
  /** For sentences: `AIMET`. */
  readonly tool: string;
  /** Relative square error that quantizing a layer to INT8 makes, at its own output or the model's. */
  readonly errors: ReadonlyMap<string, number>;
  /** Scheme id of a weight or layer; "" is as it is. In a name `*` stands for anything. */
  readonly formats: ReadonlyMap<string, string>;
  /** Mean square of what meets each column of a weight; several matrices of a tensor one after the other. */
  readonly importance: ReadonlyMap<string, Float32Array>;
}

export const nothingImported: Omit<Imported, "tool"> = {
  errors: new Map(),
  formats: new Map(),
  importance: new Map(),
};

/**
 * What is known under one of the names of a layer: of its weights, its node, or the module that they belong to. Tools write
 * `model.conv1`, `conv1.weight` and `/model/conv1/Conv` for the same thing.
 */
export function findNamed<T>(
  known: ReadonlyMap<string, T>,
  names: readonly string[],
): T | undefined {
  const wanted = new Set(names.flatMap(spellings));
  for (const [name, value] of known)
    for (const spelling of spellings(name)) {
      if (wanted.has(spelling)) return value;
      if (spelling.includes("*")) {
        const pattern = patternOf(spelling);
        for (const own of wanted) if (pattern.test(own)) return value;
      }
    }
  return undefined;
}

/** `model.layers.*.mlp*`: anything where a star is, of names that are no longer than names are. */
function patternOf(text: string): RegExp {
  const parts = text
    .slice(0, 256)
    .split(/\*+/)
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.slice(0, 8).join(".*")}$`);
}

function spellings(name: string): readonly string[] {
  const dotted = name.replace(/^\//, "").replaceAll("/", ".");
  const bare = dotted
    .replace(/_(weight_quantizer|quantizer)$/, "")
    .replace(/\.(weight_quantizer|weight|kernel|[A-Z][A-Za-z]+)$/, "");
  return bare === "" ? [dotted] : [dotted, bare];
}

/** A plan as `ridgepoint quantize` has written it: with `--export json`, or whole with `--json`. */
export interface SavedPlan {
  /** Empty where the file does not say it. */
  readonly target: string;
  /** Scheme id by the layer's name; "" is the target's own precision. */
  readonly formats: ReadonlyMap<string, string>;
}

/** The plan, or a sentence that says why the text is none. */
export function readSavedPlan(text: string, name: string): SavedPlan | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `\`${name}\` cannot be read: ${error instanceof Error ? error.message : String(error)}.`;
  }
  const document = fieldsOf(value);
  const layers = document?.["layers"] ?? fieldsOf(document?.["plan"])?.["layers"];
  if (!Array.isArray(layers))
    return `\`${name}\` is no plan; \`ridgepoint quantize --export json\` writes one.`;
  const formats = new Map<string, string>();
  for (const layer of layers as readonly unknown[]) {
    const { name: layerName, format } = fieldsOf(layer) ?? {};
    if (typeof layerName === "string")
      formats.set(layerName, typeof format === "string" ? format : "");
  }
  const target = document?.["target"];
  return { target: typeof target === "string" ? target : "", formats };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

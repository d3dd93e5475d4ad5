/** Whether a file may be a language model's configuration: many things have this name. */
export function isConfigName(path: string): boolean {
  return /(^|\/)config\.json$/.test(path);
}

/** Whether its text looks like one: what is something else's is nobody's business here. */
export function isModelConfig(text: string): boolean {
  return /"model_type"\s*:/.test(text);
}

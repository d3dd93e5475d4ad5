/** Whether a file may be a language model's configuration: many things have this name. */
export function isConfigName(path: string): boolean {
  return /(^|\/)config\.json$/.test(path);
}

/** Whether its text looks like one: what is something else's is nobody's business here. */
export function isModelConfig(text: string): boolean {
  return /"model_type"\s*:/.test(text);
}

/** Whether a file of this name may hold a model that writes text: such models run elsewhere than others. */
export function isDecoderName(path: string): boolean {
  return isConfigName(path) || /\.gguf$/i.test(path);
}

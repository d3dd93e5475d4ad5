import path from "node:path";
import type { ModelUse } from "../core/targets/default-targets.js";
import { isConfigName } from "../protocol/config-source.js";

/** What `useOf` will say of a file's model, before the file has been read. */
export function useOfFile(file: string): ModelUse {
  const name = path.basename(file);
  if (name.toLowerCase().endsWith(".gguf")) return "llama-cpp";
  return isConfigName(name) ? "decoder" : "network";
}

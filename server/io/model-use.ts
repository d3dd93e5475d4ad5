import path from "node:path";
import { type ModelUse, useOf } from "../core/targets/default-targets.js";
import { isConfigName } from "../protocol/config-source.js";
import { readModelFile } from "./read-model.js";

/** What `useOf` says of a file's model. A configuration is read for it, which is small; of others the name tells. */
export function useOfFile(file: string): ModelUse {
  const name = path.basename(file);
  if (name.toLowerCase().endsWith(".gguf")) return { kind: "llama-cpp" };
  if (!isConfigName(name)) return { kind: "network" };
  const { value } = readModelFile(file);
  return value === undefined ? { kind: "decoder" } : useOf(value);
}

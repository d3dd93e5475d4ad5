import { basename, dirname, extname } from "node:path";
import type { ByteSource } from "../core/base/byte-source.js";
import { type Cancel, Cancelled, neverCancelled } from "../core/base/cancel.js";
import type { Outcome } from "../core/base/problem.js";
import type { ModelFormat } from "../core/formats/format.js";
import { formats } from "../core/formats/index.generated.js";
import type { Model } from "../core/graph/graph.js";
import { type FileBytes, NotAFile, openFileBytes } from "./file-bytes.js";
import { type FileNeighbourhood, neighbourhoodOf } from "./neighbourhood.js";
import { adviceOn } from "./other-formats.js";

/** Reads the model file at `path`, or the part of it that one of several devices has. Throws only when cancelled. */
export function readModelFile(
  path: string,
  cancel: Cancel = neverCancelled,
  devices = 1,
): Outcome<Model | undefined> {
  let source: FileBytes | undefined;
  let neighbourhood: FileNeighbourhood | undefined;
  const fileName = basename(path);
  try {
    source = openFileBytes(path);
    neighbourhood = neighbourhoodOf(dirname(path));
    const format = chooseFormat(source, path);
    if (format === undefined)
      return failed(
        "RP1001",
        source.size === 0
          ? `\`${fileName}\` is empty. Copy or download it again.`
          : adviceOn(fileName),
      );
    if (devices > 1 && format.id !== "hf-config")
      return failed(
        "RP1047",
        `\`${fileName}\` is a finished graph; only a language model's \`config.json\` can be dealt out to ${devices} devices.`,
      );
    return format.read(source, { fileName, neighbourhood, cancel, devices });
  } catch (error) {
    if (error instanceof Cancelled || !(error instanceof Error)) throw error;
    if (!isSystemError(error)) throw error;
    return failed("RP1000", `\`${fileName}\` cannot be read: ${reasonOf(error)}.`);
  } finally {
    neighbourhood?.close();
    source?.close();
  }
}

/** By contents first; by extension among equals, and where no contents match, so that damage is told in detail. */
export function chooseFormat(source: ByteSource, path: string): ModelFormat | undefined {
  const head = source.read(0, headLength).slice();
  const extension = extname(path).toLowerCase();
  const matches = formats.filter((format) => format.sniff(head));
  const hasExtension = (format: ModelFormat): boolean => format.extensions.includes(extension);
  if (source.size === 0) return undefined;
  return matches.find(hasExtension) ?? matches[0] ?? formats.find(hasExtension);
}

const headLength = 4096;

function failed(code: string, message: string): Outcome<undefined> {
  return {
    value: undefined,
    problems: [{ code, severity: "error", message, place: { kind: "bytes", offset: 0 } }],
  };
}

/** What the operating system may answer; anything else is our own mistake. */
function isSystemError(error: Error): boolean {
  return error instanceof NotAFile || "code" in error;
}

function reasonOf(error: Error): string {
  const code = "code" in error ? String(error.code) : "";
  switch (code) {
    case "ENOENT":
      return "there is no such file";
    case "EACCES":
    case "EPERM":
      return "you may not read it";
    case "EISDIR":
    case "":
      return "it is not a file";
    default:
      return `the system answers ${code}`;
  }
}

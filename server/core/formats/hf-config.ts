import type { ByteSource } from "../base/byte-source.js";
import type { Outcome, Problem } from "../base/problem.js";
import type { Model } from "../graph/graph.js";
import { buildDecoder } from "./decoder/build-decoder.js";
import { ConfigFields } from "./decoder/config-fields.js";
import { describeConfig } from "./decoder/describe-config.js";
import { shardOf } from "./decoder/sharding.js";
import { quantizationNote } from "./decoder/stored-quantization.js";
import { huggingFaceNames } from "./decoder/weight-names.js";
import { decodeUtf8 } from "./onnx/utf8.js";
import type { ModelFormat, ReadContext } from "./format.js";

/**
 * The `config.json` of a language model (Hugging Face transformers): no graph, but all that is needed to draw one. The
 * weights are not looked for.
 */
export const format: ModelFormat = {
  id: "hf-config",
  extensions: [".json"],
  sniff: (head) => {
    const text = decodeUtf8(head);
    return (
      /^\s*\{/.test(text) && /"(model_type|architectures|num_hidden_layers|n_layer)"\s*:/.test(text)
    );
  },
  read,
};

/** The longest configurations list tens of thousands of words; none has a megabyte of anything else. */
const sizeLimit = 8 << 20;

function read(source: ByteSource, context: ReadContext): Outcome<Model | undefined> {
  if (source.size > sizeLimit)
    return failed(
      `\`${context.fileName}\` has ${source.size} bytes; a model's configuration is far smaller.`,
    );
  const parsed = parse(source.read(0, source.size));
  if (typeof parsed === "string") return failed(`\`${context.fileName}\` is no JSON: ${parsed}.`);
  const fields = new ConfigFields(parsed.fields);
  const name =
    fields.text("_name_or_path", "name") ?? fields.text("model_type") ?? context.fileName;
  const found = describeConfig(fields, name.replace(/\/+$/, "").replace(/^.*\//, "") || name);
  if (found.kind === "refused")
    return {
      value: undefined,
      problems: [
        {
          code: "RP1041",
          severity: "error",
          message: `\`${context.fileName}\`: \`${found.field}\` ${found.reason}`,
          place: { kind: "path", path: found.field },
        },
      ],
    };
  const problems: Problem[] = [];
  if (found.note !== undefined)
    problems.push({
      code: "RP1042",
      severity: "warning",
      message: found.note,
      place: { kind: "path", path: "model_type" },
    });
  problems.push(...quantizationNote(fields));
  const modelOn = (count: number): Model | { readonly reason: string } => {
    const shard = shardOf(found.description, count);
    if ("reason" in shard) return shard;
    return buildDecoder(shard, {
      format: "hf-config",
      producer: fields.text("transformers_version") ?? "",
      metadata: new Map([["family", found.description.family]]),
      devices: count,
      modelOn,
      names: huggingFaceNames,
      findWeight: () => undefined,
    });
  };
  const { devices = 1 } = context;
  const value = modelOn(devices);
  if ("reason" in value) return failed(`\`${context.fileName}\` ${value.reason}.`);
  if (devices > 1)
    problems.push({
      code: "RP1048",
      severity: "information",
      message: `Time is that of ${devices} devices at work together, their exchanges included; parameters, work, memory and energy are those of one of them.`,
    });
  return { value, problems };
}

function parse(bytes: Uint8Array): string | { readonly fields: Readonly<Record<string, unknown>> } {
  try {
    const value: unknown = JSON.parse(decodeUtf8(bytes));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? { fields: value as Readonly<Record<string, unknown>> }
      : "it should be an object";
  } catch (error) {
    return error instanceof Error ? error.message.slice(0, 160) : "it ends early";
  }
}

function failed(message: string): Outcome<undefined> {
  return {
    value: undefined,
    problems: [{ code: "RP1040", severity: "error", message, place: { kind: "bytes", offset: 0 } }],
  };
}

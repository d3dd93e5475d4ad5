import type { ByteSource } from "../base/byte-source.js";
import { throwIfCancelled } from "../base/cancel.js";
import type { Outcome } from "../base/problem.js";
import { productOf } from "../base/product.js";
import type { Model } from "../graph/graph.js";
import { buildDecoder } from "./decoder/build-decoder.js";
import type { WeightFinder } from "./decoder/graph-draft.js";
import { ggufNames } from "./decoder/weight-names.js";
import type { ModelFormat, ReadContext } from "./format.js";
import { describeGguf } from "./gguf/describe.js";
import { BrokenHeader, type GgufHeader, readHeader } from "./gguf/header.js";
import { tensorTypes } from "./gguf/tensor-types.js";

/** GGUF, the files of llama.cpp: sizes and the list of tensors stand in front, weights are not read. */
export const format: ModelFormat = {
  id: "gguf",
  extensions: [".gguf"],
  sniff: (head) => head.length >= 8 && magic.every((character, index) => head[index] === character),
  read,
};

/** "GGUF". */
const magic = [0x47, 0x47, 0x55, 0x46] as const;

function read(source: ByteSource, context: ReadContext): Outcome<Model | undefined> {
  const { fileName } = context;
  let header: GgufHeader;
  try {
    header = readHeader(source, () => throwIfCancelled(context.cancel));
  } catch (error) {
    if (!(error instanceof BrokenHeader)) throw error;
    return failed(
      "RP1043",
      `\`${fileName}\`: the GGUF header ends early or says what cannot be (byte ${error.offset}). Check that it is of version 2 or 3 and complete.`,
      error.offset,
    );
  }
  const found = describeGguf(header, fileName);
  if (found.kind === "refused")
    return failed("RP1044", `\`${fileName}\`: \`${found.path}\` ${found.reason}`, 0);
  const types = typesOf(header);
  const value = buildDecoder(found.description, {
    format: "gguf",
    producer: "",
    metadata: new Map([
      ["family", found.description.family],
      ["tensor types", types],
    ]),
    names: ggufNames,
    findWeight: weightFinder(header),
  });
  return { value, problems: [] };
}

/** Experts' gates and inputs are two tensors, where the graph has one weight. */
function weightFinder({ tensors }: GgufHeader): WeightFinder {
  const bytes = new Map<string, number>();
  for (const { name, shape, type } of tensors) {
    const info = tensorTypes[type];
    if (info === undefined) continue;
    const elements = productOf(shape);
    bytes.set(name, Math.ceil(elements / info.blockElements) * info.blockBytes);
  }
  return (name) => {
    const own = bytes.get(name);
    if (own !== undefined) return { byteLength: own };
    const gate = bytes.get(name.replace("ffn_gate_up_exps", "ffn_gate_exps"));
    const up = bytes.get(name.replace("ffn_gate_up_exps", "ffn_up_exps"));
    return gate === undefined || up === undefined ? undefined : { byteLength: gate + up };
  };
}

/** `Q4_K × 193, Q6_K × 33, F32 × 65`. */
function typesOf({ tensors }: GgufHeader): string {
  const counts = new Map<string, number>();
  for (const { type } of tensors) {
    const name = tensorTypes[type]?.name ?? `type ${type}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} × ${count}`)
    .join(", ");
}

function failed(code: string, message: string, offset: number): Outcome<undefined> {
  return {
    value: undefined,
    problems: [{ code, severity: "error", message, place: { kind: "bytes", offset } }],
  };
}

import type { ByteSource } from "../base/byte-source.js";
import type { Outcome } from "../base/problem.js";
import type { Model } from "../graph/graph.js";
import type { ModelFormat, ReadContext } from "./format.js";
import { readMlir } from "./mlir/read-mlir.js";
import { isBytecode, looksLikeMlir } from "./mlir/sniff.js";
import { readSourceText, textLimit } from "./mlir/source-text.js";

/** MLIR's textual form (mlir.llvm.org/docs/LangRef), with the dialects that exporters of models write. */
export const format: ModelFormat = {
  id: "mlir",
  extensions: [".mlir", ".mlirbc"],
  sniff: (head) => isBytecode(head) || looksLikeMlir(head),
  read,
};

function read(source: ByteSource, context: ReadContext): Outcome<Model | undefined> {
  if (isBytecode(source.read(0, 4)))
    return failed(
      "RP1080",
      `\`${context.fileName}\` is MLIR bytecode, which only the compiler that wrote it can read. Print it as text: \`mlir-opt ${context.fileName} -o model.mlir\` (\`stablehlo-opt\`, \`torch-mlir-opt\`, \`iree-opt\` for their dialects; a portable artifact with \`stablehlo-translate --deserialize\`).`,
    );
  const text = readSourceText(source, context.cancel);
  if (text === undefined)
    return failed(
      "RP1080",
      `\`${context.fileName}\` has more than ${textLimit >> 20} MiB of text beside its weights; print weights in hexadecimal (\`--mlir-print-elementsattrs-with-hex-if-larger=100\`), which are passed over.`,
    );
  const { model, problems } = readMlir(text, context);
  return { value: model, problems };
}

function failed(code: string, message: string): Outcome<undefined> {
  return {
    value: undefined,
    problems: [{ code, severity: "error", message, place: { kind: "bytes", offset: 0 } }],
  };
}

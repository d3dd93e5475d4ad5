import type { TextDocument } from "vscode-languageserver-textdocument";
import { acceleratorPinPattern } from "../core/accelerator/rtl-pin.js";
import type { TextProblem } from "../core/views/text/problems.js";
import { acceleratorExtension, isRtlFile, parseAccelerator } from "../io/accelerator-file.js";
import { fileNameOf } from "./model-uri.js";

/** Whether the address is that of an architecture file. */
export function isAcceleratorFile(uri: string): boolean {
  return uri.toLowerCase().endsWith(acceleratorExtension);
}

/** RTL whose comments say how it maps. */
export function isAcceleratorRtl(document: TextDocument): boolean {
  return isRtlFile(document.uri) && acceleratorPinPattern.test(document.getText());
}

/** What is wrong with the text, each at its place; a problem without one stands at the start. */
export function acceleratorProblems(document: TextDocument): readonly TextProblem[] {
  const { problems } = parseAccelerator(document.getText(), fileNameOf(document.uri));
  return problems.map(({ code, severity, message, place }) => ({
    code,
    severity,
    message,
    span: place?.kind === "text" ? place.span : { start: 0, end: 1 },
  }));
}

import { readdirSync } from "node:fs";
import path from "node:path";
import { type CodeAction, CodeActionKind, type Diagnostic } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { sourceAnchors } from "../core/views/source/source-syntax.js";
import { tensorFileKind } from "../io/quant/tensor-files.js";
import { toInsertion } from "./convert.js";
import { filePathOf } from "./model-uri.js";

const offeredLimit = 5;

/** Where no weights are known (RP2313): pins that take a file of weights from the source's folder or one inside it. */
export function weightsActions(
  document: TextDocument,
  diagnostics: readonly Diagnostic[],
  isFree: boolean,
): readonly CodeAction[] {
  const missing = diagnostics.filter(({ code }) => code === "RP2313");
  const file = filePathOf(document.uri);
  const [anchor] = sourceAnchors(document.getText());
  if (missing.length === 0 || !isFree || file === undefined || anchor === undefined) return [];
  return weightFiles(path.dirname(file)).map((weights) => ({
    title: `Take the weights of ${weights}`,
    kind: CodeActionKind.QuickFix,
    diagnostics: [...missing],
    edit: {
      changes: {
        [document.uri]: [
          toInsertion(document, {
            offset: anchor.start,
            text: `# ridgepoint: weights=${weights}\n`,
          }),
        ],
      },
    },
  }));
}

/** Relative to the folder; a name with blanks cannot stand in a pin. */
function weightFiles(folder: string): readonly string[] {
  const found: string[] = [];
  const look = (inside: string, isDeep: boolean): void => {
    for (const entry of readdirSync(path.join(folder, inside), { withFileTypes: true })) {
      const name = inside === "" ? entry.name : `${inside}/${entry.name}`;
      if (found.length >= offeredLimit) return;
      if (entry.isFile() && tensorFileKind(name) !== undefined && !/[\s;,]/.test(name))
        found.push(name);
      if (entry.isDirectory() && isDeep && !entry.name.startsWith(".")) look(name, false);
    }
  };
  try {
    look("", true);
  } catch {
    // A folder that cannot be read offers nothing.
  }
  return found;
}

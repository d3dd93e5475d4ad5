import { type CodeAction, CodeActionKind } from "vscode-languageserver/node";
import { type Feature, fence } from "../feature.js";
import { toInsertion } from "../convert.js";
import { isModelSource } from "../python-documents.js";

/** On the definition of a model in a Python file: write down, as a comment above it, the input that it is run with. */
export const codeActionFeature: Feature = {
  id: "code-action",
  capabilities: { codeActionProvider: { codeActionKinds: [CodeActionKind.RefactorRewrite] } },
  register: (server) => {
    const { connection, engine, workspace } = server;
    connection.onCodeAction(
      fence(server, "code-action", null, async ({ textDocument: { uri }, range }, signal) => {
        const document = workspace.documents.get(uri);
        const settings = await workspace.settingsFor(uri);
        if (document === undefined || !settings.enable || !isModelSource(document)) return [];
        const subject = await workspace.subjectOf(uri);
        if (subject === undefined) return [];
        const offset = document.offsetAt(range.start);
        const pin = await engine.ask("pin", { subject, offset }, workspace.jobFor(subject, signal));
        if (pin === null) return [];
        const action: CodeAction = {
          title: "Pin the input in a comment",
          kind: CodeActionKind.RefactorRewrite,
          edit: { changes: { [uri]: [toInsertion(document, pin)] } },
        };
        return [action];
      }),
    );
  },
};

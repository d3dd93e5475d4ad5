import { type CodeAction, CodeActionKind } from "vscode-languageserver/node";
import { type Feature, fence } from "../feature.js";
import { toInsertion, toReplacement } from "../convert.js";
import { designFixes } from "../../core/views/design/design-fixes.js";
import { isDesignLanguage } from "../design-documents.js";
import { isKernelsAlone } from "../kernel-documents.js";
import { pathOf } from "../subject.js";
import { weightsActions } from "../weights-actions.js";
import { pinFormatCommand } from "./pin-format.js";
import { isModelSource, isPython } from "../python-documents.js";

/**
 * In a Python file: write down, as a comment above a model, the input that it is run with; take channels that fill the
 * target's tiles; pin the form in which a model is deployed, its weights, or a line's number format. In a model's text: fix a
 * layer's number format in the plan file beside the model.
 */
export const codeActionFeature: Feature = {
  id: "code-action",
  capabilities: {
    codeActionProvider: {
      codeActionKinds: [CodeActionKind.QuickFix, CodeActionKind.RefactorRewrite],
    },
  },
  register: (server) => {
    const { connection, engine, workspace } = server;
    connection.onCodeAction(
      fence(
        server,
        "code-action",
        null,
        async ({ textDocument: { uri }, range, context }, signal) => {
          const document = workspace.documents.get(uri);
          const settings = await workspace.settingsFor(uri);
          if (document === undefined || !settings.enable) return [];
          if (isDesignLanguage(document)) {
            const state = await server.design.state(document);
            const found =
              state === undefined ? [] : designFixes(state, document.offsetAt(range.start));
            return found.map(({ title, code, edits }): CodeAction => {
              const changes = { [uri]: edits.map((edit) => toReplacement(document, edit)) };
              const diagnostics = context.diagnostics.filter((one) => one.code === code);
              return { title, kind: CodeActionKind.QuickFix, diagnostics, edit: { changes } };
            });
          }
          const isQuantized = settings.hintsQuantization;
          const line = range.start.line;
          const lineOf = (offset: number): number => document.positionAt(offset).line;
          const ofKernels = (await server.kernels.view(document, signal)).problems
            .filter(({ span }) => lineOf(span.start) <= line && line <= lineOf(span.end))
            .flatMap(({ code, fixes }) =>
              fixes.map(({ title, edits }): CodeAction => {
                const diagnostics = context.diagnostics.filter((one) => one.code === code);
                const changes = { [uri]: edits.map((edit) => toReplacement(document, edit)) };
                return { title, kind: CodeActionKind.QuickFix, diagnostics, edit: { changes } };
              }),
            );
          if (isKernelsAlone(document)) return ofKernels;
          if (isPython(document) ? !isModelSource(document) : !isQuantized) return ofKernels;
          const subject = await workspace.subjectOf(uri);
          if (subject === undefined) return ofKernels;
          const offset = document.offsetAt(range.start);
          const job = workspace.jobFor(subject, signal);
          if (!isPython(document)) {
            if (pathOf(subject) === undefined) return [];
            const found = await engine.ask("formatFixes", { subject, offset }, job);
            return found.map(({ code, title: change, layers, format }): CodeAction => {
              const title = `${change} (plan file)`;
              return {
                title,
                kind: CodeActionKind.QuickFix,
                diagnostics: context.diagnostics.filter((one) => one.code === code),
                command: { title, command: pinFormatCommand, arguments: [uri, layers, format] },
              };
            });
          }
          const [pin, fixes] = await Promise.all([
            engine.ask("pin", { subject, offset }, job),
            engine.ask("fixes", { subject, offset, isQuantized }, job),
          ]);
          const actions = fixes.map(({ title, code, edits }): CodeAction => {
            const diagnostics = context.diagnostics.filter(
              (diagnostic) => diagnostic.code === code,
            );
            const changes = { [uri]: edits.map((edit) => toReplacement(document, edit)) };
            return { title, kind: CodeActionKind.QuickFix, diagnostics, edit: { changes } };
          });
          actions.push(
            ...weightsActions(document, context.diagnostics, subject.weights === undefined),
          );
          if (pin !== null)
            actions.push({
              title: "Pin the input in a comment",
              kind: CodeActionKind.RefactorRewrite,
              edit: { changes: { [uri]: [toInsertion(document, pin)] } },
            });
          return [...ofKernels, ...actions];
        },
      ),
    );
  },
};

import {
  type Diagnostic,
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
} from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { designProblems } from "../../core/views/design/design-problems.js";
import { sourceAnchors } from "../../core/views/source/source-syntax.js";
import { lensAnchor } from "../../core/views/text/lens-anchor.js";
import {
  acceleratorProblems,
  isAcceleratorFile,
  isAcceleratorRtl,
} from "../accelerator-documents.js";
import { toDiagnostic } from "../convert.js";
import { isDesignLanguage } from "../design-documents.js";
import { JobStopped } from "../engine.js";
import { type Feature, type ServerContext, fence } from "../feature.js";
import { isKernelsAlone } from "../kernel-documents.js";
import { isPython } from "../python-documents.js";

/** Problems of a model's text, pulled by the editor. */
export const diagnosticsFeature: Feature = {
  id: "diagnostics",
  capabilities: {
    diagnosticProvider: {
      identifier: "ridgepoint",
      interFileDependencies: false,
      workspaceDiagnostics: false,
    },
  },
  register: (server) => {
    server.connection.languages.diagnostics.on(
      fence(
        server,
        "diagnostics",
        full([]),
        async ({ textDocument: { uri }, previousResultId }, signal) => {
          const { workspace } = server;
          const settings = await workspace.settingsFor(uri);
          if (!settings.enable || !settings.diagnostics) return full([]);
          await workspace.settled(uri);
          const resultId = workspace.revisionOf(uri);
          if (previousResultId === resultId)
            return { kind: DocumentDiagnosticReportKind.Unchanged, resultId };
          const document = workspace.documents.get(uri);
          return full(
            document === undefined
              ? []
              : await problemsOf(server, document, settings.hintsQuantization, signal),
            resultId,
          );
        },
      ),
    );
  },
};

async function problemsOf(
  server: ServerContext,
  document: TextDocument,
  isQuantized: boolean,
  signal: AbortSignal,
): Promise<Diagnostic[]> {
  const { problems } = await server.kernels.view(document, signal);
  const ofKernels = problems.map((problem) => toDiagnostic(document, problem));
  if (isKernelsAlone(document)) return ofKernels;
  return [...ofKernels, ...(await problemsOfModel(server, document, isQuantized, signal))];
}

async function problemsOfModel(
  { engine, workspace, design }: ServerContext,
  document: TextDocument,
  isQuantized: boolean,
  signal: AbortSignal,
): Promise<Diagnostic[]> {
  if (isAcceleratorFile(document.uri))
    return acceleratorProblems(document).map((problem) => toDiagnostic(document, problem));
  if (isDesignLanguage(document)) {
    const state = await design.state(document);
    const found = [
      ...(state === undefined ? [] : designProblems(state)),
      ...(isAcceleratorRtl(document) ? acceleratorProblems(document) : []),
    ];
    return found.map((problem) => toDiagnostic(document, problem));
  }
  const subject = await workspace.subjectOf(document.uri);
  if (subject === undefined) return [];
  try {
    const problems = await engine.ask(
      "problems",
      { subject, isQuantized },
      workspace.jobFor(subject, signal),
    );
    return problems.map((problem) => toDiagnostic(document, problem));
  } catch (error) {
    if (!(error instanceof JobStopped) || error.reason !== "failed") throw error;
    const text = document.getText();
    const span = isPython(document)
      ? (sourceAnchors(text)[0]?.span ?? { start: 0, end: 0 })
      : lensAnchor(text);
    const { message } = error;
    return [toDiagnostic(document, { code: "RP9001", severity: "error", message, span })];
  }
}

function full(items: Diagnostic[], resultId?: string): DocumentDiagnosticReport {
  return { kind: DocumentDiagnosticReportKind.Full, items, ...(resultId && { resultId }) };
}

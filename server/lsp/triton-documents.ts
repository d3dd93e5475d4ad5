import type { TextDocument } from "vscode-languageserver-textdocument";
import { usesTriton } from "../core/gpu/triton/read/triton-file.js";
import { sourceAnchors } from "../core/views/source/source-syntax.js";
import type { KernelViews } from "../core/views/triton/triton-views.js";
import { type Engine, JobStopped } from "./engine.js";
import { fileNameOf, normalUri } from "./model-uri.js";
import { isPython } from "./python-documents.js";
import type { Workspace } from "./workspace.js";

/** Whether a Python document holds Triton kernels, whatever else it holds. */
export function hasTritonKernels(document: TextDocument): boolean {
  return isPython(document) && usesTriton(document.getText());
}

/** There is no model in it: nothing has to run for what is shown. */
export function isTritonAlone(document: TextDocument): boolean {
  return hasTritonKernels(document) && sourceAnchors(document.getText()).length === 0;
}

const noViews: KernelViews = { hints: [], lenses: [], hovers: [], problems: [], fixes: [] };

/** Triton kernels in the editor: read in the worker as they are typed, never run. */
export class TritonDocuments {
  readonly #engine: Engine;
  readonly #workspace: Workspace;

  constructor(engine: Engine, workspace: Workspace) {
    this.#engine = engine;
    this.#workspace = workspace;
  }

  /** What is shown of the kernels of a document; nothing of one without. */
  async views(document: TextDocument, signal?: AbortSignal): Promise<KernelViews> {
    if (!hasTritonKernels(document)) return noViews;
    await this.#workspace.settled(document.uri);
    const choice = await this.#workspace.choiceFor(document.uri);
    const job = {
      key: `${normalUri(document.uri)}#kernels`,
      title: fileNameOf(document.uri),
      ...(signal !== undefined && { signal }),
    };
    try {
      return await this.#engine.ask("tritonViews", { text: document.getText(), choice }, job);
    } catch (error) {
      if (!(error instanceof JobStopped) || error.reason !== "failed") throw error;
      const span = { start: 0, end: 0 };
      const problem = { code: "RP9001", severity: "error", message: error.message, span } as const;
      return { ...noViews, problems: [problem] };
    }
  }
}

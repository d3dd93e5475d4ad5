import path from "node:path";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { emptyKernelView, type KernelView } from "../core/views/cuda/kernel-view.js";
import { isCudaFile } from "../io/gpu/analyse-cuda.js";
import { askAgain } from "./ask-again.js";
import type { Engine, JobOptions } from "./engine.js";
import { JobStopped } from "./engine.js";
import { fileNameOf, filePathOf, normalUri } from "./model-uri.js";
import type { CudaQuestion } from "./worker-api.js";
import type { Workspace } from "./workspace.js";

/** Whether the document holds kernels written by hand. */
export function isCudaDocument({ languageId, uri }: TextDocument): boolean {
  return /^cuda/.test(languageId) || isCudaFile(uri);
}

export interface CudaDocumentsOptions {
  readonly engine: Engine;
  readonly workspace: Workspace;
  readonly folders: () => readonly string[];
}

/** Kernels in the editor: questions for the worker about what the document says now. */
export class CudaDocuments {
  readonly #options: CudaDocumentsOptions;

  constructor(options: CudaDocumentsOptions) {
    this.#options = options;
  }

  /** What is shown of the document; nothing of one that is no file. */
  async view(document: TextDocument, signal?: AbortSignal): Promise<KernelView> {
    const { engine, workspace } = this.#options;
    await workspace.settled(document.uri);
    const question = await this.question(document);
    if (question === undefined) return emptyKernelView;
    try {
      return await askAgain(() => engine.ask("cuda", question, this.job(document, signal)));
    } catch (error) {
      if (!(error instanceof JobStopped) || error.reason !== "failed") throw error;
      const { message } = error;
      const problem = {
        code: "RP9001",
        severity: "error" as const,
        message,
        span: { start: 0, end: 0 },
        fixes: [],
      };
      return { ...emptyKernelView, problems: [problem] };
    }
  }

  async question(document: TextDocument): Promise<CudaQuestion | undefined> {
    const file = filePathOf(document.uri);
    if (file === undefined) return undefined;
    const { workspace, folders } = this.#options;
    const settings = await workspace.settingsFor(document.uri);
    const inside = folders().filter((folder) => !path.relative(folder, file).startsWith(".."));
    const roots = inside.length > 0 ? inside : [path.dirname(file)];
    const overlays: Record<string, string> = {};
    for (const other of workspace.documents.all()) {
      const otherFile = filePathOf(other.uri);
      if (otherFile !== undefined && otherFile !== file && isCudaDocument(other))
        overlays[otherFile] = other.getText();
    }
    return {
      request: {
        file,
        text: document.getText(),
        overlays,
        roots,
        includeFolders: settings.designIncludeFolders.flatMap((folder) =>
          path.isAbsolute(folder) ? [folder] : roots.map((root) => path.join(root, folder)),
        ),
        sizes: {},
      },
      choice: await workspace.choiceFor(document.uri),
    };
  }

  job({ uri }: TextDocument, signal?: AbortSignal): JobOptions {
    return { key: normalUri(uri), title: fileNameOf(uri), ...(signal !== undefined && { signal }) };
  }
}

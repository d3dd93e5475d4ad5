import path from "node:path";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { usesTriton } from "../core/gpu/triton/read/triton-file.js";
import {
  cudaAnchors,
  tritonAnchors,
  type KernelAnchor,
} from "../core/views/kernels/kernel-lens.js";
import { emptyKernelView, type KernelView } from "../core/views/kernels/kernel-view.js";
import { sourceAnchors } from "../core/views/source/source-syntax.js";
import { isCudaFile } from "../io/gpu/analyse-cuda.js";
import { askAgain } from "./ask-again.js";
import { JobStopped, type Engine, type JobOptions } from "./engine.js";
import { fileNameOf, filePathOf, normalUri } from "./model-uri.js";
import { isPython } from "./python-documents.js";
import type { KernelQuestion } from "./worker-api.js";
import type { Workspace } from "./workspace.js";

/** Whether the document holds kernels in CUDA C++. */
export function isCudaDocument({ languageId, uri }: TextDocument): boolean {
  return /^cuda/.test(languageId) || isCudaFile(uri);
}

/** Whether a Python document holds Triton kernels, whatever else it holds. */
function hasTritonKernels(document: TextDocument): boolean {
  return isPython(document) && usesTriton(document.getText());
}

/** There are kernels and no model: nothing has to run for what is shown. */
export function isKernelsAlone(document: TextDocument): boolean {
  if (isCudaDocument(document)) return true;
  return hasTritonKernels(document) && sourceAnchors(document.getText()).length === 0;
}

/** By the text alone, so that the count of lenses never depends on an analysis. */
export function kernelAnchors(document: TextDocument): readonly KernelAnchor[] {
  if (isCudaDocument(document)) return cudaAnchors(document.getText());
  return hasTritonKernels(document) ? tritonAnchors(document.getText()) : [];
}

export interface KernelDocumentsOptions {
  readonly engine: Engine;
  readonly workspace: Workspace;
  readonly folders: () => readonly string[];
}

/** Kernels in the editor: questions for the worker about what the document says now. */
export class KernelDocuments {
  readonly #options: KernelDocumentsOptions;

  constructor(options: KernelDocumentsOptions) {
    this.#options = options;
  }

  /** What is shown of the document's kernels; nothing of one without. */
  async view(document: TextDocument, signal?: AbortSignal): Promise<KernelView> {
    const { engine, workspace } = this.#options;
    if (!isCudaDocument(document) && !hasTritonKernels(document)) return emptyKernelView;
    await workspace.settled(document.uri);
    const question = await this.question(document);
    if (question === undefined) return emptyKernelView;
    try {
      return await askAgain(() => engine.ask("kernels", question, this.job(document, signal)));
    } catch (error) {
      if (!(error instanceof JobStopped) || error.reason !== "failed") throw error;
      const { message } = error;
      const span = { start: 0, end: 0 };
      const problem = { code: "RP9001", severity: "error", message, span, fixes: [] } as const;
      return { ...emptyKernelView, problems: [problem] };
    }
  }

  /** Undefined of CUDA C++ that is no file: its headers have no place. */
  async question(document: TextDocument): Promise<KernelQuestion | undefined> {
    const { workspace, folders } = this.#options;
    const choice = await workspace.choiceFor(document.uri);
    const text = document.getText();
    if (!isCudaDocument(document)) return { language: "triton", request: { text }, choice };
    const file = filePathOf(document.uri);
    if (file === undefined) return undefined;
    const settings = await workspace.settingsFor(document.uri);
    const inside = folders().filter((folder) => !path.relative(folder, file).startsWith(".."));
    const roots = inside.length > 0 ? inside : [path.dirname(file)];
    const overlays: Record<string, string> = {};
    for (const other of workspace.documents.all()) {
      const otherFile = filePathOf(other.uri);
      if (otherFile !== undefined && otherFile !== file && isCudaDocument(other))
        overlays[otherFile] = other.getText();
    }
    const includeFolders = settings.designIncludeFolders.flatMap((folder) =>
      path.isAbsolute(folder) ? [folder] : roots.map((root) => path.join(root, folder)),
    );
    const request = { file, text, overlays, roots, includeFolders, sizes: {} };
    return { language: "cuda", request, choice };
  }

  job({ uri }: TextDocument, signal?: AbortSignal): JobOptions {
    const key = `${normalUri(uri)}#kernels`;
    return { key, title: fileNameOf(uri), ...(signal !== undefined && { signal }) };
  }
}

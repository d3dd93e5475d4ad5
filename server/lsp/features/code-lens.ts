import type { CodeLens, Range } from "vscode-languageserver/node";
import type { TextSpan } from "../../core/base/text-span.js";
import { configAnchor } from "../../io/config-lines.js";
import { designLens } from "../../core/views/design/design-lens.js";
import { noKernelLens } from "../../core/views/kernels/kernel-lens.js";
import { sourceAnchors } from "../../core/views/source/source-syntax.js";
import { noPlanTitle } from "../../core/views/text/plan-lens.js";
import { lensAnchor } from "../../core/views/text/lens-anchor.js";
import { toRange } from "../convert.js";
import { askAgain } from "../ask-again.js";
import { isAcceleratorFile } from "../accelerator-documents.js";
import { isConfig, isConfigFile } from "../config-documents.js";
import { designKindOf, isDesignLanguage } from "../design-documents.js";
import { JobStopped } from "../engine.js";
import { type Feature, type ServerContext, fence } from "../feature.js";
import { isKernelsAlone, kernelAnchors } from "../kernel-documents.js";
import { modelUriOf } from "../model-uri.js";
import { isModelSource, isPython } from "../python-documents.js";

/**
 * One lens above the graph, and three of its quantization plan where that is switched on; in a Python file one for each definition of a model. Where they stand follows from the text alone and is answered at once; what it says
 * is filled in by `resolve`, so that no line jumps when the numbers arrive.
 */
export const codeLensFeature: Feature = {
  id: "code-lens",
  capabilities: { codeLensProvider: { resolveProvider: true } },
  register: (server) => {
    const { connection, workspace } = server;
    connection.onCodeLens(
      fence(server, "code-lens", [], async ({ textDocument: { uri } }) => {
        const document = workspace.documents.get(uri);
        if (document === undefined || isAcceleratorFile(uri)) return [];
        const settings = await workspace.settingsFor(uri);
        if (!settings.enable || !settings.codeLens) return [];
        const text = document.getText();
        const kind = designKindOf(document);
        if (kind !== undefined)
          return settings.designEnable && server.design.isSource(document)
            ? server.design.anchors(document, kind).map(({ span, name }) => ({
                range: toRange(document, span),
                data: { uri, name, pin: null },
              }))
            : [];
        const kernels = kernelAnchors(document).map(({ span, name }) => ({
          range: toRange(document, span),
          data: { uri, name, pin: null, isKernel: true },
        }));
        if (isKernelsAlone(document)) return kernels;
        const planned = (span: TextSpan | undefined): CodeLens[] =>
          settings.hintsQuantization && span !== undefined
            ? planLenses(uri, toRange(document, span))
            : [];
        if (isPython(document)) {
          if (!settings.pythonEnable || !isModelSource(document)) return kernels;
          const anchors = sourceAnchors(text);
          const lenses = anchors.map(({ span, name, pin }) => ({
            range: toRange(document, span),
            data: { uri, name, pin: pin ?? null },
          }));
          return [...kernels, ...lenses, ...planned(anchors[0]?.span)];
        }
        if (isConfigFile(uri))
          return isConfig(document)
            ? [{ range: toRange(document, configAnchor(text)), data: { uri } }]
            : [];
        const span = lensAnchor(text);
        return [{ range: toRange(document, span), data: { uri } }, ...planned(span)];
      }),
    );
    connection.onCodeLensResolve(async (lens: CodeLens, token) => {
      if (lens.command !== undefined) return lens;
      const anchor = anchorOf(lens.data);
      const { uri } = anchor;
      if (anchor.isKernel) {
        const title = await fence(server, "code-lens", { title: "" }, (_: null, signal) =>
          kernelTitleOf(server, anchor, signal),
        )(null, token);
        return "title" in title ? { ...lens, command: { ...title, command: "" } } : title;
      }
      if (anchor.isPlan) {
        const title = await fence(server, "code-lens", { title: "" }, (_: null, signal) =>
          planOf(server, uri, signal),
        )(null, token);
        if (!("title" in title)) return title;
        const words = [modelUriOf(uri)];
        const { deed } = anchor;
        if (deed === undefined)
          return {
            ...lens,
            command: { ...title, command: "ridgepoint.showPlan", arguments: words },
          };
        const hasPlan = title.title !== noPlanTitle;
        return {
          ...lens,
          command: { title: hasPlan ? deedTitles[deed] : "", command: deed, arguments: words },
        };
      }
      const resolve = fence(server, "code-lens", { title: "" }, (_: null, signal) =>
        titleOf(server, anchor, signal),
      );
      const title = await resolve(null, token);
      return "title" in title
        ? {
            ...lens,
            command: {
              ...title,
              command: "ridgepoint.showModelActions",
              arguments:
                anchor.name === "" ? [modelUriOf(uri)] : [modelUriOf(uri), lens.range.start.line],
            },
          }
        : title;
    });
  },
};

/** Beside the totals: the proposed plan, and what can be done with it once it is there. Three, whatever is known of it. */
function planLenses(uri: string, range: Range): CodeLens[] {
  return [undefined, ...deeds].map((deed) => ({ range, data: { uri, isPlan: true, deed } }));
}

type Deed = keyof typeof deedTitles;
/** By the commands that do them. */
const deedTitles = {
  "ridgepoint.comparePlan": "Compare",
  "ridgepoint.exportRecipe": "Export recipe",
} as const;
const deeds = Object.keys(deedTitles) as readonly Deed[];

async function planOf(
  { engine, workspace }: ServerContext,
  uri: string,
  signal: AbortSignal,
): Promise<{ readonly title: string; readonly tooltip?: string }> {
  try {
    return await askAgain(async () => {
      const subject = await workspace.subjectOf(uri);
      return subject === undefined
        ? { title: noPlanTitle }
        : engine.ask("planLens", { subject }, workspace.jobFor(subject, signal));
    });
  } catch (error) {
    if (error instanceof JobStopped && (error.reason === "failed" || error.reason === "cancelled"))
      return { title: noPlanTitle, tooltip: error.message };
    throw error;
  }
}

async function titleOf(
  { engine, workspace, design }: ServerContext,
  { uri, name, pin }: LensAnchor,
  signal: AbortSignal,
): Promise<{ readonly title: string; readonly tooltip?: string }> {
  const document = workspace.documents.get(uri);
  if (document !== undefined && isDesignLanguage(document)) {
    const state = await design.state(document);
    return state === undefined ? { title: "" } : designLens(state, name);
  }
  try {
    return await askAgain(async () => {
      const subject = await workspace.subjectOf(uri);
      if (subject === undefined) return { title: "Nothing is known of this model" };
      const job = workspace.jobFor(subject, signal);
      return subject.source.kind === "python"
        ? engine.ask("sourceLens", { subject, name, pin }, job)
        : engine.ask("lens", { subject }, job);
    });
  } catch (error) {
    if (error instanceof JobStopped && (error.reason === "failed" || error.reason === "cancelled"))
      return { title: error.message };
    throw error;
  }
}

async function kernelTitleOf(
  { kernels, workspace }: ServerContext,
  { uri, name }: LensAnchor,
  signal: AbortSignal,
): Promise<{ readonly title: string; readonly tooltip?: string }> {
  const document = workspace.documents.get(uri);
  const lenses = document === undefined ? [] : (await kernels.view(document, signal)).lenses;
  const { title, tooltip } = lenses.find((one) => one.name === name) ?? noKernelLens;
  return { title, ...(tooltip !== undefined && { tooltip }) };
}

interface LensAnchor {
  readonly uri: string;
  /** Of the definition, and its pin, in a Python file. */
  readonly name: string;
  readonly pin: string | null;
  /** A kernel written by hand. */
  readonly isKernel: boolean;
  /** Of the proposed quantization plan; what is done with it, or undefined for its totals. */
  readonly isPlan: boolean;
  readonly deed: Deed | undefined;
}

function anchorOf(data: unknown): LensAnchor {
  const fields =
    typeof data === "object" && data !== null ? (data as Readonly<Record<string, unknown>>) : {};
  const { uri, name, pin, isPlan, isKernel, deed } = fields;
  return {
    uri: typeof uri === "string" ? uri : "",
    name: typeof name === "string" ? name : "",
    pin: typeof pin === "string" ? pin : null,
    isPlan: isPlan === true,
    isKernel: isKernel === true,
    deed: deeds.find((one) => one === deed),
  };
}

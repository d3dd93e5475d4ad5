import { NotificationType, RequestType } from "vscode-languageserver-protocol";
import type { CompareParams, ComparisonView } from "../core/views/compare/compare-analyses.js";
import type { WhatIf } from "../core/what-if/what-if.js";
import type { Binding } from "./binding.js";
import type { SizeChange } from "./size-changes.js";
import type { ViewId, ViewParams, ViewResult } from "./views.js";

/** What a view answers for one model, or why it cannot. */
export type ViewReply<K extends ViewId> =
  | { readonly kind: "view"; readonly version: number; readonly view: ViewResult<K> }
  | { readonly kind: "failed"; readonly message: string }
  /** The user stopped it; it runs again when asked with `isRetry`, or when the file changes. */
  | { readonly kind: "cancelled" };

/** What a question supposes in place of what is chosen: the panels' sliders ask so, and change nothing for others. */
export interface Supposition {
  readonly batch?: number | null;
  readonly dims?: Readonly<Record<string, number>>;
  readonly targets?: readonly string[];
}

/** One view of one model file, on the workspace's targets. The server reads the file itself; the page gets ranges. */
export const viewRequest = new RequestType<
  {
    readonly uri: string;
    readonly view: ViewId;
    readonly params: ViewParams<ViewId>;
    readonly isRetry?: boolean;
    readonly suppose?: Supposition;
  },
  ViewReply<ViewId>,
  void
>("ridgepoint/view");

/** The model file in ONNX's textual syntax, for the read-only text document. */
export const textRequest = new RequestType<
  { readonly uri: string },
  { readonly text: string },
  void
>("ridgepoint/text");

/**
 * Between a node and its place in the text: give `nodeId` or `nodeName` to get where its statement starts, or give
 * `offset` to get the node that stands there. `uri` is the model file's or its text document's.
 */
export const locateRequest = new RequestType<
  {
    readonly uri: string;
    readonly nodeId?: number;
    readonly nodeName?: string;
    readonly offset?: number;
  },
  { readonly nodeId: number; readonly offset: number } | null,
  void
>("ridgepoint/locate");

/**
 * What the operators of the line at `offset` cost by themselves, as they are and with other sizes; without `changes` they
 * are told only as they are. Null where nothing is known of the file yet.
 */
export const whatIfRequest = new RequestType<
  { readonly uri: string; readonly offset: number; readonly changes: readonly SizeChange[] },
  WhatIf | null,
  void
>("ridgepoint/whatIf");

/** The report that the command line prints (`json`, `markdown`, `csv`, `html`); null when there is none. */
export const reportRequest = new RequestType<
  { readonly uri: string; readonly format: string },
  { readonly text: string | null },
  void
>("ridgepoint/report");

/** What a page's model is compared with: what it was, another file, or itself on another target. */
export type CompareWith =
  | { readonly kind: "revision"; readonly revision: string }
  | { readonly kind: "model"; readonly uri: string }
  | { readonly kind: "itself" }
  /** The proposed quantization plan, beside the model as it is. */
  | { readonly kind: "proposal" }
  /** Two plans of `ridgepoint quantize` for the model, or one beside the model as it is. */
  | { readonly kind: "plans"; readonly left: PlanFile; readonly right: PlanFile | null };

export interface PlanFile {
  readonly name: string;
  readonly text: string;
}

export interface CompareQuestion extends CompareParams {
  readonly before: CompareWith;
}

export type CompareReply =
  | { readonly kind: "view"; readonly view: ComparisonView }
  | { readonly kind: "failed"; readonly message: string };

/** Two analyses side by side: `before` on the left, the model of the address on the right. */
export const compareRequest = new RequestType<
  { readonly uri: string } & CompareQuestion,
  CompareReply,
  void
>("ridgepoint/compare");

/** All targets of the catalogue, for the picker, or the chosen ones alone. Where none are, those that suit the model count as chosen. */
export const targetsRequest = new RequestType<
  { readonly uri?: string; readonly isChosenOnly?: boolean },
  readonly TargetInfo[],
  void
>("ridgepoint/targets");

export interface TargetInfo {
  readonly id: string;
  readonly label: string;
  readonly chip: string;
  readonly segment: string;
  /** What its numbers rest on; empty where that is not known before it is asked for. */
  readonly method: string;
  readonly isChosen: boolean;
}

/** Fixes what one model leaves open, for every panel and hint; empty values unbind. */
export const bindRequest = new RequestType<Binding & { readonly uri: string }, null, void>(
  "ridgepoint/bind",
);

/**
 * Runs a model on samples, one layer quantized at a time, and lets everything that shows its sensitivity rest on that until
 * the file changes. `place` is a file or a folder; null: samples are made up. Progress is the server's own.
 */
export const measureRequest = new RequestType<
  { readonly uri: string; readonly place: string | null },
  { readonly kind: "measured" | "impossible" | "cancelled"; readonly message: string },
  void
>("ridgepoint/measure");

/**
 * Places and routes the design of an RTL document with nextpnr and shows what came of it beside the estimate. Progress is the
 * server's own.
 */
export const placeAndRouteRequest = new RequestType<
  { readonly uri: string },
  { readonly kind: "routed" | "impossible" | "cancelled"; readonly message: string },
  void
>("ridgepoint/placeAndRoute");

/** The proposed quantization plan as a recipe of `ridgepoint quantize --export` writes it; else why there is none. */
export const recipeRequest = new RequestType<
  { readonly uri: string; readonly recipe: string },
  { readonly text: string } | { readonly reason: string },
  void
>("ridgepoint/recipe");

/** Removes what was found out about weights in earlier sessions; answers the bytes that were freed. */
export const clearResultsRequest = new RequestType<
  Record<string, never>,
  { readonly bytes: number },
  void
>("ridgepoint/clearResults");

/** Server to client: what was shown of this model is out of date; ask again. */
export const changedNotification = new NotificationType<{ readonly uri: string }>(
  "ridgepoint/changed",
);

/** Client to server: folders with the packages of the interpreter that the user has selected; read, never executed. */
export const pythonPathsNotification = new NotificationType<{
  readonly folders: readonly string[];
}>("ridgepoint/pythonPaths");

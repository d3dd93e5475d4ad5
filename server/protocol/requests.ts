import { NotificationType, RequestType } from "vscode-languageserver-protocol";
import type { ViewId, ViewParams, ViewResult } from "./views.js";

/** What a view answers for one model, or why it cannot. */
export type ViewReply<K extends ViewId> =
  | { readonly kind: "view"; readonly version: number; readonly view: ViewResult<K> }
  | { readonly kind: "failed"; readonly message: string };

/** One view of one model file, on the workspace's targets. The server reads the file itself; the page gets ranges. */
export const viewRequest = new RequestType<
  { readonly uri: string; readonly view: ViewId; readonly params: ViewParams<ViewId> },
  ViewReply<ViewId>,
  void
>("ridgepoint/view");

/** The model file in ONNX's textual syntax, for the read-only text document. */
export const textRequest = new RequestType<
  { readonly uri: string },
  { readonly text: string },
  void
>("ridgepoint/text");

/** All targets of the catalogue, for the picker. */
export const targetsRequest = new RequestType<Record<string, never>, readonly TargetInfo[], void>(
  "ridgepoint/targets",
);

export interface TargetInfo {
  readonly id: string;
  readonly label: string;
  readonly chip: string;
  readonly segment: string;
  readonly method: string;
  readonly isChosen: boolean;
}

/** Fixes batch size and symbolic dimensions of one model for every panel and hint; empty values unbind. */
export const bindRequest = new RequestType<
  {
    readonly uri: string;
    readonly batch: number | null;
    readonly dims: Readonly<Record<string, number>>;
  },
  null,
  void
>("ridgepoint/bind");

/** Server to client: what was shown of this model is out of date; ask again. */
export const changedNotification = new NotificationType<{ readonly uri: string }>(
  "ridgepoint/changed",
);

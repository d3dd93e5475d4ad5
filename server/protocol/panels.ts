import type { ViewId, ViewParams } from "./views.js";
import type { ViewReply } from "./requests.js";

/** What a page may ask of its host. */
export interface HostApi {
  view(params: {
    readonly view: ViewId;
    readonly params: ViewParams<ViewId>;
  }): Promise<ViewReply<ViewId>>;
  bind(params: {
    readonly batch: number | null;
    readonly dims: Readonly<Record<string, number>>;
  }): Promise<null>;
  pickTargets(params: null): Promise<null>;
  openAsText(params: { readonly nodeName: string | null }): Promise<null>;
  copy(params: { readonly text: string }): Promise<null>;
}

/** What a host may ask of its page. */
export interface PageApi {
  /** What is shown is out of date: ask again. */
  changed(params: null): null;
  /** Select a node, from another view or the text. */
  reveal(params: { readonly nodeId: number }): null;
}

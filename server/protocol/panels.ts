import type { Binding } from "./binding.js";
import type { ViewId, ViewParams } from "./views.js";
import type {
  CompareQuestion,
  CompareReply,
  Supposition,
  TargetInfo,
  ViewReply,
} from "./requests.js";

/** What a page may ask of its host. */
export interface HostApi {
  /**
   * The page listens: its first call. The answer says what it is for; what the host wants shown (a node to reveal)
   * is sent only afterwards.
   */
  ready(params: null): Promise<PageStart>;
  view(params: {
    readonly view: ViewId;
    readonly params: ViewParams<ViewId>;
    /** The user asked to try again after a failure or a cancellation; without it a known failure is not repeated. */
    readonly isRetry?: boolean;
    /** Another model than the panel's, by an address that the host has given. */
    readonly of?: string;
    /** What if: for this answer alone. */
    readonly suppose?: Supposition;
  }): Promise<ViewReply<ViewId>>;
  bind(params: Binding): Promise<null>;
  pickTargets(params: null): Promise<null>;
  /** Opens the model as text, at the node of that id where one is given, else of that name. */
  openAsText(params: { readonly nodeName: string | null; readonly nodeId?: number }): Promise<null>;
  copy(params: { readonly text: string }): Promise<null>;
  /** Opens another panel on the same model, or brings it to the front, at a node where one is given. */
  openPanel(params: { readonly panel: PanelId | "model"; readonly nodeId?: number }): Promise<null>;
  /** The user chose a node: the other panels of the model and the visible editors follow. */
  select(params: { readonly nodeId: number }): Promise<null>;
  /** Asks for another model of the workspace; null when cancelled. */
  pickModel(params: null): Promise<PageStart | null>;
  /** Asks for a text file and reads it; null when cancelled. */
  readText(params: {
    readonly title: string;
    readonly extensions: readonly string[];
  }): Promise<{ readonly name: string; readonly text: string } | null>;
  /** The model beside another revision, file or target. */
  compare(params: CompareQuestion): Promise<CompareReply>;
  /** All targets of the catalogue, the chosen ones first. */
  targets(params: null): Promise<readonly TargetInfo[]>;
  /** Puts a target before the other chosen ones, for the whole workspace. */
  useTarget(params: { readonly target: string }): Promise<null>;
  /** Asks where to, and writes a file; `base64` for what is no text. Answers the file's name, null when cancelled. */
  save(params: {
    readonly name: string;
    readonly content: string;
    readonly isBase64?: boolean;
  }): Promise<string | null>;
}

/** Panels beside the model's own page. A page of the same name draws each. */
export const panelIds = [
  "graph",
  "roofline",
  "memory",
  "timeline",
  "pareto",
  "mapping",
  "serving",
  "comparison",
] as const;
export type PanelId = (typeof panelIds)[number];

export const panelTitles: Readonly<Record<PanelId, string>> = {
  graph: "Graph",
  roofline: "Roofline",
  memory: "Memory",
  timeline: "Timeline",
  pareto: "Pareto",
  mapping: "Mapping",
  serving: "Serving",
  comparison: "Comparison",
};

export interface PageStart {
  readonly uri: string;
  readonly fileName: string;
  /** What a new panel is opened for. */
  readonly purpose?: PanelPurpose;
}

/** `proposal`: the comparison of a model with its proposed quantization plan. */
export type PanelPurpose = "proposal";

/** What a host may ask of its page. */
export interface PageApi {
  /** What is shown is out of date: mark it, and ask again. */
  changed(params: null): null;
  /** Select a node, from another view or the text. */
  reveal(params: { readonly nodeId: number }): null;
}

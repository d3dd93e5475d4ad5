import type { HostApi, PageApi, PageStart } from "../../../server/protocol/panels.js";
import type { Supposition, ViewReply } from "../../../server/protocol/requests.js";
import { connect, type Methods, type Remote } from "../../../server/protocol/rpc.js";
import type { ViewId, ViewParams } from "../../../server/protocol/views.js";

/**
 * What every page starts with: the channel to its host, typed views, and state that survives hiding the page. State
 * carries a version; a state of another version is dropped, not converted.
 */
export function bootPage<State extends object>(options: PageOptions<State>): Page<State> {
  const vscode = acquireVsCodeApi();
  const host: Remote<HostApi> = connect<HostApi>(
    {
      post: (message) => vscode.postMessage(message),
      onMessage: (listener) =>
        window.addEventListener("message", (event: MessageEvent<unknown>) => listener(event.data)),
    },
    options.api satisfies PageApi as unknown as Methods,
  );
  let state: State = { ...options.initialState, ...keptState(vscode.getState(), options) };
  // The editor makes a panel anew after a reload from what is kept: the model's address is part of it.
  let uri: string | undefined;
  const keep = (): void =>
    vscode.setState({ version: options.stateVersion, state, ...(uri !== undefined && { uri }) });
  return {
    host,
    start: host.call("ready", null).then((start) => {
      uri = start.uri;
      keep();
      return start;
    }),
    ask: (view, params, { signal, isRetry = false, ...more } = {}) =>
      host.call(
        "view",
        { view, params, ...(isRetry ? { isRetry } : {}), ...more },
        signal,
      ) as Promise<never>,
    get state() {
      return state;
    },
    keep(change) {
      state = { ...state, ...change };
      keep();
    },
  };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export interface PageOptions<State> {
  readonly api: PageApi;
  readonly stateVersion: number;
  readonly initialState: State;
  /** What of a kept state is usable; unknown parts are left out. */
  readonly decodeState: (kept: Readonly<Record<string, unknown>>) => Partial<State>;
}

export interface Page<State> {
  readonly host: Remote<HostApi>;
  readonly start: Promise<PageStart>;
  ask<K extends ViewId>(
    view: K,
    params: ViewParams<K>,
    options?: AskOptions,
  ): Promise<ViewReply<K>>;
  readonly state: State;
  keep(change: Partial<State>): void;
}

export interface AskOptions {
  readonly signal?: AbortSignal;
  readonly isRetry?: boolean;
  readonly of?: string;
  readonly suppose?: Supposition;
}

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

function keptState<State>(kept: unknown, options: PageOptions<State>): Partial<State> {
  if (!isRecord(kept) || kept["version"] !== options.stateVersion) return {};
  return isRecord(kept["state"]) ? options.decodeState(kept["state"]) : {};
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

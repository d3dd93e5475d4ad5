import * as vscode from "vscode";
import { URI } from "vscode-uri";
import type { Ctx } from "../../client/src/ctx.js";
import { followModels } from "../../client/src/model-changes.js";
import { PanelRegistry } from "../../client/src/panel-registry.js";

export interface FakeServer {
  /** Answers by method. */
  readonly answers: Record<string, (params: never) => unknown>;
  readonly requests: { readonly method: string; readonly params: unknown }[];
  readonly notifications: { readonly method: string; readonly params: unknown }[];
  notify(method: string, params: unknown): void;
}

/** A context with a server that answers by a table, and what it was asked. */
export function fakeCtx(answers: FakeServer["answers"] = {}): { ctx: Ctx; server: FakeServer } {
  const listeners = new Map<string, ((params: never) => void)[]>();
  const server: FakeServer = {
    answers,
    requests: [],
    notifications: [],
    notify: (method, params) =>
      listeners.get(method)?.forEach((listener) => listener(params as never)),
  };
  const methodOf = (type: string | { method: string }): string =>
    typeof type === "string" ? type : type.method;
  const kept = new Map<string, unknown>();
  const client = {
    sendRequest: async (type: string | { method: string }, params: unknown) => {
      const method = methodOf(type);
      server.requests.push({ method, params });
      const answer = answers[method];
      if (answer === undefined) throw new Error(`the fake server has no answer to ${method}`);
      return answer(params as never);
    },
    sendNotification: async (type: string | { method: string }, params: unknown) => {
      server.notifications.push({ method: methodOf(type), params });
    },
    onNotification: (type: string | { method: string }, listener: (params: never) => void) => {
      const method = methodOf(type);
      // As the real client: a later handler takes the place of an earlier one.
      listeners.set(method, [listener]);
      return { dispose: () => undefined };
    },
  };
  const ctx = {
    extension: {
      extensionUri: URI.file("/extension"),
      workspaceState: {
        get: (key: string, fallback: unknown) => kept.get(key) ?? fallback,
        update: async (key: string, value: unknown) => void kept.set(key, value),
      },
    },
    log: {
      debug: () => undefined,
      warn: () => undefined,
      error: () => undefined,
      show: () => undefined,
      close: () => undefined,
    },
    client,
    panels: new PanelRegistry(),
    openPanel: async () => undefined,
    settingsChanged: new vscode.EventEmitter<void>(),
    modelChanged: new vscode.EventEmitter<string>(),
  } as unknown as Ctx;
  followModels(ctx);
  return { ctx, server };
}

import { beforeEach, describe, expect, test, vi } from "vitest";
import * as vscode from "vscode";
import { hostPanel } from "../../client/src/panel-host.js";
import type { HostApi, PageApi } from "../../server/protocol/panels.js";
import { connect } from "../../server/protocol/rpc.js";
import { fakeCtx } from "../kit/client-ctx.js";
import { editor, EventEmitter } from "../kit/fake-vscode.js";

beforeEach(() => editor.reset());

const uri = vscode.Uri.parse("file:///models/a.onnx");

/** A panel whose page can be loaded, hidden and spoken to. */
async function openPanel(answers: Parameters<typeof fakeCtx>[0] = {}) {
  editor.files = ["model.js", "model.css", "kit.css", "codicon.css"];
  const { ctx, server } = fakeCtx(answers);
  const fromPage = new EventEmitter<unknown>();
  const viewState = new EventEmitter<unknown>();
  const disposed = new EventEmitter<void>();
  let toPage: (message: unknown) => void = () => undefined;
  const panel = {
    visible: true,
    webview: {
      cspSource: "https://source.test",
      html: "",
      options: {},
      asWebviewUri: (file: vscode.Uri) => `https://source.test${file.path}`,
      onDidReceiveMessage: fromPage.event,
      postMessage: async (message: unknown) => {
        if (panel.visible) toPage(message);
        return panel.visible;
      },
    },
    onDidChangeViewState: viewState.event,
    onDidDispose: disposed.event,
  };
  await hostPanel(ctx, panel as unknown as vscode.WebviewPanel, {
    page: "model",
    uri,
    fileName: "a.onnx",
  });
  const load = () => {
    const page = { changed: vi.fn(() => null), reveal: vi.fn(() => null) };
    const listeners: ((message: unknown) => void)[] = [];
    toPage = (message) => listeners.forEach((listener) => listener(message));
    const host = connect<HostApi>(
      {
        post: (message) => fromPage.fire(message),
        onMessage: (listener) => void listeners.push(listener),
      },
      page satisfies PageApi,
    );
    return { page, host };
  };
  const setVisible = (isVisible: boolean): void => {
    panel.visible = isVisible;
    viewState.fire(undefined);
  };
  return { ctx, server, panel, load, setVisible, dispose: () => disposed.fire() };
}

test("the page learns what it is for, and asks views of its file only", async () => {
  const { server, load } = await openPanel({
    "ridgepoint/view": () => ({ kind: "view", version: 1, view: {} }),
  });
  const { host } = load();
  expect(await host.call("ready", null)).toEqual({ uri: uri.toString(), fileName: "a.onnx" });
  await host.call("view", { view: "summary", params: {} });
  expect(server.requests).toEqual([
    {
      method: "ridgepoint/view",
      params: { uri: uri.toString(), view: "summary", params: {} },
    },
  ]);
});

test("a node to reveal waits until the page listens", async () => {
  const { ctx, load } = await openPanel();
  ctx.panels.of(uri)[0]?.reveal(7);
  const { page, host } = load();
  await host.call("ready", null);
  await vi.waitFor(() =>
    expect(page.reveal).toHaveBeenCalledWith({ nodeId: 7 }, expect.anything()),
  );
});

test("an answer to a page that was thrown away never reaches the page after it", async () => {
  let answerLate: (reply: unknown) => void = () => undefined;
  const answers = ["late", "fresh"];
  const { load, setVisible } = await openPanel({
    "ridgepoint/view": () =>
      answers.shift() === "late"
        ? new Promise((resolve) => (answerLate = resolve))
        : { kind: "view", version: 2, view: "fresh" },
  });
  const first = load();
  await first.host.call("ready", null);
  void first.host.call("view", { view: "summary", params: {} });
  setVisible(false);
  setVisible(true);
  const second = load();
  await second.host.call("ready", null);
  const fresh = second.host.call("view", { view: "summary", params: {} });
  answerLate({ kind: "view", version: 1, view: "late" });
  expect(await fresh).toMatchObject({ view: "fresh" });
});

test("changes reach a visible page, and a closed panel is forgotten", async () => {
  const { ctx, load, dispose } = await openPanel();
  const { page, host } = load();
  await host.call("ready", null);
  ctx.panels.of(uri)[0]?.changed();
  await vi.waitFor(() => expect(page.changed).toHaveBeenCalledOnce());
  dispose();
  expect(ctx.panels.of(uri)).toEqual([]);
});

test("a failing server is a failed call of the page, not a throw in the host", async () => {
  const { load } = await openPanel();
  const { host } = load();
  await expect(host.call("bind", { batch: 1, dims: {}, devices: null })).rejects.toThrow(
    "no answer",
  );
});

describe("the page's document", () => {
  test("loads nothing but the extension's own files", async () => {
    const { panel } = await openPanel();
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(
      panel.webview.html,
    )![1]!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(/script-src 'nonce-[A-Za-z0-9+/=]+' https:\/\/source\.test/);
    expect(policy).not.toContain("unsafe-");
    expect(policy).not.toContain("connect-src");
    expect(panel.webview.html).not.toMatch(/<script(?![^>]*nonce=)/);
    expect(panel.webview.options).toMatchObject({ enableScripts: true });
  });

  test("links the page's style sheet and those for all pages", async () => {
    const { panel } = await openPanel();
    const styles = [...panel.webview.html.matchAll(/dist\/webviews\/([\w.]+css)/g)].map(
      ([, name]) => name,
    );
    expect(styles).toEqual(["codicon.css", "kit.css", "model.css"]);
  });
});

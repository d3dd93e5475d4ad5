import { beforeEach, expect, test, vi } from "vitest";
import * as vscode from "vscode";
import { registerModelEditor } from "../../client/src/model-editor.js";
import { printedUriOf } from "../../client/src/model-uri.js";
import { registerTextDocuments } from "../../client/src/text-document.js";
import { shareSelection } from "../../client/src/selection.js";
import { fakeCtx } from "../kit/client-ctx.js";
import { editor, TextEditorSelectionChangeKind, workspace } from "../kit/fake-vscode.js";

beforeEach(() => editor.reset());

const uri = vscode.Uri.parse("file:///elsewhere/a[1].onnx");

function open(): { dispose(): void } {
  const { provider } = editor.customEditors.get("ridgepoint.model")!;
  return (provider as vscode.CustomReadonlyEditorProvider).openCustomDocument(
    uri,
    {} as vscode.CustomDocumentOpenContext,
    {} as vscode.CancellationToken,
  ) as { dispose(): void };
}

test("a model outside the workspace is watched by its own name, until it is closed", () => {
  const { ctx, server } = fakeCtx();
  registerModelEditor(ctx);
  const document = open();
  const [watcher] = editor.watchers;
  expect(watcher?.pattern).toMatchObject({ pattern: "a[[]1[]].onnx" });
  watcher?.changed.fire();
  expect(server.notifications).toEqual([
    {
      method: "workspace/didChangeWatchedFiles",
      params: { changes: [{ uri: uri.toString(), type: 2 }] },
    },
  ]);
  document.dispose();
  expect(watcher?.isDisposed).toBe(true);
});

test("a model of the workspace is watched by the server", () => {
  const { ctx } = fakeCtx();
  workspace.workspaceFolders = [{}];
  registerModelEditor(ctx);
  open();
  expect(editor.watchers).toEqual([]);
});

test("what the server says has changed is passed to the panels of that model", () => {
  const { ctx, server } = fakeCtx();
  registerModelEditor(ctx);
  const changed = vi.fn();
  ctx.panels.add({
    uri,
    page: "model",
    show: () => undefined,
    close: () => undefined,
    isVisible: () => true,
    changed,
    reveal: vi.fn(),
  });
  server.notify("ridgepoint/changed", { uri: "file:///other.onnx" });
  expect(changed).not.toHaveBeenCalled();
  server.notify("ridgepoint/changed", { uri: uri.toString() });
  expect(changed).toHaveBeenCalledOnce();
});

test("a model's text is asked of the server by the file's address", async () => {
  const { ctx, server } = fakeCtx({ "ridgepoint/text": () => ({ text: "the text" }) });
  registerTextDocuments(ctx);
  const provider = editor.contentProviders.get("ridgepoint-onnx")!;
  expect(await provider.provideTextDocumentContent(printedUriOf(uri), {})).toBe("the text");
  expect(server.requests).toEqual([{ method: "ridgepoint/text", params: { uri: uri.toString() } }]);
});

test("the node under the cursor is selected in the visible panels of its model", async () => {
  const { ctx, server } = fakeCtx({ "ridgepoint/locate": () => ({ nodeId: 5, offset: 1 }) });
  shareSelection(ctx);
  const reveal = vi.fn();
  ctx.panels.add({
    uri,
    page: "model",
    show: () => undefined,
    close: () => undefined,
    isVisible: () => true,
    changed: vi.fn(),
    reveal,
  });
  const select = (kind: number): void =>
    editor.events.selection.fire({
      kind,
      textEditor: {
        document: { uri: printedUriOf(uri), languageId: "onnx-text", offsetAt: () => 12 },
        selection: { active: {} },
      },
    });
  select(TextEditorSelectionChangeKind.Mouse);
  select(TextEditorSelectionChangeKind.Keyboard);
  await vi.waitFor(() => expect(reveal).toHaveBeenCalledWith(5));
  expect(server.requests).toHaveLength(1);
});

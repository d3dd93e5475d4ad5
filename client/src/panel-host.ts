import * as vscode from "vscode";
import type { HostApi, PageApi, PanelPurpose } from "../../server/protocol/panels.js";
import {
  bindRequest,
  compareRequest,
  targetsRequest,
  viewRequest,
} from "../../server/protocol/requests.js";
import { type CallContext, type Methods, type Remote, connect } from "../../server/protocol/rpc.js";
import type { Ctx } from "./ctx.js";
import { panelHtml } from "./panel-html.js";
import type { OpenPanel } from "./panel-registry.js";
import { pickModel } from "./pick-model.js";
import { readText, saveFile } from "./save-file.js";
import { revealInEditors } from "./selection.js";
import { useTargetFirst } from "./use-targets.js";

/**
 * One host for every panel. A hidden page is thrown away by the editor and made anew when it is shown (its state comes
 * from the page's own `getState`), so each `ready` starts a fresh connection, and what is meant for the page while it
 * does not listen is kept.
 */
export async function hostPanel(
  ctx: Ctx,
  panel: vscode.WebviewPanel,
  {
    page,
    uri,
    fileName,
    purpose,
  }: {
    readonly page: string;
    readonly uri: vscode.Uri;
    readonly fileName: string;
    readonly purpose?: PanelPurpose;
  },
): Promise<void> {
  const folder = vscode.Uri.joinPath(ctx.extension.extensionUri, "dist", "webviews");
  let remote: Remote<PageApi> | undefined;
  let deliver: ((message: unknown) => void) | undefined;
  let nodeToReveal: number | undefined;

  const flush = (): void => {
    if (remote === undefined || nodeToReveal === undefined) return;
    const nodeId = nodeToReveal;
    nodeToReveal = undefined;
    call(ctx, remote.call("reveal", { nodeId }));
  };
  const local: HostApi = {
    ready: () => {
      setTimeout(flush);
      const start = { uri: uri.toString(), fileName };
      return Promise.resolve(purpose === undefined ? start : { ...start, purpose });
    },
    view: (params) => ctx.client.sendRequest(viewRequest, question(uri, params)),
    bind: (params) => ctx.client.sendRequest(bindRequest, { uri: uri.toString(), ...params }),
    pickTargets: () => run("ridgepoint.pickTargets"),
    openAsText: (params) => run("ridgepoint.openAsText", uri, params),
    copy: async ({ text }) => {
      await vscode.env.clipboard.writeText(text);
      return null;
    },
    openPanel: async ({ panel: wanted, nodeId }) => {
      await ctx.openPanel(wanted, uri, nodeId);
      return null;
    },
    select: async ({ nodeId }) => {
      for (const other of ctx.panels.of(uri))
        if (other !== opened && other.isVisible()) other.reveal(nodeId);
      await revealInEditors(ctx, uri, nodeId);
      return null;
    },
    pickModel: () => pickModel(),
    compare: (params) => ctx.client.sendRequest(compareRequest, { uri: uri.toString(), ...params }),
    targets: () => ctx.client.sendRequest(targetsRequest, { uri: uri.toString() }),
    useTarget: ({ target }) => useTargetFirst(ctx, target, uri),
    readText: (params) => readText(params),
    save: (params) => saveFile(uri, params),
  };
  const methods: Methods = {
    ...local,
    view: (params: Parameters<HostApi["view"]>[0], { onCancel }: CallContext) => {
      const source = new vscode.CancellationTokenSource();
      onCancel(() => source.cancel());
      return ctx.client.sendRequest(viewRequest, question(uri, params), source.token);
    },
  };
  const listen = (): void => {
    remote?.close("The page was loaded anew.");
    // Numbers of calls start again with each load of the page: an answer to the page before must not reach this one.
    let isCurrent = true;
    const channel = {
      post: (message: unknown) => {
        if (isCurrent) call(ctx, panel.webview.postMessage(message));
      },
      onMessage: (listener: (message: unknown) => void) => {
        deliver = listener;
      },
    };
    const connected = connect<PageApi>(channel, methods);
    remote = {
      call: (...args) => connected.call(...args),
      close: (reason) => {
        isCurrent = false;
        connected.close(reason);
      },
    };
  };

  const opened: OpenPanel = {
    uri,
    page,
    show: () => panel.reveal(),
    close: () => void panel.dispose(),
    isVisible: () => panel.visible,
    changed: () => {
      if (remote !== undefined && panel.visible) call(ctx, remote.call("changed", null));
    },
    reveal: (nodeId) => {
      nodeToReveal = nodeId;
      if (panel.visible) flush();
    },
  };
  const subscriptions = [
    ctx.panels.add(opened),
    panel.webview.onDidReceiveMessage((message: unknown) => {
      if (isReady(message) || remote === undefined) listen();
      deliver?.(message);
    }),
    panel.onDidChangeViewState(() => {
      if (panel.visible) return;
      remote?.close("The page is hidden.");
      remote = undefined;
    }),
  ];
  panel.onDidDispose(() => {
    remote?.close("The panel is closed.");
    remote = undefined;
    for (const subscription of subscriptions) subscription.dispose();
  });

  panel.webview.options = { enableScripts: true, localResourceRoots: [folder] };
  const files = await vscode.workspace.fs.readDirectory(folder);
  const names = new Set(files.map(([name]) => name));
  // A sheet beside a script of the same name belongs to that page; every other sheet is for all.
  const isForPage = (name: string): boolean =>
    name === `${page}.css` || !names.has(name.replace(/css$/, "js"));
  panel.webview.html = panelHtml(panel.webview, folder, {
    title: fileName,
    script: `${page}.js`,
    styles: [...names].filter((name) => name.endsWith(".css") && isForPage(name)).sort(),
  });
}

/** Of the panel's own model unless another is named. */
function question(
  uri: vscode.Uri,
  { of, ...params }: Parameters<HostApi["view"]>[0],
): { readonly uri: string } & Omit<Parameters<HostApi["view"]>[0], "of"> {
  return { uri: of ?? uri.toString(), ...params };
}

async function run(command: string, ...args: unknown[]): Promise<null> {
  await vscode.commands.executeCommand(command, ...args);
  return null;
}

/** A call whose answer does not matter; that it went wrong is worth a line in the log. */
function call(ctx: Ctx, reply: PromiseLike<unknown>): void {
  reply.then(undefined, (error: unknown) => ctx.log.debug(`page: ${String(error)}`));
}

function isReady(message: unknown): boolean {
  return (
    typeof message === "object" &&
    message !== null &&
    "method" in message &&
    message.method === "ready"
  );
}

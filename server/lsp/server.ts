import path from "node:path";
import {
  CodeLensRefreshRequest,
  type Connection,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  type InitializeParams,
  MessageType,
  type ServerCapabilities,
  ShowMessageNotification,
  TextDocumentSyncKind,
  TextDocuments,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { changedNotification } from "../protocol/requests.js";
import { decodeServerOptions } from "./server-options.js";
import { DesignDocuments } from "./design-documents.js";
import { DesignEngine } from "./design-engine.js";
import { Engine } from "./engine.js";
import { KernelDocuments } from "./kernel-documents.js";
import type { ServerContext } from "./feature.js";
import { features } from "./features.js";
import { PythonDocuments } from "./python-documents.js";
import { PythonRuns } from "./python-runs.js";
import { openPythonEngine } from "../io/python-engine.js";
import { filePathOf, modelUriOf } from "./model-uri.js";
import { showProgress } from "./progress.js";
import { Workspace } from "./workspace.js";

/** The language server on one connection. `bundleFolder` holds `worker.cjs` and `data`. */
export function startServer(connection: Connection, bundleFolder = __dirname): void {
  const log = (line: string): void => connection.console.warn(line);
  connection.onInitialize((params) => {
    const options = decodeServerOptions(params.initializationOptions);
    const engine = new Engine({
      workerFile: path.join(bundleFolder, "worker.cjs"),
      dataFolder: path.join(bundleFolder, "data"),
      limits: options.limits,
      log,
      onSlow: (title, cancel) => showProgress(connection, title, cancel),
    });
    const documents = new TextDocuments(TextDocument);
    const folders = new Set(foldersOf(params));
    const runs = new PythonRuns({
      openEngine: () => openPythonEngine({ log }),
      slowMilliseconds: options.limits.slowMilliseconds,
      onSlow: (title, cancel) => showProgress(connection, title, cancel),
      onMore: (uri) => {
        workspace.renew(uri);
        announceChange([uri]);
      },
    });
    const python = new PythonDocuments(runs, options.pythonSeconds, (address) =>
      engine.forget(address),
    );
    const announce = (uri: string): void => {
      connection
        .sendNotification(changedNotification, { uri: modelUriOf(uri) })
        .catch((error: unknown) => log(`changed: ${String(error)}`));
    };
    const workspace = new Workspace(connection, {
      documents,
      engine,
      python,
      folders: () => [...folders],
      onAccelerators: (uris) => announceChange(uris),
      // Not `window.showWarningMessage`, which is a request: not every client answers it.
      warn: (message) => {
        connection
          .sendNotification(ShowMessageNotification.type, { type: MessageType.Warning, message })
          .catch((error: unknown) => log(`warn: ${String(error)}`));
      },
      asksForSettings: params.capabilities.workspace?.configuration === true,
      initialSettings: options.settings,
      onSettled: announce,
    });
    const announceChange = (modelUris: readonly string[]): void => {
      for (const uri of modelUris) announce(uri);
      refresh(connection, params, log);
    };
    const designOptions = {
      workerFile: path.join(bundleFolder, "design-worker.cjs"),
      dataFolder: path.join(bundleFolder, "data"),
      log,
    };
    const designEngine = new DesignEngine(designOptions);
    const design = new DesignDocuments({
      engine: designEngine,
      folders: () => [...folders],
      documents: () => documents.all(),
      settingsFor: (uri) => workspace.settingsFor(uri),
      onChange: (uri) => {
        workspace.renew(uri);
        announceChange([uri]);
      },
      slowMilliseconds: options.limits.slowMilliseconds,
      onSlow: (title, cancel) => showProgress(connection, title, cancel),
    });
    const server: ServerContext = {
      connection,
      workspace,
      engine,
      python,
      design,
      kernels: new KernelDocuments({ engine, workspace, folders: () => [...folders] }),
      log,
      startDesignEngine: (onStage) => new DesignEngine({ ...designOptions, onStage }),
      announceChange,
    };
    for (const feature of features) feature.register(server);
    followDocuments(server, documents);
    connection.onDidChangeConfiguration(({ settings }: { readonly settings: unknown }) => {
      workspace.forgetSettings(settings);
      design.invalidate();
      announceChange(workspace.askedModels());
    });
    connection.onInitialized(() => {
      if (params.capabilities.workspace?.workspaceFolders === true)
        connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
          for (const { uri } of removed) folders.delete(filePathOf(uri) ?? "");
          for (const { uri } of added) folders.add(filePathOf(uri) ?? "");
          folders.delete("");
          announceChange(workspace.forgetAccelerators());
        });
      void registerLater(connection, params, options.tellsOfSettings).catch((error: unknown) =>
        log(`register: ${String(error)}`),
      );
    });
    const dispose = (): void => {
      engine.dispose();
      runs.dispose();
      designEngine.dispose();
    };
    connection.onShutdown(dispose);
    connection.onExit(dispose);
    documents.listen(connection);
    return { capabilities: capabilities(), serverInfo: { name: "ridgepoint" } };
  });
  connection.listen();
}

function followDocuments(server: ServerContext, documents: TextDocuments<TextDocument>): void {
  const opened = new Set<string>();
  documents.onDidOpen(({ document }) => opened.add(`${document.uri}@${document.version}`));
  documents.onDidChangeContent(({ document }) => {
    // Opening counts as a change of content as well; only typing is waited out.
    if (opened.delete(`${document.uri}@${document.version}`)) return;
    server.workspace.unsettle(document.uri);
    server.design.changed(document);
  });
  documents.onDidSave(({ document }) => server.design.saved(document));
  documents.onDidClose(({ document }) => {
    server.workspace.close(document.uri);
    server.design.closed(document.uri);
  });
}

function foldersOf({ workspaceFolders }: InitializeParams): readonly string[] {
  return (workspaceFolders ?? []).flatMap(({ uri }) => filePathOf(uri) ?? []);
}

function capabilities(): ServerCapabilities {
  let all: ServerCapabilities = {
    workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
  };
  for (const feature of features) all = { ...all, ...feature.capabilities };
  return all;
}

/** What the editor must be asked to do anew, as far as it can. */
function refresh(
  connection: Connection,
  { capabilities: { workspace } }: InitializeParams,
  log: (line: string) => void,
): void {
  const asked = [
    workspace?.inlayHint?.refreshSupport === true && connection.languages.inlayHint.refresh(),
    workspace?.codeLens?.refreshSupport === true &&
      connection.sendRequest(CodeLensRefreshRequest.type),
    workspace?.diagnostics?.refreshSupport === true && connection.languages.diagnostics.refresh(),
  ];
  for (const reply of asked)
    if (reply !== false) reply.catch((error: unknown) => log(`refresh: ${String(error)}`));
}

async function registerLater(
  connection: Connection,
  { capabilities: { workspace } }: InitializeParams,
  isToldOfSettings: boolean,
): Promise<void> {
  if (!isToldOfSettings && workspace?.didChangeConfiguration?.dynamicRegistration === true)
    await connection.client.register(DidChangeConfigurationNotification.type, {
      section: "ridgepoint",
    });
  if (workspace?.didChangeWatchedFiles?.dynamicRegistration === true)
    await connection.client.register(DidChangeWatchedFilesNotification.type, {
      watchers: [
        { globPattern: "**/*.{onnx,onnx.data,onnx_data,data,tflite,gguf,mlir}" },
        { globPattern: "**/*.py" },
        { globPattern: "**/*.{safetensors,pt,pth,plan.json}" },
        { globPattern: "**/*.accelerator.json" },
        { globPattern: "**/*.{v,sv,vh,svh,vhd,vhdl,f,c,cpp,cc,h,hpp,rpt,xml,summary,tcl,cfg}" },
        { globPattern: "**/*{util,hier,report,nextpnr,stat,synth}*.{txt,json}" },
      ],
    });
}

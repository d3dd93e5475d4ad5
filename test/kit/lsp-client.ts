import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { onTestFinished } from "vitest";
import {
  CodeLensRefreshRequest,
  CodeLensRequest,
  CodeLensResolveRequest,
  type CodeLens,
  ConfigurationRequest,
  type Diagnostic,
  DiagnosticRefreshRequest,
  DidChangeConfigurationNotification,
  DidChangeTextDocumentNotification,
  DidChangeWatchedFilesNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  DocumentDiagnosticReportKind,
  DocumentDiagnosticRequest,
  type InitializeParams,
  InitializeRequest,
  type InitializeResult,
  InitializedNotification,
  type InlayHint,
  InlayHintRefreshRequest,
  InlayHintRequest,
  type Position,
  type ProtocolConnection,
  type Range,
  RegistrationRequest,
  ShutdownRequest,
  ExitNotification,
  StreamMessageReader,
  StreamMessageWriter,
  WorkDoneProgressCreateRequest,
  createProtocolConnection,
} from "vscode-languageserver-protocol/node";
import { changedNotification } from "../../server/protocol/requests.js";

/**
 * An editor, as far as the server can tell: a process of the real server over standard input and output, spoken to by
 * the protocol. A test opens documents, asks, and reads what came unasked from the lists.
 *
 *     const client = await startClient(folder, { settings: { targets: ["…"] } });
 *     const model = client.open("file:///m.onnxtxt", text);
 *     expect(await model.hints()).toEqual(…);
 */
export interface TestClient {
  readonly connection: ProtocolConnection;
  readonly capabilities: InitializeResult["capabilities"];
  readonly process: ChildProcess;
  /** What the server wrote to the log. */
  readonly log: readonly string[];
  /** Warnings shown to the user. */
  readonly shown: readonly string[];
  /** Models that the server said had changed. */
  readonly changed: readonly string[];
  /** `inlayHint`, `codeLens`, `diagnostics`: what the server asked to be asked again. */
  readonly refreshes: readonly string[];
  /** Titles of progress that began. */
  readonly progress: readonly string[];
  readonly registrations: readonly string[];
  open(uri: string, text: string, languageId?: string): TestDocument;
  /** Sets the section `ridgepoint` and tells the server. */
  configure(settings: Readonly<Record<string, unknown>>): Promise<void>;
  touch(uri: string): Promise<void>;
  /** Cancels the progress that begins next. */
  cancelNextProgress(): void;
}

export interface TestDocument {
  readonly uri: string;
  text(): string;
  /** Replaces the first occurrence. */
  replace(what: string, by: string): Promise<void>;
  close(): Promise<void>;
  /** `line text⟦label⟧` of every hint, in order. */
  hints(range?: Range): Promise<readonly string[]>;
  rawHints(): Promise<readonly InlayHint[]>;
  /** Of the first occurrence. */
  position(what: string, shift?: number): Position;
  lenses(): Promise<readonly CodeLens[]>;
  /** Titles of all lenses, in the order of the text. */
  lensTitles(): Promise<readonly string[]>;
  /** Title of the only lens. */
  lens(): Promise<string>;
  diagnostics(): Promise<readonly Diagnostic[]>;
}

export interface ClientOptions {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly initializationOptions?: unknown;
  /** Paths of the folders that are open. */
  readonly folders?: readonly string[];
  /** Runs another program than the bundled server. */
  readonly command?: readonly string[];
  /** Leaves out refreshing, progress, configuration and registration. */
  readonly isPlain?: boolean;
}

export async function startClient(
  folder: string,
  options: ClientOptions = {},
): Promise<TestClient> {
  const [program, ...words] = options.command ?? [
    process.execPath,
    path.join(folder, "server.cjs"),
    "--stdio",
  ];
  const server = spawn(program!, words, { stdio: ["pipe", "pipe", "pipe"] });
  const connection = createProtocolConnection(
    new StreamMessageReader(server.stdout),
    new StreamMessageWriter(server.stdin),
  );
  const seen = {
    log: [] as string[],
    shown: [] as string[],
    changed: [] as string[],
    refreshes: [] as string[],
    progress: [] as string[],
    registrations: [] as string[],
  };
  server.stderr.on("data", (bytes: Buffer) => seen.log.push(String(bytes)));
  let settings = options.settings ?? {};
  let isCancelling = false;

  connection.onNotification("window/logMessage", ({ message }: { message: string }) => {
    seen.log.push(message);
  });
  connection.onNotification("window/showMessage", ({ message }: { message: string }) => {
    seen.shown.push(message);
  });
  connection.onNotification(changedNotification.method, ({ uri }: { uri: string }) => {
    seen.changed.push(uri);
  });
  connection.onNotification(
    "$/progress",
    ({ token, value }: { token: string; value: { kind: string; message?: string } }) => {
      if (value.kind !== "begin") return;
      seen.progress.push(value.message ?? "");
      if (!isCancelling) return;
      isCancelling = false;
      void connection.sendNotification("window/workDoneProgress/cancel", { token });
    },
  );
  connection.onRequest(ConfigurationRequest.type, ({ items }) =>
    items.map(({ section }) => (section === "ridgepoint" ? nested(settings) : null)),
  );
  connection.onRequest(RegistrationRequest.type, ({ registrations }) => {
    seen.registrations.push(...registrations.map(({ method }) => method));
  });
  connection.onRequest(WorkDoneProgressCreateRequest.type, () => undefined);
  connection.onRequest(InlayHintRefreshRequest.type, () => void seen.refreshes.push("inlayHint"));
  connection.onRequest(CodeLensRefreshRequest.type, () => void seen.refreshes.push("codeLens"));
  connection.onRequest(
    DiagnosticRefreshRequest.type,
    () => void seen.refreshes.push("diagnostics"),
  );
  connection.listen();

  onTestFinished(async () => {
    if (server.exitCode === null) {
      await connection.sendRequest(ShutdownRequest.type).catch(() => undefined);
      await connection.sendNotification(ExitNotification.type).catch(() => undefined);
    }
    connection.dispose();
    server.kill();
  });

  const { capabilities } = await connection.sendRequest(InitializeRequest.type, {
    processId: process.pid,
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the protocol still demands it
    rootUri: null,
    workspaceFolders: (options.folders ?? []).map((folder) => ({
      uri: pathToFileURL(folder).toString(),
      name: path.basename(folder),
    })),
    capabilities: options.isPlain === true ? {} : editorCapabilities,
    initializationOptions: options.initializationOptions,
  });
  await connection.sendNotification(InitializedNotification.type, {});

  return {
    ...seen,
    connection,
    capabilities,
    process: server,
    open: (uri, text, languageId) => openDocument(connection, uri, text, languageId),
    configure: async (changed) => {
      settings = changed;
      await connection.sendNotification(DidChangeConfigurationNotification.type, {
        settings: { ridgepoint: nested(changed) },
      });
    },
    touch: (uri) =>
      connection.sendNotification(DidChangeWatchedFilesNotification.type, {
        changes: [{ uri, type: 2 }],
      }),
    cancelNextProgress: () => {
      isCancelling = true;
    },
  };
}

function openDocument(
  connection: ProtocolConnection,
  uri: string,
  first: string,
  languageId = "onnx-text",
): TestDocument {
  let text = first;
  let version = 1;
  const textDocument = { uri };
  void connection.sendNotification(DidOpenTextDocumentNotification.type, {
    textDocument: { uri, languageId, version, text },
  });
  const whole = (): Range => ({ start: positionOf(text, 0), end: positionOf(text, text.length) });
  const rawHints = async (range = whole()): Promise<readonly InlayHint[]> =>
    (await connection.sendRequest(InlayHintRequest.type, { textDocument, range })) ?? [];
  const lenses = async (): Promise<readonly CodeLens[]> =>
    (await connection.sendRequest(CodeLensRequest.type, { textDocument })) ?? [];
  return {
    uri,
    text: () => text,
    replace: async (what, by) => {
      const start = text.indexOf(what);
      if (start < 0) throw new Error(`the text has no ${what}`);
      const range = {
        start: positionOf(text, start),
        end: positionOf(text, start + what.length),
      };
      text = text.slice(0, start) + by + text.slice(start + what.length);
      version += 1;
      await connection.sendNotification(DidChangeTextDocumentNotification.type, {
        textDocument: { uri, version },
        contentChanges: [{ range, text: by }],
      });
    },
    close: () =>
      connection.sendNotification(DidCloseTextDocumentNotification.type, { textDocument }),
    rawHints,
    hints: async (range) => {
      const lines = text.split("\n");
      return (await rawHints(range)).map(({ position, label }) => {
        const line = (lines[position.line] ?? "").slice(0, position.character);
        return `${line.trim()} ⟦${typeof label === "string" ? label : ""}⟧`;
      });
    },
    position: (what, shift = 0) => {
      const start = text.indexOf(what);
      if (start < 0) throw new Error(`the text has no ${what}`);
      return positionOf(text, start + shift);
    },
    lenses,
    lensTitles: async () => {
      const titles: string[] = [];
      for (const lens of await lenses()) {
        const resolved = await connection.sendRequest(CodeLensResolveRequest.type, lens);
        titles.push(resolved.command?.title ?? "");
      }
      return titles;
    },
    lens: async () => {
      const [lens] = await lenses();
      if (lens === undefined) throw new Error("there is no lens");
      return (await connection.sendRequest(CodeLensResolveRequest.type, lens)).command?.title ?? "";
    },
    diagnostics: async () => {
      const report = await connection.sendRequest(DocumentDiagnosticRequest.type, { textDocument });
      return report.kind === DocumentDiagnosticReportKind.Full ? report.items : [];
    },
  };
}

function positionOf(text: string, offset: number): Position {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length - 1, character: before[before.length - 1]!.length };
}

/** `{ "hints.shape": true }` as an editor sends it: `{ hints: { shape: true } }`. */
function nested(settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const tree: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(settings)) {
    const parts = key.split(".");
    const last = parts.pop()!;
    let at = tree;
    for (const part of parts) at = (at[part] ??= {}) as Record<string, unknown>;
    at[last] = value;
  }
  return tree;
}

const editorCapabilities: InitializeParams["capabilities"] = {
  workspace: {
    configuration: true,
    workspaceFolders: true,
    didChangeConfiguration: { dynamicRegistration: true },
    didChangeWatchedFiles: { dynamicRegistration: true },
    inlayHint: { refreshSupport: true },
    codeLens: { refreshSupport: true },
    diagnostics: { refreshSupport: true },
  },
  window: { workDoneProgress: true },
};

/**
 * The part of the editor's API that the client uses, for tests outside an editor: `vscode` resolves to this file. What
 * the client registers and does is kept in `editor`, where tests read it and answer prompts.
 */
import { URI, Utils } from "vscode-uri";

/** Addresses are values of vscode-uri, as they are in the editor. */
export const Uri = {
  parse: (text: string): URI => URI.parse(text),
  file: (path: string): URI => URI.file(path),
  from: (parts: Parameters<typeof URI.from>[0]): URI => URI.from(parts),
  joinPath: (uri: URI, ...parts: string[]): URI => Utils.joinPath(uri, ...parts),
  [Symbol.hasInstance]: (value: unknown): boolean => URI.isUri(value),
};

type Listener<T> = (event: T) => unknown;

export class EventEmitter<T> {
  readonly #listeners = new Set<Listener<T>>();
  readonly event = (listener: Listener<T>): Disposable => {
    this.#listeners.add(listener);
    return new Disposable(() => this.#listeners.delete(listener));
  };
  fire(event: T): void {
    for (const listener of this.#listeners) listener(event);
  }
  dispose(): void {
    this.#listeners.clear();
  }
}

export class Disposable {
  readonly #end: () => unknown;
  constructor(end: () => unknown) {
    this.#end = end;
  }
  static from(...all: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => all.forEach((one) => one.dispose()));
  }
  dispose(): void {
    this.#end();
  }
}

export class CancellationTokenSource {
  readonly #emitter = new EventEmitter<void>();
  readonly token = { isCancellationRequested: false, onCancellationRequested: this.#emitter.event };
  cancel(): void {
    this.token.isCancellationRequested = true;
    this.#emitter.fire();
  }
}

export class MarkdownString {
  readonly value: string;
  constructor(value: string) {
    this.value = value;
  }
}
export class Position {
  readonly line: number;
  readonly character: number;
  constructor(line: number, character: number) {
    this.line = line;
    this.character = character;
  }
}
export class Range {
  readonly start: Position;
  readonly end: Position;
  constructor(start: Position, end: Position) {
    this.start = start;
    this.end = end;
  }
}
export class Selection extends Range {}
export class RelativePattern {
  readonly base: unknown;
  readonly pattern: string;
  constructor(base: unknown, pattern: string) {
    this.base = base;
    this.pattern = pattern;
  }
}
export class TabInputText {
  readonly uri: URI;
  constructor(uri: URI) {
    this.uri = uri;
  }
}
export class TabInputCustom {
  readonly uri: URI;
  readonly viewType: string;
  constructor(uri: URI, viewType: string) {
    this.uri = uri;
    this.viewType = viewType;
  }
}

/** The input of a tab that shows a page of ours, or a text. */
export function tabOfPage(uri: { toString(): string }): TabInputCustom {
  return new TabInputCustom(URI.parse(uri.toString()), "ridgepoint.model");
}
export function tabOfText(uri: { toString(): string }): TabInputText {
  return new TabInputText(URI.parse(uri.toString()));
}

export const StatusBarAlignment = { Left: 1, Right: 2 };
export const QuickPickItemKind = { Separator: -1, Default: 0 };
export const ConfigurationTarget = { Global: 1, Workspace: 2, WorkspaceFolder: 3 };
export const TextEditorRevealType = { InCenterIfOutsideViewport: 2 };
export const TextEditorSelectionChangeKind = { Keyboard: 1, Mouse: 2, Command: 3 };

const events = {
  tabs: new EventEmitter<void>(),
  activeEditor: new EventEmitter<void>(),
  selection: new EventEmitter<unknown>(),
  configuration: new EventEmitter<{ affectsConfiguration: (section: string) => boolean }>(),
};

/** What a test looks at and sets; `reset` before each. */
export const editor = {
  events,
  activeTab: undefined as unknown,
  activeEditor: undefined as unknown,
  clipboard: "",
  executed: [] as unknown[][],
  messages: [] as string[],
  statusMessages: [] as string[],
  configuration: {} as Record<string, unknown>,
  configurationUpdates: [] as unknown[][],
  workspaceConfiguration: {} as Record<string, unknown>,
  statusBarItems: [] as FakeStatusBarItem[],
  pickers: [] as FakeQuickPick[],
  watchers: [] as FakeWatcher[],
  customEditors: new Map<string, { provider: unknown; options: unknown }>(),
  contentProviders: new Map<
    string,
    { provideTextDocumentContent: (...args: unknown[]) => unknown }
  >(),
  files: [] as string[],
  documents: [] as { uri: URI; languageId: string }[],
  /** Answers of the next prompts, in order. */
  answers: [] as unknown[],
  prompts: [] as { items: unknown; options: unknown }[],
  reset(): void {
    Object.assign(editor, {
      activeTab: undefined,
      activeEditor: undefined,
      clipboard: "",
      executed: [],
      messages: [],
      statusMessages: [],
      configuration: {},
      configurationUpdates: [],
      workspaceConfiguration: {},
      statusBarItems: [],
      pickers: [],
      watchers: [],
      customEditors: new Map(),
      contentProviders: new Map(),
      files: [],
      documents: [],
      answers: [],
      prompts: [],
    });
    workspace.workspaceFolders = undefined;
  },
};

export class FakeStatusBarItem {
  text = "";
  tooltip: unknown;
  name = "";
  command = "";
  isShown = false;
  accessibilityInformation: unknown;
  show(): void {
    this.isShown = true;
  }
  hide(): void {
    this.isShown = false;
  }
  dispose(): void {
    this.isShown = false;
  }
}

/** As in the editor: whoever replaces the items ends the selection, and is told of it. */
export class FakeQuickPick {
  title = "";
  placeholder = "";
  canSelectMany = false;
  value = "";
  selectedItems: readonly unknown[] = [];
  isShown = false;
  #items: readonly unknown[] = [];
  readonly valueChanged = new EventEmitter<string>();
  readonly selectionChanged = new EventEmitter<readonly unknown[]>();
  readonly accepted = new EventEmitter<void>();
  readonly hidden = new EventEmitter<void>();
  readonly onDidChangeValue = this.valueChanged.event;
  readonly onDidChangeSelection = this.selectionChanged.event;
  readonly onDidAccept = this.accepted.event;
  readonly onDidHide = this.hidden.event;
  get items(): readonly unknown[] {
    return this.#items;
  }
  set items(items: readonly unknown[]) {
    this.#items = items;
    this.selectedItems = [];
    this.selectionChanged.fire([]);
  }
  show(): void {
    this.isShown = true;
  }
  hide(): void {
    this.isShown = false;
    this.hidden.fire();
  }
  dispose(): void {
    this.isShown = false;
  }
}

export class FakeWatcher {
  readonly pattern: unknown;
  readonly changed = new EventEmitter<void>();
  readonly created = new EventEmitter<void>();
  readonly deleted = new EventEmitter<void>();
  isDisposed = false;
  constructor(pattern: unknown) {
    this.pattern = pattern;
  }
  readonly onDidChange = this.changed.event;
  readonly onDidCreate = this.created.event;
  readonly onDidDelete = this.deleted.event;
  dispose(): void {
    this.isDisposed = true;
  }
}

async function answer(items: unknown, options: unknown): Promise<unknown> {
  editor.prompts.push({ items, options });
  return editor.answers.shift();
}

export const window = {
  tabGroups: {
    get activeTabGroup() {
      return {
        activeTab: editor.activeTab === undefined ? undefined : { input: editor.activeTab },
      };
    },
    onDidChangeTabs: events.tabs.event,
  },
  get activeTextEditor() {
    return editor.activeEditor;
  },
  onDidChangeActiveTextEditor: events.activeEditor.event,
  onDidChangeTextEditorSelection: events.selection.event,
  createStatusBarItem: (): FakeStatusBarItem => {
    const item = new FakeStatusBarItem();
    editor.statusBarItems.push(item);
    return item;
  },
  registerCustomEditorProvider: (viewType: string, provider: unknown, options: unknown) => {
    editor.customEditors.set(viewType, { provider, options });
    return new Disposable(() => editor.customEditors.delete(viewType));
  },
  showInformationMessage: async (message: string) => void editor.messages.push(message),
  showErrorMessage: async (message: string) => void editor.messages.push(message),
  setStatusBarMessage: (message: string) => {
    editor.statusMessages.push(message);
    return new Disposable(() => undefined);
  },
  showQuickPick: (items: unknown, options: unknown) => answer(items, options),
  createQuickPick: (): FakeQuickPick => {
    const picker = new FakeQuickPick();
    editor.pickers.push(picker);
    return picker;
  },
  showInputBox: (options: unknown) => answer(undefined, options),
  showOpenDialog: (options: unknown) => answer(undefined, options),
  showTextDocument: async (document: { uri: URI }) => ({
    document,
    selection: undefined as unknown,
    revealRange: () => undefined,
  }),
};

export const workspace = {
  workspaceFolders: undefined as readonly unknown[] | undefined,
  get textDocuments() {
    return editor.documents;
  },
  getWorkspaceFolder: () => workspace.workspaceFolders?.[0],
  getConfiguration: () => ({
    get: (key: string, fallback: unknown) => editor.configuration[key] ?? fallback,
    inspect: (key: string) => ({ workspaceValue: editor.workspaceConfiguration[key] }),
    update: async (...update: unknown[]) => void editor.configurationUpdates.push(update),
  }),
  onDidChangeConfiguration: events.configuration.event,
  createFileSystemWatcher: (pattern: unknown) => {
    const watcher = new FakeWatcher(pattern);
    editor.watchers.push(watcher);
    return watcher;
  },
  registerTextDocumentContentProvider: (
    scheme: string,
    provider: { provideTextDocumentContent: (...args: unknown[]) => unknown },
  ) => {
    editor.contentProviders.set(scheme, provider);
    return new Disposable(() => editor.contentProviders.delete(scheme));
  },
  openTextDocument: async (what: URI | { language: string; content: string }) => {
    const document = URI.isUri(what)
      ? {
          uri: what,
          languageId: "onnx-text",
          positionAt: (offset: number) => new Position(0, offset),
        }
      : { uri: URI.parse("untitled:1"), languageId: what.language, content: what.content };
    editor.documents.push(document);
    return document;
  },
  fs: {
    readDirectory: async () => editor.files.map((name) => [name, 1]),
  },
};

export const commands = {
  executeCommand: async (...call: unknown[]) => void editor.executed.push(call),
};

export const env = {
  clipboard: { writeText: async (text: string) => void (editor.clipboard = text) },
};

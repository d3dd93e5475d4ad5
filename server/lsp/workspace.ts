import path from "node:path";
import type { Connection, TextDocuments } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { mapperId } from "../core/accelerator/as-target.js";
import type { Supposition } from "../protocol/requests.js";
import { type Settings, decodeSettings } from "../protocol/settings.js";
import { knownResults } from "../io/quant/cached-results.js";
import type { MeasuredBefore } from "../io/quant/measured-task.js";
import { weightsPin } from "../core/views/source/quantization-pins.js";
import { isConfig, isConfigFile } from "./config-documents.js";
import { isCudaFile } from "../io/gpu/analyse-cuda.js";
import { isCudaDocument } from "./kernel-documents.js";
import { isAcceleratorFile } from "./accelerator-documents.js";
import { filePathOf, fileNameOf, isPrinted, modelUriOf, normalUri } from "./model-uri.js";
import type { Engine, JobOptions } from "./engine.js";
import { type Binding, isEmptyBinding } from "../protocol/binding.js";
import { bindingsText, goalsOf } from "./subject.js";
import { isDesignFile, isDesignLanguage } from "./design-documents.js";
import {
  type PythonDocuments,
  type PythonVariant,
  isPython,
  variantUri,
} from "./python-documents.js";
import type { Subject, SubjectSource, TargetChoice } from "./worker-api.js";
import { WorkspaceAccelerators } from "./workspace-accelerators.js";

/** The catalogue is asked for under this name, as a model is under its address. */
export const targetsKey = "ridgepoint:targets";

/** How long a text stays as it is before it is analysed. The only debounce there is. */
const settleMilliseconds = 150;

/** A run of Python code is cheap to cancel, and editors wait a moment themselves before they ask for hints. */
const pythonSettleMilliseconds = 5;

export interface WorkspaceOptions {
  readonly documents: TextDocuments<TextDocument>;
  readonly engine: Engine;
  readonly python: PythonDocuments;
  /** Paths of the folders that are open now. */
  readonly folders: () => readonly string[];
  /** Accelerators were found after models had been answered for without them. */
  readonly onAccelerators: (modelUris: readonly string[]) => void;
  /** Shows a sentence to the user. */
  readonly warn: (sentence: string) => void;
  /** False: the client answers no `workspace/configuration`; what it sent at the start holds. */
  readonly asksForSettings: boolean;
  readonly initialSettings: unknown;
  /** A text has been quiet for a moment after an edit. */
  readonly onSettled: (uri: string) => void;
}

/** Documents, settings per resource, bindings and revisions: what turns an address into a question for the worker. */
export class Workspace {
  readonly documents: TextDocuments<TextDocument>;
  readonly #connection: Connection;
  readonly #options: WorkspaceOptions;
  readonly #settings = new Map<string, Promise<Settings>>();
  readonly #complaints = new Set<string>();
  readonly #bindings = new Map<string, Binding>();
  /** Null: nothing was measured, in an earlier session neither. */
  readonly #measured = new Map<string, MeasuredBefore | null>();
  /** Of a Python file, the run whose nodes it speaks of. */
  readonly #measuredRuns = new Map<string, number>();
  readonly #settling = new Map<
    string,
    { readonly quiet: Promise<void>; readonly end: () => void }
  >();
  readonly #revisions = new Map<string, number>();
  readonly #asked = new Set<string>();
  readonly #accelerators: WorkspaceAccelerators;
  #sentSettings: unknown;

  constructor(connection: Connection, options: WorkspaceOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#sentSettings = options.initialSettings;
    this.documents = options.documents;
    this.#accelerators = new WorkspaceAccelerators(options.folders, () =>
      options.onAccelerators(this.#choicesChanged()),
    );
  }

  settingsFor(uri: string): Promise<Settings> {
    const key = uri === "" ? "" : normalUri(modelUriOf(uri));
    let found = this.#settings.get(key);
    if (found === undefined) {
      found = this.#readSettings(key);
      this.#settings.set(key, found);
    }
    return found;
  }

  /** Settings changed; `sent` is what came with the notification of a client that is not asked. */
  forgetSettings(sent: unknown): void {
    this.#settings.clear();
    if (!this.#options.asksForSettings && typeof sent === "object" && sent !== null)
      this.#sentSettings = (sent as Readonly<Record<string, unknown>>)["ridgepoint"] ?? sent;
    this.#choicesChanged();
  }

  /** What Python files import may have changed. */
  bumpPython(): readonly string[] {
    const uris = this.documents
      .all()
      .filter(isPython)
      .map(({ uri }) => uri);
    for (const uri of uris) this.bump(uri);
    return uris;
  }

  /** Whether one of the files describes an accelerator, or did. */
  describesAccelerator(uris: readonly string[]): Promise<boolean> {
    return this.#accelerators.includesAny(uris.flatMap((uri) => filePathOf(uri) ?? []));
  }

  /** An architecture file or a folder came, went or changed: so may what every model is predicted for. */
  forgetAccelerators(): readonly string[] {
    this.#accelerators.forget();
    return this.#choicesChanged();
  }

  #choicesChanged(): readonly string[] {
    this.#options.engine.supersede(targetsKey);
    const uris = this.#knownUris();
    for (const uri of uris) this.bump(uri);
    return uris;
  }

  /** Addresses of the models that someone looks at, as pages know them. */
  askedModels(): readonly string[] {
    return [...this.#asked];
  }

  bindingOf(uri: string): Binding | undefined {
    return this.#bindings.get(normalUri(modelUriOf(uri)));
  }

  bind(uri: string, binding: Binding): void {
    const key = normalUri(modelUriOf(uri));
    if (isEmptyBinding(binding)) this.#bindings.delete(key);
    else this.#bindings.set(key, binding);
    this.bumpModel(uri);
  }

  /** The model file changed on disk, or what is asked of it: it and its printed documents are out of date. */
  bumpModel(uri: string): void {
    const modelUri = normalUri(modelUriOf(uri));
    this.#measured.delete(modelUri);
    this.bump(modelUri);
    for (const document of this.documents.all())
      if (normalUri(modelUriOf(document.uri)) === modelUri) this.bump(document.uri);
  }

  bump(uri: string): void {
    this.renew(uri);
    this.#options.engine.supersede(normalUri(uri));
  }

  /** More is known of what has not changed: what is being answered stays true. */
  renew(uri: string): void {
    const key = normalUri(uri);
    this.#revisions.set(key, (this.#revisions.get(key) ?? 0) + 1);
  }

  /** Changes whenever answers about the document may change. */
  revisionOf(uri: string): string {
    const version = this.documents.get(uri)?.version ?? 0;
    return `${version}.${this.#revisions.get(normalUri(uri)) ?? 0}`;
  }

  /** The user typed: answers wait until the text has been quiet for a moment. */
  unsettle(uri: string): void {
    this.#options.engine.supersede(normalUri(uri));
    this.#options.python.changed(normalUri(uri));
    this.#settling.get(uri)?.end();
    let end = (): void => undefined;
    const document = this.documents.get(uri);
    const milliseconds =
      document !== undefined && isPython(document) ? pythonSettleMilliseconds : settleMilliseconds;
    const quiet = new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.#settling.delete(uri);
        resolve();
        this.#options.onSettled(uri);
      }, milliseconds);
      end = () => {
        clearTimeout(timer);
        // Those who wait for this text go on to wait for the newer one.
        resolve();
      };
    });
    this.#settling.set(uri, { quiet, end });
  }

  async settled(uri: string): Promise<void> {
    for (let waiting = this.#settling.get(uri); waiting !== undefined;) {
      await waiting.quiet;
      waiting = this.#settling.get(uri);
    }
  }

  close(uri: string): void {
    this.#settling.get(uri)?.end();
    this.#settling.delete(uri);
    this.#settings.delete(normalUri(modelUriOf(uri)));
    this.#revisions.delete(normalUri(uri));
    this.#options.engine.forget(normalUri(uri));
    this.#options.python.closed(normalUri(uri));
  }

  /** What to ask about a document or file; undefined when it is neither open nor on this machine. */
  async subjectOf(
    uri: string,
    suppose: Supposition = {},
    revision?: PythonVariant,
  ): Promise<Subject | undefined> {
    await this.settled(uri);
    const settings = await this.settingsFor(uri);
    const binding = this.bindingOf(uri);
    const batch = binding?.batch ?? settings.batch;
    const isMapped = [...settings.targets, ...(suppose.targets ?? [])].some(isOfAccelerator);
    const choice = await this.#choiceOf(settings, isMapped ? "all" : "soon");
    const variant = revision ?? (this.#isPython(uri) ? supposedVariant(suppose) : undefined);
    const isSupposed = variant !== undefined && suppose.batch !== undefined;
    const source = await this.#sourceOf(
      uri,
      settings,
      isSupposed ? (suppose.batch ?? null) : batch,
      variant,
    );
    if (source === undefined) return undefined;
    const modelUri = normalUri(modelUriOf(uri));
    const weights = source.kind === "python" ? this.#weightsOf(uri, settings) : undefined;
    this.#asked.add(modelUri);
    const goals = goalsOf(settings);
    const own = { batch, dims: binding?.dims ?? {} };
    const measured = this.#measuredOf(modelUri, source, bindingsText(own));
    return {
      uri: source.kind === "python" ? variantUri(uri, variant) : normalUri(uri),
      fileName: fileNameOf(modelUri),
      source,
      choice: suppose.targets === undefined ? choice : { ...choice, targetIds: suppose.targets },
      // Another batch of a Python model is another run, which has had it.
      batch: suppose.batch === undefined ? batch : suppose.batch,
      dims: { ...binding?.dims, ...suppose.dims },
      ...(typeof binding?.devices === "number" && { devices: binding.devices }),
      ...(goals !== undefined && { goals }),
      ...(weights !== undefined && { weights }),
      ...(measured !== null && { measured }),
    };
  }

  /** Sensitivities that were measured of the model as it is now. */
  keepMeasured(uri: string, measured: MeasuredBefore, source: SubjectSource): void {
    this.bumpModel(uri);
    const modelUri = normalUri(modelUriOf(uri));
    this.#measured.set(modelUri, measured);
    if (source.kind === "python") this.#measuredRuns.set(modelUri, source.runId);
  }

  /** By a pin in the text, else by the setting. */
  #weightsOf(uri: string, { pythonWeights }: Settings): string | undefined {
    const file = filePathOf(uri);
    if (file === undefined) return undefined;
    const pin = weightsPin(this.#documentOf(uri)?.getText() ?? "");
    if (pin !== undefined) return path.resolve(path.dirname(file), pin);
    const folders = this.#options.folders();
    for (const [source, weights] of Object.entries(pythonWeights))
      for (const folder of folders)
        if (path.resolve(folder, source) === file) return path.resolve(folder, weights);
    return undefined;
  }

  #measuredOf(modelUri: string, source: SubjectSource, bindings: string): MeasuredBefore | null {
    let measured = this.#measured.get(modelUri);
    if (measured === undefined) {
      const isFile = source.kind === "file" || source.kind === "printed";
      measured = (isFile && knownResults(source.path)?.measured(bindings)) || null;
      this.#measured.set(modelUri, measured);
    }
    const isOld = source.kind === "python" && this.#measuredRuns.get(modelUri) !== source.runId;
    return isOld ? null : measured;
  }

  /** What was measured in earlier sessions is forgotten with the files that it was kept in. */
  forgetMeasured(): void {
    this.#measured.clear();
    for (const uri of this.#knownUris()) this.bump(uri);
  }

  /** Whoever supposed it has gone: a run of Python for it alone is in vain. */
  dropSupposed(uri: string, suppose: Supposition | undefined): void {
    const variant = suppose && supposedVariant(suppose);
    if (variant !== undefined && this.#isPython(uri))
      this.#options.python.dropVariant(variantUri(uri, variant));
  }

  #isPython(uri: string): boolean {
    const document = this.#documentOf(uri);
    return document === undefined ? /\.py$/i.test(uri) : isPython(document);
  }

  async targetChoice(): Promise<TargetChoice> {
    return this.#choiceOf(await this.settingsFor(""), "all");
  }

  jobFor(subject: Subject, signal: AbortSignal | undefined, isRetry = false): JobOptions {
    const document = this.#documentOf(subject.uri);
    const { source } = subject;
    const run = source.kind === "python" ? this.#options.python.latest(subject.uri) : undefined;
    return {
      key: subject.uri,
      title: subject.fileName,
      isRetry,
      ...(signal && { signal }),
      ...(run && { run }),
      ...(source.kind !== "file" &&
        source.kind !== "python" &&
        document !== undefined && {
          text: { version: source.version, read: () => document.getText() },
        }),
    };
  }

  #documentOf(uri: string): TextDocument | undefined {
    const exact = this.documents.get(uri);
    if (exact !== undefined) return exact;
    return this.documents.all().find((document) => normalUri(document.uri) === uri);
  }

  async #sourceOf(
    uri: string,
    settings: Settings,
    batch: number | null,
    variant?: PythonVariant,
  ): Promise<SubjectSource | undefined> {
    const document = this.#documentOf(uri);
    if (this.#isPython(uri)) {
      const run = await this.#options.python.runOf(normalUri(uri), document, {
        settings,
        batch,
        workspaceFolders: this.#options.folders(),
        documents: this.documents.all(),
        ...(variant !== undefined && { variant }),
      });
      return run && { kind: "python", runId: run.id };
    }
    if (isAcceleratorFile(uri)) return undefined;
    // Kernels written by hand are no models: `KernelDocuments` answers for them.
    if (document === undefined ? isCudaFile(uri) : isCudaDocument(document)) return undefined;
    // Hardware descriptions are no models: `DesignDocuments` answers for them.
    if (document === undefined ? isDesignFile(uri) : isDesignLanguage(document)) return undefined;
    const filePath = filePathOf(modelUriOf(uri));
    if (document !== undefined && isPrinted(uri))
      return filePath === undefined
        ? undefined
        : { kind: "printed", path: filePath, version: document.version };
    if (document !== undefined && isConfigFile(document.uri))
      return filePath !== undefined && isConfig(document)
        ? { kind: "config", version: document.version, path: filePath }
        : undefined;
    if (document !== undefined) {
      const folder = filePath === undefined ? null : path.dirname(filePath);
      return { kind: "text", version: document.version, folder };
    }
    return filePath === undefined ? undefined : { kind: "file", path: filePath };
  }

  /** The targets that are chosen for a document, and where chips are described. */
  async choiceFor(uri: string): Promise<TargetChoice> {
    return this.#choiceOf(await this.settingsFor(uri), "soon");
  }

  async #choiceOf(settings: Settings, accelerators: "all" | "soon"): Promise<TargetChoice> {
    const folders = settings.chipFolders.some((folder) => !path.isAbsolute(folder))
      ? await this.#workspaceFolders()
      : [];
    return {
      targetIds: settings.targets,
      chipFolders: settings.chipFolders.flatMap((folder) =>
        path.isAbsolute(folder) ? [folder] : folders.map((root) => path.join(root, folder)),
      ),
      accelerators: await this.#accelerators[accelerators](),
    };
  }

  async #workspaceFolders(): Promise<readonly string[]> {
    const folders = (await this.#connection.workspace.getWorkspaceFolders()) ?? [];
    return folders.flatMap((folder) => filePathOf(folder.uri) ?? []);
  }

  async #readSettings(uri: string): Promise<Settings> {
    const section: unknown = this.#options.asksForSettings
      ? await this.#connection.workspace.getConfiguration({
          section: "ridgepoint",
          ...(uri !== "" && { scopeUri: uri }),
        })
      : this.#sentSettings;
    const { settings, complaints } = decodeSettings(section ?? undefined);
    for (const complaint of complaints) {
      if (this.#complaints.has(complaint)) continue;
      this.#complaints.add(complaint);
      this.#options.warn(complaint);
    }
    return settings;
  }

  #knownUris(): readonly string[] {
    return [...this.#asked, ...this.documents.all().map((document) => document.uri)];
  }
}

function isOfAccelerator(targetId: string): boolean {
  return targetId.split("/")[1] === mapperId;
}

/** The run of Python that a supposition asks for; undefined when the document's own will do. */
function supposedVariant({ batch, dims }: Supposition): PythonVariant | undefined {
  const sequence = dims?.["sequence"];
  if (batch === undefined && sequence === undefined) return undefined;
  return {
    id: `supposed-${batch ?? ""}-${sequence ?? ""}`,
    ...(sequence !== undefined && { sequence }),
  };
}

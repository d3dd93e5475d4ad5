import type { EventEmitter, ExtensionContext, LogOutputChannel, Uri } from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import type { PanelId, PanelPurpose } from "../../server/protocol/panels.js";
import type { PanelRegistry } from "./panel-registry.js";

/** What every part of the extension host side is given; made once by `activate`. */
export interface Ctx {
  readonly extension: ExtensionContext;
  readonly log: LogOutputChannel;
  /** Requests wait until it has started. */
  readonly client: Client;
  readonly panels: PanelRegistry;
  /** Shows a panel of a model, at a node where one is given. */
  readonly openPanel: (
    panel: PanelId | "model",
    uri: Uri,
    nodeId?: number,
    purpose?: PanelPurpose,
  ) => Promise<void>;
  /** Address of a model of which what was shown is out of date. */
  readonly modelChanged: EventEmitter<string>;
  /** Fires once the server knows of changed settings. */
  readonly settingsChanged: EventEmitter<void>;
}

/** The part of the language client that is used; tests give their own. */
export type Client = Pick<LanguageClient, "sendRequest" | "sendNotification" | "onNotification">;

import type { Uri } from "vscode";

/** A panel that shows one model file. */
export interface OpenPanel {
  readonly uri: Uri;
  /** `model`, or the panel's id. */
  readonly page: string;
  /** Brings it to the front. */
  readonly show: () => void;
  readonly close: () => void;
  readonly isVisible: () => boolean;
  /** What it shows is out of date. */
  readonly changed: () => void;
  /** Selects a node; kept for later when the page does not listen yet. */
  readonly reveal: (nodeId: number) => void;
}

/** The open panels, so that a change of a file reaches all of them and the selection can be shared. */
export class PanelRegistry {
  readonly #panels = new Set<OpenPanel>();

  add(panel: OpenPanel): { dispose: () => void } {
    this.#panels.add(panel);
    return { dispose: () => this.#panels.delete(panel) };
  }

  of(uri: Uri): readonly OpenPanel[] {
    return [...this.#panels].filter((panel) => panel.uri.toString() === uri.toString());
  }
}

import { bytesOf, emptyNeighbourhood } from "../core/base/byte-source.js";
import type { Cancel } from "../core/base/cancel.js";
import { format } from "../core/formats/hf-config.js";
import type { Model } from "../core/graph/graph.js";
import type { ModelReading } from "./model-files.js";
import type { Subject } from "./worker-api.js";

/** The text of a configuration that could be read last, and the model that it describes. */
export interface ReadConfig {
  readonly text: string;
  readonly model: Model;
}

/** Configurations that are open in an editor, as last read. */
export class ConfigTexts {
  readonly #entries = new Map<string, Entry>();

  read(subject: Subject, text: string, cancel: Cancel): Entry {
    const { uri, fileName, devices = 1 } = subject;
    const known = this.#entries.get(uri);
    if (known?.text === text && known.devices === devices) return known;
    const reading = format.read(bytesOf(new TextEncoder().encode(text)), {
      fileName,
      neighbourhood: emptyNeighbourhood,
      cancel,
      devices,
    });
    const model = reading.value;
    const lastGood = model === undefined ? known?.lastGood : { text, model };
    const entry: Entry = { text, devices, reading, lastGood };
    this.#entries.set(uri, entry);
    return entry;
  }

  drop(uri: string): void {
    this.#entries.delete(uri);
  }
}

interface Entry {
  readonly text: string;
  readonly devices: number;
  readonly reading: ModelReading;
  readonly lastGood: ReadConfig | undefined;
}

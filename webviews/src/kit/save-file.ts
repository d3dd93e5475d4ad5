import type { HostApi } from "../../../server/protocol/panels.js";
import type { ViewParams } from "../../../server/protocol/views.js";
import { messageOf, type Page } from "./page.js";
import type { PanelFrame } from "./panel-frame.js";

export type SavedFile = Parameters<HostApi["save"]>[0];

/** Offers a file to be saved, and says beside the title what became of it; null where there is nothing to save. */
export function saveFile(
  { host }: Pick<Page<unknown>, "host">,
  frame: PanelFrame,
  file: Promise<SavedFile | null>,
): void {
  file
    .then((found) => (found === null ? null : host.call("save", found)))
    .then(
      (name) => frame.say(name === null ? "" : `saved ${name}`),
      (error: unknown) => frame.say(messageOf(error)),
    );
}

/** What `ridgepoint export` would write. */
export async function exportedFile(
  { ask }: Pick<Page<unknown>, "ask">,
  params: ViewParams<"export-file">,
): Promise<SavedFile | null> {
  const reply = await ask("export-file", params);
  return reply.kind === "view" && reply.view !== null
    ? { name: reply.view.name, content: reply.view.text }
    : null;
}

import type { Disposable } from "vscode";
import { changedNotification } from "../../server/protocol/requests.js";
import type { Ctx } from "./ctx.js";

/** The client keeps one handler per method: it hears the server here and passes on to all who want to know. */
export function followModels(ctx: Ctx): Disposable {
  return ctx.client.onNotification(changedNotification, ({ uri }) => ctx.modelChanged.fire(uri));
}

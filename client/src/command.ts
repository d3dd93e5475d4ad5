import type { Ctx } from "./ctx.js";

/** One command of the palette; a file each. The manifest's list is generated from these. */
export interface ClientCommand {
  /** Below `ridgepoint.`. */
  readonly id: string;
  readonly title: string;
  readonly icon?: string;
  readonly enablement?: string;
  readonly run: (ctx: Ctx, ...args: unknown[]) => unknown;
}

import type { DesignFix, ResourceKind } from "./design.js";
import { resourceLabels } from "../views/design/resource-text.js";

/** What a change is predicted to add, by resource: a negative number is what it saves. */
export type Change = Readonly<Partial<Record<ResourceKind, number>>>;

/** A change of a file with what it does behind its title: "Register what is read: −96 LUT, +1 BRAM, +1 cycle". */
export function fixOf(
  what: string,
  change: Change,
  where: Pick<DesignFix, "file" | "edits"> & { readonly cycles?: number },
): DesignFix {
  const { file, edits, cycles = 0 } = where;
  const texts = Object.entries(change).map(
    ([kind, count]) => `${signed(count)} ${resourceLabels[kind as ResourceKind]}`,
  );
  if (cycles > 0) texts.push(`+${cycles} ${cycles === 1 ? "cycle" : "cycles"}`);
  return { title: `${what}: ${texts.join(", ")}`, file, edits, change };
}

function signed(count: number): string {
  const rounded = Math.round(count);
  return `${rounded < 0 ? "−" : rounded === 0 ? "±" : "+"}${Math.abs(rounded).toLocaleString("en-US")}`;
}

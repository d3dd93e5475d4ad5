import type { Access } from "../ir.js";
import type { IntervalCause } from "./interval.js";
import { readsOf, type Site } from "./region.js";
import { keyAmongCopies } from "./schedule.js";

/** What one iteration does at one bank of an array. */
interface BankUse {
  readonly reads: Set<string>;
  readonly writes: Set<string>;
  readonly span: Site["span"];
}

/**
 * Neighbours that an iteration reaches at once (`a[i - 1][j]`, `a[i][j]`, `a[i + 1][j]`) take turns at the two ports of a block
 * RAM (Rau, Iterative Modulo Scheduling, 1994: ResMII). Merlin cuts an array so that the copies of a body have a bank each, and
 * what lies apart along those copies is apart in banks; along all other loops it is in one bank, since which bank a running index
 * means is not known before it runs. Arrays that are only read are laid down as often as it takes.
 */
export function sameBank(
  sites: readonly Site[],
  written: ReadonlySet<string>,
  ports: number,
): IntervalCause | undefined {
  const uses = new Map<string, BankUse>();
  const note = (access: Access, site: Site, isRead: boolean): void => {
    if (access.indices.length === 0 || !written.has(access.name)) return;
    const use = uses.get(access.name) ?? { reads: new Set(), writes: new Set(), span: site.span };
    uses.set(access.name, use);
    // Of a computed subscript nothing is known.
    if (!access.indices.includes(undefined))
      (isRead ? use.reads : use.writes).add(keyAmongCopies(access, site));
  };
  for (const site of sites) {
    for (const access of readsOf(site.value)) note(access, site, true);
    if (site.target !== undefined) note(site.target, site, false);
  }
  let worst: IntervalCause | undefined;
  for (const [variable, { reads, writes, span }] of uses) {
    const accesses = reads.size + writes.size;
    const interval = Math.ceil(accesses / ports);
    if (interval > (worst?.interval ?? 1))
      worst = { kind: "ports", variable, interval, accesses, reads: reads.size, ports, span };
  }
  return worst;
}

import { codeAt, textPlace, type KernelRule } from "./rule.js";

/** Registers have no addresses: an array that is indexed by what differs between threads or turns lies in local memory. */
export const rule: KernelRule = ({ read, text }) =>
  read.notes.flatMap((note) =>
    note.kind === "dynamic register index"
      ? [
          {
            code: "RP5629",
            severity: "information",
            message: `\`${codeAt(text, note.span)}\`: the index of \`${note.detail}\` is no constant after unrolling, so that the array lies in local memory, which is DRAM behind caches. Its accesses are not in the estimate.`,
            place: textPlace(note.span),
          },
        ]
      : [],
  );

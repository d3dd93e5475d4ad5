import { textPlace, type KernelRule } from "./rule.js";

/** A barrier that not all threads of the block come to: the others wait for ever, or memory is read too early. */
export const rule: KernelRule = ({ read }) =>
  read.notes.flatMap((note) =>
    note.kind === "divergent barrier"
      ? [
          {
            code: "RP5628",
            severity: note.detail === "data" ? "warning" : "error",
            message:
              note.detail === "data"
                ? "This barrier stands behind a condition on data: if threads of a block decide differently, it is undefined. Move it out of the condition."
                : "Only a part of the block comes to this barrier: its condition differs between threads, and the behaviour is undefined. Move it out of the condition.",
            place: textPlace(note.span),
          },
        ]
      : [],
  );

import type { Problem } from "../../core/base/problem.js";
import type { EngineFrame, EngineJob, JobLimits } from "./job.js";
import { toHostPath } from "./places.js";
import type { FrameMessage, StopReason } from "./wire.js";

/** What a person is told when a job was ended: the problem, on the innermost line of their own that was running. */
export function stopMessage(
  job: EngineJob,
  reason: StopReason | "start",
  detail: string,
  frames: readonly FrameMessage[],
  limits: JobLimits,
): { reason: StopReason | "start"; problem: Problem; frames: readonly EngineFrame[] } {
  const known: EngineFrame[] = [];
  for (const { file, line, name } of frames) {
    const hostFile = toHostPath(job.roots, file);
    if (hostFile !== undefined) known.push({ file: hostFile, line, name });
  }
  const own = known.find(({ file }) =>
    job.roots.every((root) => !root.isLibrary || !file.startsWith(root.folder)),
  );
  const at = own ?? known[0];
  const { code, say } = stops[reason];
  const problem: Problem = {
    code,
    severity: reason === "cancelled" ? "information" : "error",
    message: say(limits, detail),
    ...(at && {
      place: {
        kind: "source",
        file: at.file,
        line: at.line - 1,
        character: 0,
        endLine: at.line,
        endCharacter: 0,
      },
    }),
  };
  return { reason, problem, frames: known };
}

interface StopWords {
  readonly code: string;
  readonly say: (limits: JobLimits, detail: string) => string;
}

const stops: Readonly<Record<StopReason | "start", StopWords>> = {
  time: {
    code: "RP1581",
    say: ({ seconds }) =>
      `This ran for longer than ${seconds} s and was stopped here; move work that a model's shape does not need under \`if __name__ == "__main__"\`.`,
  },
  memory: {
    code: "RP1582",
    say: () =>
      "Python ran out of the memory that it is given here. Tensors take none: look for a list or a string that grows.",
  },
  crash: {
    code: "RP1583",
    say: (_, detail) =>
      detail === "driver"
        ? "The run did not finish: this code replaces parts of Python that it needs itself."
        : `Python broke down here${detail === "" ? "" : ` (${detail})`}, often by a recursion without end.`,
  },
  output: {
    code: "RP1584",
    say: ({ outputBytes }, detail) =>
      detail === "answer"
        ? "The model is too large to be shown: its trace passes the limit."
        : `This printed more than ${outputBytes >> 20} MiB and was stopped here.`,
  },
  forbidden: {
    code: "RP1585",
    say: (_, detail) =>
      `This reached for something outside of Python's sandbox (\`${detail}\`) and was stopped here.`,
  },
  cancelled: { code: "RP1586", say: () => "The run was cancelled." },
  exit: { code: "RP1587", say: () => "This ended the interpreter; the model was not complete." },
  start: { code: "RP1588", say: (_, detail) => `Python does not start: ${detail}` },
};

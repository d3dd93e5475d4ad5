import type { EngineOutcome } from "../../../server/engines/python/job.js";

/** `answer`, an exception's type, or `stop:` and the reason. */
export function checkEnd(outcome: EngineOutcome): string {
  if (outcome.kind === "stopped") return `stop:${outcome.reason}`;
  const error = outcome.answer.error as { type: string } | undefined;
  return error?.type ?? "answer";
}

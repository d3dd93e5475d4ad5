import { whatIfRequest } from "../../protocol/requests.js";
import { askAgain } from "../ask-again.js";
import { type Feature, fence } from "../feature.js";

/** `ridgepoint/whatIf`: a line's operators with other sizes, on every chosen target. */
export const whatIfFeature: Feature = {
  id: "what-if",
  register: (server) => {
    const { connection, engine, workspace } = server;
    connection.onRequest(
      whatIfRequest,
      fence(server, "what-if", null, ({ uri, offset, changes }, signal) =>
        askAgain(async () => {
          const subject = await workspace.subjectOf(uri);
          if (subject === undefined || !isRight(offset, changes)) return null;
          const job = workspace.jobFor(subject, signal);
          return engine.ask("whatIf", { subject, offset, changes }, job);
        }),
      ),
    );
  },
};

function isRight(
  offset: number,
  changes: readonly { readonly from: number; readonly to: number }[],
): boolean {
  const isExtent = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;
  return (
    Number.isSafeInteger(offset) && changes.every(({ from, to }) => isExtent(from) && isExtent(to))
  );
}

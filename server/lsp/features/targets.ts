import { isDecoderName } from "../../protocol/config-source.js";
import { type TargetInfo, targetsRequest } from "../../protocol/requests.js";
import { type Feature, fence } from "../feature.js";
import { targetsKey } from "../workspace.js";

/** `ridgepoint/targets`: the catalogue, for the picker. */
export const targetsFeature: Feature = {
  id: "targets",
  register: (server) => {
    const { connection, engine, workspace } = server;
    connection.onRequest(
      targetsRequest,
      fence(server, "targets", [], async ({ uri, isChosenOnly = false }, signal) => {
        const subject =
          uri !== undefined && isDecoderName(uri) ? await workspace.subjectOf(uri) : undefined;
        const choice = await workspace.targetChoice();
        const ofAny = (): Promise<readonly TargetInfo[]> =>
          engine.ask("targets", { choice }, { key: targetsKey, title: "targets", signal });
        // A file that cannot be read within the limits blocks questions about itself alone, and still has targets to pick.
        const targets =
          subject === undefined
            ? await ofAny()
            : await engine
                .ask("targets", { choice, subject }, workspace.jobFor(subject, signal))
                .catch(ofAny);
        return isChosenOnly ? targets.filter(({ isChosen }) => isChosen) : targets;
      }),
    );
  },
};

import { recipeRequest } from "../../protocol/requests.js";
import { askAgain } from "../ask-again.js";
import { type Feature, fence } from "../feature.js";

/** `ridgepoint/recipe`: the proposed quantization plan, written for the tool that carries it out. */
export const recipeFeature: Feature = {
  id: "recipe",
  register: (server) => {
    const { connection, engine, workspace } = server;
    const ourMistake = { reason: "Something went wrong in Ridgepoint; the log says what." };
    connection.onRequest(
      recipeRequest,
      fence(server, "recipe", ourMistake, ({ uri, recipe }, signal) =>
        askAgain(async () => {
          const subject = await workspace.subjectOf(uri);
          return subject === undefined
            ? { reason: "Only files on this machine can be analysed." }
            : engine.ask("recipe", { subject, recipe }, workspace.jobFor(subject, signal));
        }),
      ),
    );
  },
};

import { textRequest } from "../../protocol/requests.js";
import { askAgain } from "../ask-again.js";
import { JobStopped } from "../engine.js";
import { type Feature, fence } from "../feature.js";
import { fileNameOf } from "../model-uri.js";

/** `ridgepoint/text`: a model file in ONNX's textual syntax. Why there is none is said as a comment in its place. */
export const textFeature: Feature = {
  id: "text",
  register: (server) => {
    const { connection, engine, workspace } = server;
    connection.onRequest(
      textRequest,
      fence(
        server,
        "text",
        { text: "# This model cannot be shown; see the log.\n" },
        async ({ uri }, signal) => {
          const name = fileNameOf(uri);
          try {
            return await askAgain(async () => {
              const subject = await workspace.subjectOf(uri);
              return subject === undefined
                ? { text: `# ${name} is not a file on this machine.\n` }
                : engine.ask("print", { subject }, workspace.jobFor(subject, signal));
            });
          } catch (error) {
            if (error instanceof JobStopped && error.reason !== "aborted")
              return { text: `# ${name}: ${error.message}\n` };
            throw error;
          }
        },
      ),
    );
  },
};

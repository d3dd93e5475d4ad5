import { textRequest } from "../../protocol/requests.js";
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
          const subject = await workspace.subjectOf(uri);
          if (subject === undefined) return { text: `# ${name} is not a file on this machine.\n` };
          try {
            return await engine.ask("print", { subject }, workspace.jobFor(subject, signal));
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

import { pythonPathsNotification } from "../../protocol/requests.js";
import type { Feature } from "../feature.js";

/** `ridgepoint/pythonPaths`: where the selected interpreter keeps its packages. */
export const pythonPathsFeature: Feature = {
  id: "python-paths",
  register: (server) => {
    const { connection, python, workspace } = server;
    connection.onNotification(pythonPathsNotification, ({ folders }) => {
      const isRight = Array.isArray(folders) && folders.every((item) => typeof item === "string");
      if (!isRight || !python.setInterpreterFolders(folders)) return;
      const bumped = workspace.bumpPython();
      if (bumped.length > 0) server.announceChange(bumped);
    });
  },
};

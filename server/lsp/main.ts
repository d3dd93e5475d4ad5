import { ProposedFeatures, createConnection } from "vscode-languageserver/node";
import { startServer } from "./server.js";

/** The server as a process of its own: over IPC, standard input and output, or a pipe, as its arguments say. */
startServer(createConnection(ProposedFeatures.all));

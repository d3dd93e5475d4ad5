import type { ExtensionContext, LogOutputChannel } from "vscode";
import {
  LanguageClient,
  type LanguageClientOptions,
  type ServerOptions,
  TransportKind,
} from "vscode-languageclient/node";
import { printedScheme } from "../../server/protocol/printed-document.js";

/**
 * The language server in a process of its own. The client's own error handler starts it again after a crash, up to
 * five times in three minutes.
 */
export function createClient(extension: ExtensionContext, log: LogOutputChannel): LanguageClient {
  const module = extension.asAbsolutePath("dist/server.cjs");
  const serverOptions: ServerOptions = {
    run: { module, transport: TransportKind.ipc },
    debug: {
      module,
      transport: TransportKind.ipc,
      options: { execArgv: ["--nolazy", "--inspect=6019"] },
    },
  };
  const clientOptions: LanguageClientOptions = {
    documentSelector: [
      { language: "onnx-text", scheme: "file" },
      { language: "onnx-text", scheme: "untitled" },
      { language: "onnx-text", scheme: printedScheme },
      { language: "mlir", scheme: "file" },
      { language: "mlir", scheme: "untitled" },
      { language: "python", scheme: "file" },
      { pattern: "**/*.accelerator.json", scheme: "file" },
      { pattern: "**/config.json", scheme: "file" },
      ...["systemverilog", "verilog", "vhdl", "cpp", "c", "cuda-cpp"].map((language) => ({
        language,
        scheme: "file",
      })),
    ],
    outputChannel: log,
    initializationOptions: { tellsOfSettings: true },
    diagnosticPullOptions: { onChange: true, onSave: false, onTabs: false },
  };
  return new LanguageClient("ridgepoint", "Ridgepoint", serverOptions, clientOptions);
}

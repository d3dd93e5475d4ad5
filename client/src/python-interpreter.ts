import * as vscode from "vscode";
import { pythonPathsNotification } from "../../server/protocol/requests.js";
import type { Ctx } from "./ctx.js";

/**
 * Tells the server where the interpreter that the Python extension has selected keeps its packages: they are read as
 * sources. Nothing is asked unless that extension is there and runs already; no interpreter is ever started.
 */
export function followInterpreter(ctx: Ctx): vscode.Disposable {
  let listening: vscode.Disposable | undefined;
  let told = "";

  const tell = async (environments: Environments): Promise<void> => {
    const resource = vscode.workspace.workspaceFolders?.[0]?.uri;
    const active = environments.getActiveEnvironmentPath(resource);
    const environment = await environments.resolveEnvironment(active);
    const folders = environment === undefined ? [] : packageFolders(environment, process.platform);
    if (folders.join("\n") === told) return;
    told = folders.join("\n");
    await ctx.client.sendNotification(pythonPathsNotification, { folders });
  };
  const look = (): void => {
    const extension = vscode.extensions.getExtension<{ readonly environments?: Environments }>(
      "ms-python.python",
    );
    if (extension?.isActive !== true || extension.exports.environments === undefined) return;
    const { environments } = extension.exports;
    const update = (): void => {
      tell(environments).catch((error: unknown) => ctx.log.debug(`python: ${String(error)}`));
    };
    listening ??= environments.onDidChangeActiveEnvironmentPath(update);
    update();
  };
  look();
  // Nobody says when an extension has started; by the time its files are looked at, the Python extension has.
  const looking = vscode.window.onDidChangeActiveTextEditor((editor) => {
    if (listening === undefined && editor?.document.languageId === "python") look();
  });
  return vscode.Disposable.from(looking, { dispose: () => void listening?.dispose() });
}

/** What is used of the Python extension's interface (`@vscode/python-extension`, PythonExtension.environments). */
interface Environments {
  getActiveEnvironmentPath(resource?: vscode.Uri): unknown;
  resolveEnvironment(environment: unknown): Promise<PythonEnvironment | undefined>;
  onDidChangeActiveEnvironmentPath(listener: () => void): vscode.Disposable;
}

export interface PythonEnvironment {
  readonly executable: { readonly sysPrefix?: string };
  readonly version?: { readonly major?: number; readonly minor?: number };
}

/** Where Python's `site` module looks for packages below its prefix (sysconfig's `purelib`). */
export function packageFolders(
  { executable: { sysPrefix }, version }: PythonEnvironment,
  platform: string,
): readonly string[] {
  if (sysPrefix === undefined || sysPrefix === "") return [];
  if (platform === "win32") return [`${sysPrefix}\\Lib\\site-packages`];
  if (version?.major === undefined || version.minor === undefined) return [];
  const lib = `${sysPrefix}/lib`;
  const own = [`${lib}/python${version.major}.${version.minor}/site-packages`];
  // Debian keeps the packages of the system's own interpreter elsewhere.
  return sysPrefix === "/usr"
    ? [
        ...own,
        `/usr/local/lib/python${version.major}.${version.minor}/dist-packages`,
        "/usr/lib/python3/dist-packages",
      ]
    : own;
}

// Starts an isolated VS Code server with its workbench (the npm package code-server) and a headless Chromium on it.
// Each start has its own port, profile and home folder, and leaves nothing behind.
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { editorFolder } from "../../scripts/setup.mjs";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const out = path.join(root, "test-out");
fs.mkdirSync(out, { recursive: true });

const tools = path.resolve(editorFolder());
const node = path.join(tools, `node_modules/node-linux-${process.arch}/bin/node`);
const entry = path.join(tools, "node_modules/code-server/out/node/entry.js");
const chromePath = process.env.E2E_CHROMIUM ?? "/usr/bin/chromium";

/** Newer workbenches take test paths from the address only with this option on. */
export const testDriverArguments = () =>
  fs.readFileSync(path.join(path.dirname(entry), "cli.js"), "utf8").includes('"vscode-option"')
    ? ["--vscode-option", "enable-smoke-test-driver"]
    : [];

const quietSettings = {
  "security.workspace.trust.enabled": false,
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "workbench.enableExperiments": false,
  "git.enabled": false,
  "chat.disableAIFeatures": true,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "window.restoreWindows": "none",
  "files.autoSave": "off",
  "editor.minimap.enabled": false,
};

export async function startServer({ vsix, settings = {}, args = [] } = {}) {
  const tmp = fs.mkdtempSync(path.join(os.tmpdir(), "e2e-"));
  const folders = [
    "--user-data-dir",
    path.join(tmp, "user"),
    "--extensions-dir",
    path.join(tmp, "ext"),
    "--config",
    path.join(tmp, "config.yaml"),
  ];
  // Sockets live in "t": their paths may have 107 characters, so it stays short.
  for (const folder of ["user/User", "ext", "t"])
    fs.mkdirSync(path.join(tmp, folder), { recursive: true });
  fs.writeFileSync(path.join(tmp, "config.yaml"), "auth: none\ncert: false\n");
  fs.writeFileSync(
    path.join(tmp, "user/User/settings.json"),
    JSON.stringify({ ...quietSettings, ...settings }, null, 2),
  );
  const env = {
    ...process.env,
    HOME: tmp,
    TMPDIR: path.join(tmp, "t"),
    XDG_RUNTIME_DIR: path.join(tmp, "t"),
    XDG_CONFIG_HOME: tmp,
    XDG_DATA_HOME: tmp,
    XDG_CACHE_HOME: tmp,
    CS_DISABLE_GETTING_STARTED_OVERRIDE: "1",
    EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: "", itemUrl: "", resourceUrlTemplate: "" }),
  };
  delete env.VSCODE_IPC_HOOK_CLI;
  delete env.NODE_OPTIONS;
  const log = fs.openSync(path.join(out, "code-server.log"), "w");
  if (vsix)
    execFileSync(node, [entry, ...folders, "--install-extension", vsix], {
      env,
      stdio: ["ignore", log, log],
    });
  const port = await freePort();
  const flags = [
    "--auth",
    "none",
    "--bind-addr",
    `127.0.0.1:${port}`,
    "--disable-telemetry",
    "--disable-update-check",
    "--disable-workspace-trust",
    "--disable-getting-started-override",
    "--disable-proxy",
    "--ignore-last-opened",
  ];
  const child = spawn(node, [entry, ...folders, ...flags, ...args], {
    env,
    stdio: ["ignore", log, log],
    detached: true,
  });
  const end = () => {
    try {
      process.kill(-child.pid, "SIGTERM");
    } catch (error) {
      if (error.code !== "ESRCH") throw error;
    }
  };
  process.once("exit", () => {
    end();
    if (!process.env.E2E_KEEP) fs.rmSync(tmp, { recursive: true, force: true, maxRetries: 3 });
  });
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130));
  for (let attempt = 0; !(await isReachable(port)); attempt += 1) {
    if (child.exitCode !== null || attempt > 300)
      throw new Error("the editor's server ended early, see test-out/code-server.log");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    port,
    pid: child.pid,
    tmp,
    uri: (file) => `vscode-remote://127.0.0.1:${port}${file}`,
    url: ({ folder, payload = [] }) =>
      `http://127.0.0.1:${port}/?folder=${encodeURIComponent(folder)}&payload=${encodeURIComponent(JSON.stringify(payload))}`,
    async stop() {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      end();
      await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 5000))]);
      if (process.env.E2E_KEEP) console.error("kept", tmp);
      else fs.rmSync(tmp, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

export async function startBrowser({ home, viewport = { width: 1280, height: 800 } } = {}) {
  const { chromium } = await import("playwright-core");
  const browser = await chromium.launch({
    executablePath: chromePath,
    env: {
      ...process.env,
      ...(home && { HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home }),
    },
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  const context = await browser.newContext({ viewport, locale: "en-US" });
  const blocked = [];
  // Nothing but the test server is to be reached; what was tried is kept for the tests to judge.
  await context.route(
    (url) => !["127.0.0.1", "localhost"].includes(url.hostname),
    (route) => {
      blocked.push(route.request().url());
      return route.abort();
    },
  );
  const page = await context.newPage();
  return { browser, context, page, blocked };
}

/** A copy of the examples that a test may change. */
export function copyOfExamples() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "e2e-files-"));
  fs.cpSync(path.join(root, "examples"), folder, { recursive: true });
  process.once("exit", () => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Waits until `probe` answers something truthy. */
export async function until(what, probe, milliseconds = 30_000) {
  for (const end = Date.now() + milliseconds; Date.now() < end;) {
    const value = await Promise.resolve(probe()).catch(() => undefined);
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not seen: ${what}`);
}

function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function isReachable(port) {
  return new Promise((resolve) => {
    http
      .get({ host: "127.0.0.1", port, path: "/healthz" }, (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      })
      .on("error", () => resolve(false));
  });
}

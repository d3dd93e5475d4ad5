import { createServer, type Server } from "node:http";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { build } from "esbuild";
import { chromium, type Browser, type Page } from "playwright-core";
import { connect, type Channel, type Methods, type Remote } from "../../server/protocol/rpc.js";
import type { PageApi } from "../../server/protocol/panels.js";
import { themes, type ThemeName } from "./themes.js";

/**
 * A page in Debian's Chromium, as a webview holds it: the same content security policy, the editor's variables, an
 * `acquireVsCodeApi`, and a host in this process that answers over the same channel.
 */
export async function startPages(outdir: string): Promise<Pages> {
  // A script of the build, in plain JavaScript.
  const { pageOptions, copyIcons } = (await import(
    new URL("../../scripts/pages.mjs", import.meta.url).href
  )) as BuildScript;
  await build(pageOptions({ outdir, isProduction: true }));
  await copyIcons(outdir);
  const server = await serve(outdir);
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
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
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    open: (options) => openPage(browser, origin, options),
    async stop() {
      await browser.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface Pages {
  open(options: OpenOptions): Promise<OpenedPage>;
  stop(): Promise<void>;
}

export interface OpenOptions {
  readonly panel: string;
  readonly host: Methods;
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
  /** What `getState` answers at first. */
  readonly state?: unknown;
}

export interface OpenedPage {
  readonly page: Page;
  readonly remote: Remote<PageApi>;
  /** Everything the page complained of: console errors, exceptions, refused styles and scripts. */
  readonly complaints: readonly string[];
  state(): Promise<unknown>;
}

interface BuildScript {
  readonly pageOptions: (options: {
    readonly outdir: string;
    readonly isProduction: boolean;
  }) => Parameters<typeof build>[0];
  readonly copyIcons: (outdir: string) => Promise<void>;
}

async function openPage(
  browser: Browser,
  origin: string,
  options: OpenOptions,
): Promise<OpenedPage> {
  const page = await browser.newPage({
    viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
  });
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  let toHost: (message: unknown) => void = () => undefined;
  await page.exposeFunction("postToHost", (message: unknown) => toHost(message));
  const channel: Channel = {
    post: (message) => {
      page
        .evaluate((data) => window.postMessage(data, "*"), message)
        .catch((error: unknown) => complaints.push(String(error)));
    },
    onMessage: (listener) => {
      toHost = listener;
    },
  };
  const remote = connect<PageApi>(channel, options.host);
  await page.addInitScript((state) => {
    let kept: unknown = state;
    const scope = window as unknown as Record<string, unknown>;
    scope["acquireVsCodeApi"] = () => ({
      postMessage: (message: unknown) =>
        (scope["postToHost"] as (message: unknown) => void)(structuredClone(message)),
      getState: () => kept,
      setState: (next: unknown) => {
        kept = structuredClone(next);
        scope["keptState"] = kept;
      },
    });
  }, options.state);
  await page.goto(`${origin}/page?panel=${options.panel}&theme=${options.theme ?? "dark"}`);
  return {
    page,
    remote,
    complaints,
    state: () => page.evaluate(() => (window as unknown as { keptState: unknown }).keptState),
  };
}

const types: Readonly<Record<string, string>> = {
  ".js": "text/javascript",
  ".css": "text/css",
  ".ttf": "font/ttf",
};

async function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    if (url.pathname === "/page") {
      const theme = (url.searchParams.get("theme") ?? "dark") as ThemeName;
      response.setHeader("content-type", "text/html; charset=utf-8");
      response.setHeader(
        "content-security-policy",
        "default-src 'none'; style-src 'self' 'nonce-n'; script-src 'self' 'nonce-n'; font-src 'self'; img-src 'self'",
      );
      response.end(html(url.searchParams.get("panel") ?? "", theme));
      return;
    }
    if (url.pathname === "/favicon.ico") {
      response.end();
      return;
    }
    readFile(path.join(folder, path.basename(url.pathname)))
      .then((bytes) => {
        response.setHeader("content-type", types[path.extname(url.pathname)] ?? "text/plain");
        response.end(bytes);
      })
      .catch(() => {
        response.statusCode = 404;
        response.end();
      });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

function html(panel: string, theme: ThemeName): string {
  const { className, variables } = themes[theme];
  const css = Object.entries(variables).map(([name, value]) => `--vscode-${name}: ${value};`);
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <style nonce="n">:root { ${css.join(" ")} } body { padding: 0 20px; }</style>
    <link id="vscode-codicon-stylesheet" rel="stylesheet" href="/codicon.css" nonce="n" />
    <link rel="stylesheet" href="/${panel}.css" />
    <script type="module" nonce="n" src="/${panel}.js"></script>
  </head>
  <body class="${className}"><div id="app"></div></body>
</html>`;
}

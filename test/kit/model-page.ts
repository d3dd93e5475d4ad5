import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import type { Page } from "playwright-core";
import type { Analysis } from "../../server/core/analysis.js";
import { fakeHost, type FakeHost } from "./fake-host.js";
import { startPages, type OpenedPage, type OpenOptions, type Pages } from "./page-harness.js";

/** Starts the pages for a test file; answers what opens the model page on an analysis and runs the steps of a test. */
export function useModelPage(): OnModelPage {
  return usePanel("model", ".page:not(.is-loading)");
}

/** The same for any panel; `ready` is what it shows once it has its first answer. */
export function usePanel(panel: string, ready = ".frame:not(.is-loading)"): OnModelPage {
  let pages: Pages;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "ridgepoint-pages-"));
    pages = await startPages(folder);
  });
  afterAll(async () => {
    await pages.stop();
    await rm(folder, { recursive: true, force: true });
  });
  return async (analysis, steps, options = {}) => {
    const host = fakeHost(analysis);
    options.prepare?.(host);
    const opened = await pages.open({ ...options, panel, host: host.methods });
    try {
      await opened.page.waitForSelector(ready);
      await steps(opened.page, host, opened);
      expect(opened.complaints).toEqual([]);
    } finally {
      await opened.page.close();
    }
  };
}

/** Runs the steps, and holds the page to having complained of nothing. */
export type OnModelPage = (
  analysis: Analysis,
  steps: (page: Page, host: FakeHost, opened: OpenedPage) => Promise<void>,
  options?: Partial<OpenOptions> & { readonly prepare?: (host: FakeHost) => void },
) => Promise<void>;

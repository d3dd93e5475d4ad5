import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { defaultTargetIds } from "../server/core/targets/default-targets.js";
import { loadCatalogue } from "../server/io/catalogue-files.js";
import { root } from "./kit/cli.js";

/** `chip/runtime/precision` as words of a document or script name them. */
const targetPattern = /(?<=[\s"`])[a-z][a-z0-9-]+\/[a-z][a-z0-9.-]+\/[a-z][a-z0-9-]+(?=[\s"`,])/g;

test.each(["README.md", "scripts/start.mjs", "docs/adding-a-chip.md"])(
  "%s names targets that exist",
  async (file) => {
    const { value: catalogue } = await loadCatalogue({
      dataFolder: path.join(root, "server/data"),
      chipFolders: [],
    });
    const named = readFileSync(path.join(root, file), "utf8").match(targetPattern) ?? [];
    const targets = named.filter((id) => !/^(examples|docs|server|test|scripts|dist)\//.test(id));
    if (file !== "docs/adding-a-chip.md") expect(targets.length).toBeGreaterThan(0);
    expect(targets.filter((id) => catalogue.find(id) === undefined)).toEqual([]);
  },
);

test("the default targets exist", async () => {
  const { value: catalogue } = await loadCatalogue({
    dataFolder: path.join(root, "server/data"),
    chipFolders: [],
  });
  expect(
    Object.values(defaultTargetIds)
      .flat()
      .filter((id) => catalogue.find(id) === undefined),
  ).toEqual([]);
});

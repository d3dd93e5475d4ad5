import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findDataFolder, loadCatalogue } from "../../server/io/catalogue-files.js";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "ridgepoint-catalogue-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const sourced = (value: number, unit: string) => ({ value, unit, source: "its data sheet" });
const acme = {
  id: "acme-x1",
  name: "Acme X1",
  vendor: "Acme",
  kind: "gpu",
  segment: "desktop",
  peaks: { float32: sourced(1e12, "op/s") },
  vectorPeaks: { float32: sourced(1e12, "op/s") },
  memories: [
    { name: "DRAM", role: "ram", size: sourced(1e9, "B"), bandwidth: sourced(1e11, "B/s") },
  ],
  runtimes: [{ runtime: "pytorch-eager", precisions: ["fp32"] }],
};

async function load(files: Readonly<Record<string, string>>) {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  const { value, problems } = await loadCatalogue({
    dataFolder: await findDataFolder(),
    chipFolders: [folder],
  });
  return {
    catalogue: value,
    messages: problems.map(({ message }) => message.replaceAll(folder, "chips")),
  };
}

describe("catalogue files", () => {
  it("the shipped files load without a complaint", async () => {
    const { value, problems } = await loadCatalogue({
      dataFolder: await findDataFolder(),
      chipFolders: [],
    });
    expect(problems).toEqual([]);
    expect(new Set(value.targets.map(({ chip }) => chip.id)).size).toBeGreaterThanOrEqual(60);
  });

  it("a user's chip becomes a target", async () => {
    const { catalogue, messages } = await load({ "x1.json": JSON.stringify(acme) });
    expect(messages).toEqual([]);
    expect(catalogue.find("acme-x1/pytorch-eager/fp32")?.label).toBe(
      "Acme X1 · PyTorch eager · fp32",
    );
  });

  it("a user's chip replaces the shipped one of its id, and says so", async () => {
    const { catalogue, messages } = await load({
      "4090.json": JSON.stringify({ ...acme, id: "nvidia-rtx-4090" }),
    });
    expect(catalogue.find("nvidia-rtx-4090/pytorch-eager/fp32")?.chip.name).toBe("Acme X1");
    expect(messages).toEqual([
      "Device `nvidia-rtx-4090` is described twice; the later description is used.",
    ]);
  });

  it("a broken file is named and hides no other", async () => {
    const { catalogue, messages } = await load({
      "a.json": "{",
      "b.json": JSON.stringify({
        ...acme,
        id: "acme-b",
        peaks: { float32: { value: 1, unit: "op/s" } },
      }),
      "c.json": JSON.stringify(acme),
      "d.txt": "not read",
    });
    expect(catalogue.find("acme-x1/pytorch-eager/fp32")).toBeDefined();
    expect(messages).toHaveLength(4);
    expect(messages[0]).toContain("File `chips/a.json` is not JSON");
    expect(messages.slice(1)).toEqual([
      "Device `acme-b` (chips/b.json): `peaks.float32.value` should lie between 100000 and 10000000000000000000; it is 1.",
      "Device `acme-b` (chips/b.json): `peaks.float32.source` is missing; give the data sheet's title and address.",
      "Device `acme-b`: `runtimes[0].precisions[0]` asks for `fp32`, but `peaks` has none of float32.",
    ]);
  });

  it("a folder among the files, a file that is too large and a folder that is absent are named", async () => {
    await mkdir(path.join(folder, "folder.json"));
    const { messages } = await load({ "large.json": " ".repeat((1 << 20) + 1) });
    expect(messages).toEqual([
      "File `chips/folder.json` cannot be read (not a file); it is left out.",
      "File `chips/large.json` cannot be read (1048577 bytes, more than 1048576); it is left out.",
    ]);
    const absent = await loadCatalogue({
      dataFolder: await findDataFolder(),
      chipFolders: ["/absent/chips"],
    });
    expect(absent.problems.map(({ code }) => code)).toEqual(["RP2000"]);
    expect(absent.value.targets.length).toBeGreaterThan(1000);
  });

  it("a user's own runtime and precision can be used by a user's chip", async () => {
    const runtimeFile = path.join(await findDataFolder(), "runtimes", "tensorrt.json");
    const runtime = JSON.parse(
      await import("node:fs/promises").then((fs) => fs.readFile(runtimeFile, "utf8")),
    ) as Record<string, unknown>;
    const { catalogue, messages } = await load({
      "x1.json": JSON.stringify({
        ...acme,
        runtimes: [{ runtime: "acme-rt", precisions: ["acme-16"] }],
      }),
      "runtimes/acme-rt.json": JSON.stringify({ ...runtime, id: "acme-rt", name: "Acme RT" }),
      "precisions/acme.json": JSON.stringify([
        {
          id: "acme-16",
          name: "acme16",
          arithmetic: ["float32"],
          vectorArithmetic: ["float32"],
          weightBits: 16,
          activationBits: 16,
          cacheBits: 16,
          quantizesOnTheFly: false,
        },
      ]),
    });
    expect(messages).toEqual([]);
    expect(catalogue.find("acme-x1/acme-rt/acme-16")?.label).toBe("Acme X1 · Acme RT · acme16");
  });
});

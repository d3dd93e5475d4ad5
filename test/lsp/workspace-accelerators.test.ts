import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { WorkspaceAccelerators } from "../../server/lsp/workspace-accelerators.js";

const folder = mkdtempSync(path.join(tmpdir(), "ridgepoint-found-"));
const array = path.join(folder, "array.sv");
beforeAll(() => {
  writeFileSync(
    array,
    "/* ridgepoint:accelerator rows=4 columns=4 width=8 */\nmodule array; endmodule\n",
  );
  writeFileSync(
    path.join(folder, "plain.sv"),
    "// ridgepoint: reset=rst\nmodule plain; endmodule\n",
  );
  writeFileSync(path.join(folder, "notes.txt"), "// ridgepoint: accelerator rows=4\n");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const names = (found: readonly { readonly file: string }[]): readonly string[] =>
  found.map(({ file }) => path.basename(file));

test("an answer that cannot wait goes without, and somebody is told", async () => {
  const onLate = vi.fn();
  const accelerators = new WorkspaceAccelerators(() => [folder], onLate, 0);
  expect(await accelerators.soon()).toEqual([]);
  await vi.waitFor(() => expect(onLate).toHaveBeenCalledOnce());
  expect(names(await accelerators.soon())).toEqual(["array.sv"]);
});

test("who waited misses nothing, and nobody is told", async () => {
  const onLate = vi.fn();
  const accelerators = new WorkspaceAccelerators(() => [folder], onLate, 60_000);
  expect(names(await accelerators.all())).toEqual(["array.sv"]);
  expect(names(await accelerators.soon())).toEqual(["array.sv"]);
  expect(onLate).not.toHaveBeenCalled();
});

test("a search that was given up tells nobody", async () => {
  const onLate = vi.fn();
  const accelerators = new WorkspaceAccelerators(() => [folder], onLate, 0);
  const late = accelerators.all();
  await accelerators.soon();
  accelerators.forget();
  await late;
  await new Promise(setImmediate);
  expect(onLate).not.toHaveBeenCalled();
});

test("a file counts while it describes an accelerator, and once more when it has ceased to", async () => {
  const accelerators = new WorkspaceAccelerators(
    () => [folder],
    () => {},
  );
  await accelerators.all();
  expect(await accelerators.includesAny([path.join(folder, "plain.sv")])).toBe(false);
  expect(await accelerators.includesAny([array])).toBe(true);
  rmSync(array);
  expect(await accelerators.includesAny([array])).toBe(true);
  accelerators.forget();
  await accelerators.all();
  expect(await accelerators.includesAny([array])).toBe(false);
});

import path from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import {
  dropInitialValues,
  type YosysFolder,
} from "../../../server/engines/yosys/initial-values.js";

interface Bundle {
  readonly runYosys: (args: readonly string[], files: object, options: object) => Promise<unknown>;
}

interface Files extends YosysFolder {
  readonly share: YosysFolder & { readonly xilinx: YosysFolder };
}

const folder = path.resolve("node_modules/@yowasp/yosys/gen");
const load = async (name: string): Promise<unknown> =>
  import(/* @vite-ignore */ pathToFileURL(path.join(folder, name)).href);

/** What Yosys makes of a mapping file, without the values that memories hold at first. */
async function read({ runYosys }: Bundle, file: string): Promise<string> {
  const chunks: Buffer[] = [];
  const script = `read_verilog -nooverwrite -noblackbox -icells +/xilinx/${file}\nwrite_rtlil`;
  await runYosys(
    ["-q", "-s", "run.ys"],
    { "run.ys": script },
    {
      stdin: null,
      stdout: (bytes: Uint8Array | null) => bytes && chunks.push(Buffer.from(bytes)),
      stderr: () => undefined,
    },
  );
  return Buffer.concat(chunks)
    .toString()
    .replace(/parameter \\INIT\w* .*/g, "")
    .replace(/\/share\/\S+/g, "");
}

test("mapping files without what memories hold give the same cells, by the same names", async () => {
  const bundle = (await load("bundle.js")) as Bundle;
  const { filesystem } = (await load("resources-yosys.js")) as { filesystem: Files };
  const { xilinx } = filesystem.share;
  const files = ["brams_xc6v_map.v", "lutrams_xc5v_map.v"];
  const texts = { ...xilinx };
  const before = [];
  for (const file of files) before.push(await read(bundle, file));
  // A run leaves bytes where there were texts.
  Object.assign(xilinx, texts);
  dropInitialValues(filesystem);
  const changed = Object.keys(texts).filter((name) => xilinx[name] !== texts[name]);
  expect(changed.sort()).toEqual(["brams_defs.vh", "lutrams_xc5v_map.v"]);
  const after = [];
  for (const file of files) after.push(await read(bundle, file));
  expect(before[0]).toContain("autoidx 304");
  expect(before[0]).toContain("RAMB36E1");
  expect(after).toEqual(before);
}, 120_000);

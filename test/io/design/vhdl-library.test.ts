import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { requestOfList } from "../../../server/io/design/rtl/list-request.js";
import { collectSources } from "../../../server/io/design/rtl/sources.js";
import { readVhdl } from "../../../server/io/design/rtl/vhdl.js";
import type { DesignRequest } from "../../../server/io/design/design-request.js";
import { designContext } from "../../kit/design-context.js";

const folder = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-library-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const leaf = `-- a leaf module extension (of a comment)
library ieee, mine;
use ieee.std_logic_1164.all;
use mine.widths.all;
entity leaf is port (a : in std_logic_vector(width - 1 downto 0); y : out std_logic_vector(width - 1 downto 0)); end;
architecture rtl of leaf is begin
  assert false report "said while it is read" severity note;
  y <= not a;
end;
`;
const top = `library ieee, mine;
use ieee.std_logic_1164.all;
use mine.widths.all;
entity top is port (a : in std_logic_vector(width - 1 downto 0); y : out std_logic_vector(width - 1 downto 0)); end;
architecture rtl of top is begin
  u : entity mine.leaf port map (a => a, y => y);
end;
`;

function request(): DesignRequest {
  writeFileSync(
    path.join(folder, "widths.vhd"),
    "package widths is constant width : natural := 5; end;\n",
  );
  writeFileSync(path.join(folder, "leaf.vhd"), leaf);
  writeFileSync(path.join(folder, "top.vhd"), top);
  writeFileSync(path.join(folder, "all.f"), "widths.vhd\ntop.vhd\nleaf.vhd\n");
  return requestOfList({
    file: path.join(folder, "all.f"),
    text: "",
    files: [],
    overlays: {},
    roots: [folder],
    includeFolders: [],
    top: undefined,
    part: undefined,
    clockNanoseconds: undefined,
    parameters: {},
    defines: {},
    reports: [],
    isRouted: false,
    seconds: 60,
  });
}

test("the top of a list of VHDL is what nothing else holds", () => {
  expect(request()).toMatchObject({ top: "top", file: path.join(folder, "top.vhd") });
});

test.skipIf(spawnSync("ghdl", ["--version"]).status !== 0)(
  "VHDL that calls its library by a name of its own is read, and notes are no errors",
  async () => {
    const asked = {
      ...request(),
      files: ["widths", "leaf", "top"].map((name) => path.join(folder, `${name}.vhd`)),
    };
    const collected = collectSources(asked);
    const { sources, problems } = await readVhdl(asked, collected, "top", designContext([]));
    expect(problems).toEqual([]);
    expect(sources?.texts.get("vhdl.v")).toMatch(/module leaf/);
  },
);

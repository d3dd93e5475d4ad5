import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import {
  findVhdlFiles,
  placeInLibraries,
  vhdlUnitsOf,
} from "../../../server/io/design/rtl/vhdl-units.js";
import { requestOfList } from "../../../server/io/design/rtl/list-request.js";
import { collectSources } from "../../../server/io/design/rtl/sources.js";
import { readVhdl } from "../../../server/io/design/rtl/vhdl.js";
import type { DesignRequest } from "../../../server/io/design/design-request.js";
import { designContext } from "../../kit/design-context.js";
import { designRequest } from "../../kit/synthesise.js";

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
  return requestOfList(designRequest(folder, "all.f", "", { seconds: 60 }));
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

test("what a file of VHDL declares, bodies it has and units it uses", () => {
  expect(
    vhdlUnitsOf(`library ieee, Mine; -- entity none is
use ieee.std_logic_1164.all;
use mine.widths.all;
package helpers is end;
package body helpers is end;
entity Top is end;
architecture rtl of Top is signal record_a : t; begin
  u : entity work.leaf generic map (n => record_a.field) port map (a => b);
  v : memory port map (a => b);
end;
`),
  ).toEqual({
    declares: ["helpers", "top"],
    bodies: ["top", "helpers"],
    uses: [
      { library: "ieee", name: "std_logic_1164" },
      { library: "mine", name: "widths" },
      { library: "work", name: "leaf" },
    ],
    components: ["memory"],
  });
});

test("files with entities, packages and their bodies are found in the workspace, the nearest of several", () => {
  const root = mkdtempSync(path.join(folder, "workspace-"));
  const write = (name: string, text: string): string => {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  const top = write(
    "rtl/top.vhd",
    "entity top is end; architecture a of top is begin u : entity work.leaf; end;",
  );
  write("old/leaf.vhd", "entity leaf is end; architecture a of leaf is begin end;");
  const leaf = write("rtl/leaf.vhd", "use work.p.all; entity leaf is end;");
  const body = write("rtl/leaf.rtl.vhd", "architecture a of leaf is begin end;");
  const p = write("lib/p.vhd", "package p is end;");
  const found = findVhdlFiles([readFileSync(top, "utf8")], { roots: [root], file: top }, (file) =>
    readFileSync(file, "utf8"),
  );
  expect([...found].sort()).toEqual([p, body, leaf].sort());
});

test("sources go into the libraries by whose names they are called, in an order that can be read", () => {
  const texts = new Map([
    [
      "top",
      "library a, b; use a.types.all; entity top is end; architecture x of top is begin u : entity b.leaf; end;",
    ],
    ["leaf", "use work.common.all; entity leaf is end;"],
    ["common", "package common is end;"],
    ["types", "package types is end;"],
    ["beside", "entity beside is end;"],
  ]);
  expect(
    placeInLibraries(texts, (name) =>
      (name === "beside" ? "/a/beside" : `/${name}/${name}`).replace("/types/", "/a/"),
    ),
  ).toEqual([
    { name: "types", library: "a" },
    { name: "common", library: "b" },
    { name: "leaf", library: "b" },
    { name: "top", library: "work" },
    { name: "beside", library: "a" },
  ]);
});

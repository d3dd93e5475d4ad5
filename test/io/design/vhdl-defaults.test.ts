import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { lacksDefaults, withDefaults } from "../../../server/io/design/rtl/vhdl-defaults.js";

// As GHDL 2.0 writes one design in both languages.
const verilog = `module sub_2
  case (n8_o)
    2'b10: n9_o <= b;
    2'b01: n9_o <= a;
  endcase
endmodule
module top
    case (n20_o)
      1'b1: n26_o <= 2'b10;
    endcase
    case (n30_o)
      1'b1: n31_o <= x;
      default: n31_o <= y;
    endcase
endmodule`;

const vhdl = (other: string, outer = `"0X"`): string => `entity sub_2 is
end entity sub_2;
  with n8_o select n9_o <=
    b when "10",
    a when "01",
    ${other} when others;
entity top is
  with n20_o select n26_o <=
    "10" when "1",
    ${outer} when others;`;

function check(other: string): string | undefined {
  return /default: n9_o <= (.*);/.exec(withDefaults(verilog, vhdl(other)))?.[1];
}

test("what VHDL gives for all other choices becomes the default of a case without one", () => {
  expect(lacksDefaults(verilog)).toBe(true);
  const whole = withDefaults(verilog, vhdl("n7_o"));
  expect(whole.match(/default.*/g)).toEqual([
    "default: n9_o <= n7_o;",
    "default: n26_o <= 2'b0x;",
    "default: n31_o <= y;",
  ]);
  expect(lacksDefaults(whole)).toBe(false);
});

test("nets, parts of them and constants are said in Verilog's way, anything else is left open", () => {
  expect(check("wrap_a")).toBe("a");
  expect(check("n7_o (3 downto 0)")).toBe("n7_o[3:0]");
  expect(check("n7_o(2)")).toBe("n7_o[2]");
  expect(check(`'1'`)).toBe("1'b1");
  expect(check(`"01--"`)).toBe("4'b01xx");
  expect(check("std_logic_vector (n7_o + 1)")).toBe("'bx");
});

test("where the VHDL says nothing of a net, its case stays as it is", () => {
  expect(withDefaults(verilog, "")).toBe(verilog);
});

// A multiplexer of three: without its last branch it would hold its value.
const multiplexer = `library ieee; use ieee.std_logic_1164.all;
entity three is port (s : in std_logic_vector(1 downto 0); a, b : in std_logic; y : out std_logic); end;
architecture rtl of three is begin
  process (s, a, b) begin
    case s is
      when "00" => y <= a;
      when "01" => y <= b;
      when others => y <= a and b;
    end case;
  end process;
end;
`;

test.skipIf(spawnSync("ghdl", ["--version"]).status !== 0)(
  "no case of what GHDL itself writes is left without a default",
  () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-defaults-"));
    try {
      writeFileSync(path.join(folder, "three.vhd"), multiplexer);
      const [asVerilog = "", asVhdl = ""] = ["verilog", "vhdl"].map(
        (language) =>
          spawnSync(
            "ghdl",
            ["--synth", "--std=08", `--out=${language}`, "three.vhd", "-e", "three"],
            {
              cwd: folder,
              encoding: "utf8",
            },
          ).stdout,
      );
      expect(asVerilog).toMatch(/module three/);
      expect(lacksDefaults(withDefaults(asVerilog, asVhdl))).toBe(false);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

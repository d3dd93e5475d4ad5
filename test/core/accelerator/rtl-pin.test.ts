import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { acceleratorPin } from "../../../server/core/accelerator/rtl-pin.js";
import { parseAccelerator, readAcceleratorFile } from "../../../server/io/accelerator-file.js";

test("the example's parameters size the array", () => {
  const { value, problems } = readAcceleratorFile("examples/accelerators/systolic.sv");
  expect(problems).toEqual([]);
  expect(value).toMatchObject({
    id: "systolic",
    clock: 5e8,
    engine: { rows: 16, columns: 16, dataflow: "weight-stationary" },
    precisions: [{ id: "int8", accumulatorBits: 32 }],
    buffers: [{ name: "scratchpad", size: 262144 }],
    dram: { bandwidth: 12.8e9 },
  });
});

test("a changed parameter changes the array", () => {
  const text = readFileSync("examples/accelerators/systolic.sv", "utf8");
  const wider = text.replace("parameter ROWS = 16", "parameter ROWS = 2 * 16");
  expect(parseAccelerator(wider, "x.sv").value?.engine).toMatchObject({ rows: 32 });
});

test("parameters in lists, with types and bases, and of VHDL", () => {
  const rows = (text: string): unknown => {
    const pin = acceleratorPin(`// ridgepoint: accelerator rows=R columns=C\n${text}`, "x");
    const engine = pin?.value["engine"] as Readonly<Record<string, unknown>> | undefined;
    return [engine?.["rows"], engine?.["columns"]];
  };
  expect(rows("module m #(parameter int unsigned R = 8, C = 4) ();")).toEqual([8, 4]);
  expect(rows("module m; localparam R = 8'd12; localparam C = R / 2;")).toEqual([12, 6]);
  expect(rows("entity m is generic (R : integer := 3; C : positive := 5);")).toEqual([3, 5]);
});

test("a pin that leaves something out is told so, at the pin", () => {
  const text = "module m;\n// ridgepoint: accelerator rows=R colour=1\nendmodule";
  const { value, problems } = parseAccelerator(text, "m.sv");
  expect(value).toBeUndefined();
  for (const { place } of problems)
    expect(place).toMatchObject({ kind: "text", span: { start: text.indexOf("//") } });
  const messages = problems.map(({ message }) => message).join("\n");
  expect(messages).toContain("(m.sv, line 2): `engine.rows` should be a number");
  expect(messages).toContain("`engine.dataflow` is missing");
  expect(messages).toContain("`engine.colour` is not a field here");
  expect(parseAccelerator("module m; endmodule", "m.sv").problems[0]?.message).toContain(
    "no comment",
  );
});

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { neverCancelled } from "../../server/core/base/cancel.js";
import type { Amount, Design } from "../../server/core/design/design.js";
import { analyseDesign, disposeDesignAnalysts } from "../../server/io/design/analyse-design.js";
import { loadParts } from "../../server/io/parts-files.js";
import { yosysUse } from "../../server/io/yosys-engine.js";
import { parseCsv } from "../calibrate/csv.js";
import { type Figure, printTable } from "./print-table.js";

/**
 * The product's synthesis beside published figures of public circuits:
 *
 *     EPFL=../benchmarks PICORV32=../picorv32 SERV=../serv npm run bench rtl      (ONLY=picorv32 for some of them)
 *
 * EPFL circuits (github.com/lsils/benchmarks) on generic LUTs against Yosys 0.23; PicoRV32 on AMD parts against Yosys 0.23 and
 * Vivado, and its speeds by rank. Where a `yosys` is on the path, the script of those rows is run by it as well: rows of
 * Yosys have to come out exactly there, the bundled Yosys is newer. VexRiscv's rows need Verilog that SpinalHDL generates:
 * VEXRISCV_SMALL and VEXRISCV_FULL name such files (VEXRISCV_TOP their top), without them the rows are left out. The vendor's factors and AMD's wires were fitted to PicoRV32's rows, so these say how well that fit is; how other
 * designs come out is said by leaving each configuration out, and by SERV, which nothing was fitted to.
 */
const table = path.resolve(process.env["GOLDEN"] ?? "../shared/data/rtl_golden.calib.csv");
const epfl = path.resolve(process.env["EPFL"] ?? "../benchmarks");
const pico = path.resolve(process.env["PICORV32"] ?? "../picorv32");
const serv = path.resolve(process.env["SERV"] ?? "../serv");
const only = process.env["ONLY"] ?? "";
const { value: families } = loadParts("server/data");
/** Its README took the fastest grade of each part. */
const vexParts: Readonly<Record<string, string>> = {
  "Artix 7": "xc7a35t-3",
  "Cyclone IV": "ep4ce22",
  iCE40: "ice40hx8k",
};
const times: number[] = [];

if (!existsSync(table)) console.log(`There is no ${table} (set GOLDEN): nothing is compared.`);
else await compare(parseCsv(readFileSync(table, "utf8")));
await speed();
disposeDesignAnalysts();

type Row = Readonly<Record<string, string>>;

async function compare(rows: readonly Row[]): Promise<void> {
  await compareEpfl(
    rows.filter(
      (row) => (row["tool"] ?? "").startsWith("Yosys") && row["device"] === "generic LUT-6",
    ),
  );
  await comparePico(rows);
  await compareServ();
  await compareSpeeds(rows.filter((row) => row["design"] === "picorv32_axi"));
  await compareVex(rows.filter((row) => row["design"] === "VexRiscv"));
}

async function compareVex(rows: readonly Row[]): Promise<void> {
  if (!"vexriscv".includes(only)) return;
  console.log("\nVexRiscv: ours [interval], README: LUT, FF, MHz");
  let left = 0;
  for (const row of rows) {
    const given = process.env[row["config"] === "small" ? "VEXRISCV_SMALL" : "VEXRISCV_FULL"] ?? "";
    const part = vexParts[row["device"] ?? ""];
    if (!existsSync(given) || part === undefined) {
      left += 1;
      continue;
    }
    const top = process.env["VEXRISCV_TOP"] ?? "VexRiscv";
    const { total, fmaxHertz } = await analyse(given, { part, top });
    const texts = [
      [total?.counts.lut, row["lut"]],
      [total?.counts.ff, row["ff"]],
      [fmaxHertz && scaledAmount(fmaxHertz, 1e-6), row["fmax_mhz"]],
    ] as const;
    console.log(
      `${(row["config"] ?? "").padEnd(14)} ${part.padEnd(10)} ${texts.map(([ours, theirs]) => `${amountText(ours)} ${theirs ?? ""}`).join(" · ")}`,
    );
  }
  if (left > 0) console.log(`${left} rows are left out; SpinalHDL has to generate their Verilog.`);
}

function amountText(amount: Amount | undefined): string {
  if (amount === undefined) return "?";
  return `${amount.value.toFixed(0)} [${amount.low.toFixed(0)}–${amount.high.toFixed(0)}]`;
}

function scaledAmount({ value, low, high }: Amount, factor: number): Amount {
  return { value: value * factor, low: low * factor, high: high * factor };
}

async function compareEpfl(rows: readonly Row[]): Promise<void> {
  if (!existsSync(epfl)) {
    console.log(`There are no EPFL benchmarks at ${epfl} (set EPFL).`);
    return;
  }
  console.log("EPFL circuit, LUT-6: bundled Yosys 0.55, yosys of the path, published Yosys 0.23");
  for (const row of rows) {
    const name = row["design"] ?? "";
    if (!name.includes(only) && only !== "epfl") continue;
    const file = ["arithmetic", "random_control"]
      .map((folder) => path.join(epfl, folder, `${name}.v`))
      .find(existsSync);
    if (file === undefined) continue;
    const design = await analyse(file, { part: "lut6", top: undefined });
    const native = nativeLuts(
      `read_verilog ${file}; synth -flatten; abc -lut 6; stat`,
      /\$lut\s+(\d+)/g,
    );
    console.log(line([name, lutsOf(design), native ?? "-", row["lut"] ?? ""], Number(row["lut"])));
  }
}

async function comparePico(rows: readonly Row[]): Promise<void> {
  const top = path.join(pico, "scripts/vivado/synth_area_top.v");
  if (!existsSync(top)) {
    console.log(`There is no PicoRV32 at ${pico} (set PICORV32).`);
    return;
  }
  console.log(
    "\nPicoRV32 on 7 series (our factors were fitted to these): LUT ours [interval], Vivado, ratio; Yosys of the path, published; FF ours, Vivado",
  );
  const ratios: number[] = [];
  for (const config of ["small", "regular", "large"]) {
    if (!`picorv32 ${config}`.includes(only)) continue;
    const mine = rows.filter(
      (row) => row["design"] === "picorv32" && (row["config"] ?? "").startsWith(config),
    );
    const vivado = mine.find((row) => (row["tool"] ?? "").startsWith("Vivado"));
    const yosys = mine.find((row) => (row["tool"] ?? "").startsWith("Yosys"));
    const design = await analyse(top, {
      part: "xc7a100t",
      top: `top_${config}`,
      files: [path.join(pico, "picorv32.v")],
    });
    const native = nativeLuts(
      `read_verilog ${top} ${path.join(pico, "picorv32.v")}; synth_xilinx -family xc7 -flatten -top top_${config}; stat`,
      /\bLUT[1-6]\s+(\d+)/g,
      /\bRAM(?:32|64)M\s+(\d+)/g,
    );
    const lut = design.total?.counts.lut;
    const ff = design.total?.counts.ff?.value ?? NaN;
    ratios.push((lut?.value ?? NaN) / Number(vivado?.["lut"]));
    console.log(
      `${config.padEnd(8)} LUT ${lut?.value.toFixed(0) ?? "?"} [${lut?.low.toFixed(0) ?? ""}–${lut?.high.toFixed(0) ?? ""}] Vivado ${vivado?.["lut"] ?? "?"} ratio ${((lut?.value ?? NaN) / Number(vivado?.["lut"])).toFixed(3)}` +
        ` · ${design.tool}; yosys ${native ?? "-"} published ${yosys?.["lut"] ?? "?"}` +
        ` · FF ${ff.toFixed(0)} Vivado ${vivado?.["ff"] ?? "?"} ratio ${(ff / Number(vivado?.["ff"])).toFixed(3)}` +
        ` · lutram ${design.total?.counts.lutram?.value ?? "?"} Vivado ${vivado?.["lutram"] ?? "?"}`,
    );
  }
  console.log(
    `each with the factor of the other two: ${leaveOneOut(ratios)
      .map((ratio) => ratio.toFixed(3))
      .join(", ")} (bound 0.88 to 1.12)`,
  );
}

/** With the factor that the other configurations would have given: what a design of its kind may expect. */
function leaveOneOut(ratios: readonly number[]): readonly number[] {
  return ratios.map((ratio, index) => {
    const others = ratios.filter((_, other) => other !== index);
    return ratio / (others.reduce((sum, other) => sum + other, 0) / others.length);
  });
}

/**
 * What its README states of the smallest configuration: Vivado for Artix-7, the vendors' tools elsewhere, gate equivalents for a
 * CMOS process. Its author does not say the versions, so the rows are a test of the factors and no reference.
 */
async function compareServ(): Promise<void> {
  const file = path.join(serv, "rtl/serv_synth_wrapper.v");
  if (!existsSync(file) || !"serv".includes(only)) {
    console.log(`\nSERV is not compared (set SERV; looked at ${serv}).`);
    return;
  }
  console.log("\nSERV, smallest (nothing was fitted to it): ours [interval], README, ratio; FF");
  for (const [part, kind, published] of [
    ["xc7a35t", "lut", 125],
    ["ice40hx8k", "lut", 198],
    ["ep4ce22", "lut", 239],
    ["asic", "gate", 2100],
  ] as const) {
    const { total } = await analyse(file, {
      part,
      top: "serv_synth_wrapper",
      parameters: { WITH_CSR: "0", RESET_STRATEGY: '"NONE"' },
    });
    const { value = NaN, low = NaN, high = NaN } = total?.counts[kind] ?? {};
    const ends = `[${low.toFixed(0)}–${high.toFixed(0)}]`;
    const ratio = (value / published).toFixed(3);
    console.log(
      `${part.padEnd(10)} ${kind} ${value.toFixed(0)} ${ends} ${published} ratio ${ratio} · FF ${total?.counts.ff?.value.toFixed(0) ?? "?"} 164`,
    );
  }
}

async function compareSpeeds(rows: readonly Row[]): Promise<void> {
  const file = path.join(pico, "picorv32.v");
  if (!existsSync(file) || !"picorv32 speed".includes(only)) return;
  const pairs: [number, number][] = [];
  console.log("\nPicoRV32 (picorv32_axi, TWO_CYCLE_ALU): MHz ours [interval], published");
  for (const row of rows) {
    const design = await analyse(file, {
      part: row["device"] ?? "",
      top: "picorv32_axi",
      parameters: { TWO_CYCLE_ALU: "1" },
    });
    const ours = (design.fmaxHertz?.value ?? NaN) / 1e6;
    const published = Number(row["fmax_mhz"]);
    pairs.push([ours, published]);
    console.log(
      `${(row["device"] ?? "").padEnd(24)} ${ours.toFixed(0)} [${((design.fmaxHertz?.low ?? NaN) / 1e6).toFixed(0)}–${((design.fmaxHertz?.high ?? NaN) / 1e6).toFixed(0)}] ${published}`,
    );
  }
  console.log(
    `rank correlation ${spearman(pairs).toFixed(3)} over ${pairs.length} rows (bound 0.85)`,
  );
  console.log(
    "These rows are one design, and the families' wires and vendor factors were fitted to them: what is ranked is parts and grades; other designs are not tested.",
  );
}

/** From a question to its design, the engine warm. */
async function speed(): Promise<void> {
  const figures: Figure[] = [];
  for (const [name, copies, bound] of [
    ["50-line module, warm", 1, 1.5],
    ["500-line module, warm", 10, 6],
  ] as const) {
    const text = moduleOf(copies);
    await analyse("bench.sv", { part: "xc7a35t", top: "bench", text });
    const before = process.hrtime.bigint();
    const used = yosysUse.processorMilliseconds;
    await analyse("bench.sv", { part: "xc7a35t", top: "bench", text: `${text}// again\n` });
    figures.push({ name, value: Number(process.hrtime.bigint() - before) / 1e9, unit: "s", bound });
    figures.push({
      name: `${name}: processor time of the engine`,
      value: (yosysUse.processorMilliseconds - used) / 1000,
      unit: "s",
      bound,
    });
  }
  figures.push({
    name: "memory of the engine, at most",
    value: yosysUse.residentBytes / 1e6,
    unit: "MB",
    bound: 500,
  });
  console.log("");
  printTable(figures);
}

/** A pipeline of small arithmetic stages: about 50 lines a copy. */
function moduleOf(copies: number): string {
  const stages = Array.from({ length: copies }, (_, index) => stageText(index)).join("\n");
  return `module bench(input clk, input rst, input [15:0] x0, output [15:0] y);\n${stages}\n  assign y = x${copies};\nendmodule\n`;
}

function stageText(index: number): string {
  const name = (text: string): string => `${text}${index}`;
  return `  reg [15:0] x${index + 1};
  reg [7:0] ${name("count")};
  reg [2:0] ${name("state")};
  reg [15:0] ${name("sum")};
  wire [15:0] ${name("mixed")} = x${index} ^ {x${index}[7:0], x${index}[15:8]};
  wire ${name("wraps")} = ${name("count")} == 8'hff;
  always @(posedge clk) begin
    if (rst) begin
      ${name("count")} <= 0;
      ${name("state")} <= 0;
      ${name("sum")} <= 0;
    end else begin
      ${name("count")} <= ${name("count")} + 1;
      case (${name("state")})
        3'd0: begin
          ${name("sum")} <= ${name("sum")} + ${name("mixed")};
          if (${name("wraps")}) ${name("state")} <= 3'd1;
        end
        3'd1: begin
          ${name("sum")} <= ${name("sum")} - ${name("mixed")};
          if (${name("mixed")}[0]) ${name("state")} <= 3'd2;
        end
        3'd2: begin
          ${name("sum")} <= {${name("sum")}[14:0], ${name("sum")}[15]};
          ${name("state")} <= 3'd3;
        end
        3'd3: begin
          if (${name("sum")} > ${name("mixed")})
            ${name("sum")} <= ${name("mixed")};
          else
            ${name("sum")} <= ${name("sum")} ^ 16'h5a5a;
          ${name("state")} <= 3'd4;
        end
        3'd4: begin
          if (${name("count")}[3:0] == 4'd7)
            ${name("sum")} <= ${name("sum")} & ${name("mixed")};
          ${name("state")} <= 3'd5;
        end
        default: begin
          ${name("sum")} <= ${name("sum")} | ${name("mixed")};
          ${name("state")} <= 3'd0;
        end
      endcase
    end
  end
  always @(posedge clk)
    x${index + 1} <= ${name("sum")} + x${index};
`;
}

async function analyse(
  file: string,
  options: {
    readonly part: string;
    readonly top: string | undefined;
    readonly text?: string;
    readonly files?: readonly string[];
    readonly parameters?: Readonly<Record<string, string>>;
  },
): Promise<Design> {
  const absolute = path.resolve(file);
  const begin = Date.now();
  const design = await analyseDesign(
    {
      file: absolute,
      text: options.text ?? readFileSync(absolute, "utf8"),
      files: options.files ?? [],
      overlays: {},
      roots: [path.dirname(absolute), ...(options.files ?? []).map((one) => path.dirname(one))],
      includeFolders: [],
      top: options.top,
      part: options.part,
      clockNanoseconds: undefined,
      parameters: options.parameters ?? {},
      defines: {},
      reports: [],
      isRouted: false,
      seconds: 600,
    },
    {
      families,
      dataFolder: "server/data",
      cancel: neverCancelled,
      signal: new AbortController().signal,
      log: (text) => console.error(text),
      progress: () => undefined,
    },
  );
  times.push(Date.now() - begin);
  for (const { severity, message } of design.problems)
    if (severity === "error") console.log(`${file}: ${message}`);
  return design;
}

function lutsOf({ total }: Design): number {
  return Math.round(total?.counts.lut?.value ?? NaN);
}

function nativeLuts(script: string, pattern: RegExp, memories?: RegExp): number | undefined {
  const run = spawnSync("yosys", ["-p", script], { encoding: "utf8", maxBuffer: 1 << 28 });
  if (run.status !== 0) return undefined;
  const stat = run.stdout.slice(run.stdout.lastIndexOf("Printing statistics"));
  const sum = (found: RegExp): number =>
    [...stat.matchAll(found)].reduce((total, match) => total + Number(match[1]), 0);
  return sum(pattern) + (memories === undefined ? 0 : 4 * sum(memories));
}

function line(cells: readonly (string | number)[], published: number): string {
  const [, ours = NaN] = cells;
  return `${cells.map((cell) => String(cell).padEnd(10)).join(" ")} ratio ${(Number(ours) / published).toFixed(3)}`;
}

/** Rank correlation with ties at their mean rank. */
function spearman(pairs: readonly (readonly [number, number])[]): number {
  const ranks = (values: readonly number[]): readonly number[] =>
    values.map(
      (value) =>
        values.filter((other) => other < value).length +
        values.filter((other) => other === value).length / 2,
    );
  const a = ranks(pairs.map(([x]) => x));
  const b = ranks(pairs.map(([, y]) => y));
  const mean = a.reduce((sum, rank) => sum + rank, 0) / a.length;
  const dot = (u: readonly number[], v: readonly number[]): number =>
    u.reduce((sum, rank, index) => sum + (rank - mean) * ((v[index] ?? mean) - mean), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

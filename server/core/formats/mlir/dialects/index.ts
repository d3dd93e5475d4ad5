import { arith } from "./arith.js";
import { control } from "./control.js";
import type { Handler, HandlerTable } from "./handler.js";
import { linalg } from "./linalg.js";
import { loops } from "./loops.js";
import { onnxHandler } from "./onnx.js";
import { stablehlo } from "./stablehlo.js";
import { tensor } from "./tensor.js";
import { torchConversions, torchHandler } from "./torch.js";
import { tosa } from "./tosa.js";
import { util } from "./util.js";

/** By dialect; several spell the same operations. */
const tables: Readonly<Record<string, readonly HandlerTable[]>> = {
  stablehlo: [stablehlo, control],
  mhlo: [stablehlo, control],
  chlo: [stablehlo],
  arith: [arith],
  math: [arith],
  tosa: [tosa],
  linalg: [linalg],
  tensor: [tensor],
  memref: [tensor],
  affine: [loops],
  scf: [loops],
  torch_c: [torchConversions],
  util: [util],
  flow: [util],
};

/** What lowers `dialect.operation`; undefined where nothing does. */
export function handlerOf(name: string): Handler | undefined {
  const dot = name.indexOf(".");
  const dialect = dot < 0 ? "arith" : name.slice(0, dot);
  const operation = name.slice(dot + 1);
  if (dialect === "torch") return torchHandler(operation);
  if (dialect === "onnx") return onnxHandler(operation);
  for (const table of Object.hasOwn(tables, dialect) ? (tables[dialect] ?? []) : [])
    if (Object.hasOwn(table, operation)) return table[operation];
  return undefined;
}

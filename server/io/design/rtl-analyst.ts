import { emptyDesign } from "../../core/design/empty-design.js";
import { sourceFile } from "../../core/design/places.js";
import type { DesignAnalyst } from "./design-request.js";

/** SystemVerilog, Verilog and VHDL: synthesised for the part. */
export const designAnalyst: DesignAnalyst = {
  kind: "rtl",
  extensions: [".sv", ".v", ".vhd", ".vhdl"],
  defaultPart: "xc7a35t",
  analyse: ({ file }) =>
    Promise.resolve(
      emptyDesign("rtl", [
        {
          code: "RP5002",
          severity: "error",
          message: "This build has no synthesis engine.",
          place: sourceFile(file),
        },
      ]),
    ),
  dispose: () => undefined,
};

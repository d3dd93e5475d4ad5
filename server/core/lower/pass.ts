import type { Analysis } from "../analysis.js";
export type LoweringPass = { readonly id: string; readonly subject: Analysis };

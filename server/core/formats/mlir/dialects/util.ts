import type { HandlerTable } from "./handler.js";
import { passedOn } from "./tensor.js";

/** IREE's own: what holds values back from its optimizer computes nothing. */
export const util: HandlerTable = {
  optimization_barrier: passedOn,
  "tensor.tie_shape": passedOn,
  "tensor.transfer": passedOn,
  "tensor.bitcast": passedOn,
  "numeric.optional_narrow": passedOn,
};

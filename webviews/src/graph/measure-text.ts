import { formatQuantity } from "../../../server/core/base/units.js";
import type { GraphView } from "../../../server/core/views/graph.js";

/** Two digits: what a colour shows is no measurement. */
export function measureText(value: number, unit: GraphView["measure"]["unit"]): string {
  return formatQuantity(value, unit, 2);
}

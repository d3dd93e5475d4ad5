import {
  formatBytes,
  formatCount,
  formatJoules,
  formatMacs,
  formatNumber,
  formatSeconds,
} from "../../../server/core/base/units.js";
import type { GraphView } from "../../../server/core/views/graph.js";

/** Two digits: what a colour shows is no measurement. */
export function measureText(value: number, unit: GraphView["measure"]["unit"]): string {
  switch (unit) {
    case "s":
      return formatSeconds(value, 2);
    case "J":
      return formatJoules(value);
    case "B":
      return formatBytes(value);
    case "MAC":
      return formatMacs(value);
    case "dB":
      return `${formatNumber(value)} dB`;
    case "count":
      return formatCount(value);
  }
}

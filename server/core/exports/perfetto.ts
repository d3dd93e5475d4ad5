import { spansOf } from "../views/timeline.js";
import type { ExportFormat } from "./export-format.js";

/**
 * The predicted timeline as a trace that ui.perfetto.dev and chrome://tracing open: the JSON trace event format, complete
 * events (`ph: "X"`) with microseconds, one thread for each engine.
 */
export const exportFormat: ExportFormat = {
  id: "perfetto",
  label: "Perfetto trace of the timeline",
  suffix: ".trace.json",
  write(analysis, target) {
    if (target === undefined) return undefined;
    const { spans } = spansOf(analysis, target);
    const lanes = [...new Set(spans.map(({ lane }) => lane))];
    const events: object[] = [
      { name: "process_name", ph: "M", pid: 1, args: { name: target.target.label } },
      ...lanes.map((lane, index) => ({
        name: "thread_name",
        ph: "M",
        pid: 1,
        tid: index + 1,
        args: { name: lane },
      })),
      ...spans.map((span) => ({
        name: span.name,
        cat: span.op === "" ? span.lane : span.op,
        ph: "X",
        ts: microseconds(span.start),
        dur: microseconds(span.seconds),
        pid: 1,
        tid: lanes.indexOf(span.lane) + 1,
        args: {
          ...(span.nodeId !== null && { node: span.nodeId }),
          ...(span.scope !== "" && { scope: span.scope }),
          ...(span.bound !== null && { bound: span.bound }),
          low_us: microseconds(span.low),
          high_us: microseconds(span.high),
        },
      })),
    ];
    return `${JSON.stringify({ displayTimeUnit: "ns", otherData: { predicted: true, target: target.target.id }, traceEvents: events })}\n`;
  },
};

/** To a thousandth of a nanosecond, so that the same numbers give the same text. */
function microseconds(seconds: number): number {
  return Math.round(seconds * 1e12) / 1e6;
}

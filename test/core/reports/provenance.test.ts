import { expect, test } from "vitest";
import { provenanceText } from "../../../server/core/reports/rows.js";
import type { ReportTarget } from "../../../server/core/views/report-document.js";

const target = {
  latency: { seconds: 1, low: 1, high: 1, method: "calibrated", coverage: 0.9 },
  energy: {
    joules: 1,
    low: 1,
    high: 1,
    method: "calibrated",
    source: "12 W of the chip's data sheet × time",
    isMetered: false,
  },
} as unknown as ReportTarget;

test("what is usual is not said", () => {
  expect(provenanceText(target)).toBe("");
});

test("a part of the chip and a meter are named", () => {
  const latency = { ...target.latency, part: "one core of four" } as ReportTarget["latency"];
  const energy = { ...target.energy, source: "metered: rails", isMetered: true };
  expect(provenanceText({ ...target, latency, energy } as ReportTarget)).toBe(
    "measured on one core of four; energy metered: rails",
  );
});

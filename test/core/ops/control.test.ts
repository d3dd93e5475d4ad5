import { expect, test } from "vitest";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { infer } from "../../../server/core/graph/infer.js";
import { trafficOf, worksOf } from "../../../server/core/work/works.js";
import { modelOfText } from "../../kit/infer-text.js";

/** The work of the last node of a graph. */
function lastWork(text: string): string {
  const model = modelOfText(text);
  const inferred = infer(model, neverCancelled);
  const { flow, works } = worksOf(inferred, model.opsets, neverCancelled, ({ message }) => {
    throw new Error(message);
  });
  const last = works.length - 1;
  const found = works[last];
  if (found?.kind !== "known") return String(found?.kind);
  const { macs, otherFlops } = found.work;
  const traffic = trafficOf(flow, last, found.work);
  return `macs=${macs} flops=${otherFlops} read=${traffic?.readBytes} write=${traffic?.writeBytes}`;
}

const loop = (trips: string): string => `g (int64 m, float[4] x) => (float[4] y) {
  ${trips}
  y = Loop(trips, , x) <
    body = b (int64 i, bool cin, float[4] s) => (bool cout, float[4] next) {
      cout = Identity(cin)
      next = Add(s, s)
    }
  >
}`;

test("a loop takes its body's work as often as it runs", () => {
  // 10 × 4 sums; the operand, 16 bytes, is read once for both places, and 16 are written.
  expect(lastWork(loop("trips = Constant<value_int=10>()"))).toMatch(/^macs=0 flops=40 /);
});

test("a loop whose trip count is not known has no work", () => {
  expect(lastWork(loop("trips = Identity(m)"))).toBe("no-shapes");
});

test("a branch takes the work of the costlier side", () => {
  expect(
    lastWork(`g (bool c, float[4] x, float[4,4] w) => (float[4] y) {
      y = If(c) <
        then_branch = t () => (float[4] a) { a = Relu(x) },
        else_branch = e () => (float[4] d) { d = MatMul(x, w) }
      >
    }`),
  ).toMatch(/^macs=16 flops=0 /);
});

test("a scan takes its body's work for each step", () => {
  // 3 steps of 2 sums each.
  expect(
    lastWork(`g (float[2] initial, float[3,2] x) => (float[2] last, float[3,2] all) {
      last, all = Scan <num_scan_inputs = 1, body = b (float[2] s, float[2] e) => (float[2] next, float[2] out) {
        next = Add(s, e)
        out = Identity(next)
      }> (initial, x)
    }`),
  ).toMatch(/^macs=0 flops=6 /);
});

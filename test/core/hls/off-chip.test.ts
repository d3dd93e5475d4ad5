import { expect, test } from "vitest";
import { checkRules } from "../../../server/core/hls/rules/check.js";
import { estimate, loops, profileOf, read } from "./kit.js";
import { estimateKernel, topOf } from "../../../server/core/hls/estimate-kernel.js";

const kernel = (body: string, options = ""): string => `
  void top(const int *x, const int *idx, int *y) {
    #pragma HLS INTERFACE m_axi port=x bundle=g0 ${options}
    #pragma HLS INTERFACE m_axi port=idx bundle=g1
    #pragma HLS INTERFACE m_axi port=y bundle=g2
    L: for (int i = 0; i < 1024; i++) {
      #pragma HLS PIPELINE II=1
      ${body}
    }
  }`;

test("words one after the other are one burst: its first word is waited for once", () => {
  const found = estimate(kernel("y[i] = x[i] + 1;"));
  expect(found.timing.loops).toMatchObject([{ interval: 1 }]);
  // 1,024 words, 64 + 7 cycles until the first one, and a few stages.
  expect(found.cycles).toBeGreaterThan(1024 + 64 + 7);
  expect(found.cycles).toBeLessThan(1024 + 64 + 7 + 12);
});

test("an address that depends on data asks for every word: 16 requests under way in 71 cycles are one in 5", () => {
  expect(loops(kernel("y[i] = x[idx[i]];"))).toEqual(["L ×1024 II=5 requests x"]);
  expect(loops(kernel("y[i] = x[idx[i]];", "num_read_outstanding=71"))).toEqual(["L ×1024 II=1"]);
  expect(loops(kernel("y[i] = x[idx[i]];", "latency=9"))).toEqual(["L ×1024 II=1"]);
});

test("so do jumps, and words that are wanted under a condition alone", () => {
  expect(estimate(kernel("y[i] = x[64 * i];")).timing.loops[0]?.cause.scatter).toBe("stride");
  expect(estimate(kernel("if (i > 3) y[i] = x[i];")).timing.loops[0]?.cause.scatter).toBe(
    "condition",
  );
  expect(loops(kernel("y[i] = x[3];"))).toEqual(["L ×1024 II=1"]);
});

test("arrays of one bundle share its channel, reads and writes have one each", () => {
  const shared = `
    void top(const int *a, const int *b, int *c) {
      #pragma HLS INTERFACE m_axi port=a bundle=g
      #pragma HLS INTERFACE m_axi port=b bundle=g
      #pragma HLS INTERFACE m_axi port=c bundle=g
      L: for (int i = 0; i < 64; i++) c[i] = a[i] + b[i];
    }`;
  expect(loops(shared)).toEqual(["L ×64 II=2 ports b"]);
  expect(loops(shared.replace("port=b bundle=g", "port=b bundle=h"))).toEqual(["L ×64 II=1"]);
});

test("the cause says what the requests cost and what helps", () => {
  const text = `
    void top(const short x[4096], const int idx[1024], int y[1024]) {
      #pragma HLS INTERFACE m_axi port=x
      L: for (int i = 0; i < 1024; i++) {
        #pragma HLS PIPELINE II=1
        y[i] = x[idx[i]];
      }
    }`;
  const target = topOf(read(text).unit, undefined);
  if (target === undefined) throw new Error("no function");
  const found = checkRules(estimateKernel(target, profileOf("vitis-2020.2")), {
    file: "a.cpp",
    text,
    capacity: {},
  });
  const problem = found.find(({ code }) => code === "RP5307");
  expect(problem?.message).toMatchInlineSnapshot(
    `"II=5: \`x\` is read at addresses that depend on data: no burst but a request an iteration, 71 cycles each, 16 under way. Copy \`x\` into a local array first (4,096 words, 4 BRAM), or let more be under way (\`num_read_outstanding=71\`)."`,
  );
  expect(problem?.place).toMatchObject({ span: { start: text.indexOf("x[idx[i]]") } });
});

test("on the chip an index that depends on data costs no request", () => {
  const text = `
    void top(const int idx[64], int y[64]) {
      int x[64];
      L: for (int i = 0; i < 64; i++) y[i] = x[idx[i]];
    }`;
  expect(loops(text)).toEqual(["L ×64 II=1"]);
});

import { describe, expect, it } from "vitest";
import { occupancyOf } from "../../../server/core/gpu/occupancy.js";
import { capability } from "./fixtures.js";

const check = (
  computeCapability: string,
  threads: number,
  registers: number,
  sharedBytes = 0,
): string => {
  const found = occupancyOf({ threads, registers, sharedBytes }, capability(computeCapability));
  const { blocksPerSm, share, limiters, doesNotFit } = found;
  if (doesNotFit !== undefined) return doesNotFit;
  return `${blocksPerSm} blocks, ${Math.round(share * 100)} %, ${limiters.join(" and ")}`;
};

describe("occupancy", () => {
  // CUDA C++ Best Practices Guide, Calculating Occupancy: on 7.0, 128 threads with 37 registers reach 75 % in twelve blocks,
  // 320 threads with as many 63 % in four.
  it("agrees with the best practices guide's examples on compute capability 7.0", () => {
    expect(check("7.0", 128, 37)).toBe("12 blocks, 75 %, registers");
    expect(check("7.0", 320, 37)).toBe("4 blocks, 63 %, registers");
  });

  // siboehm, How to Optimize a CUDA Matmul Kernel for cuBLAS-like Performance, section on occupancy: 8.6, 1,024 threads, 37
  // registers, 8 KiB: one block, 66 %.
  it("agrees with the SGEMM article's hand calculation on RTX A6000", () => {
    expect(check("8.6", 1024, 37, 8192)).toBe("1 blocks, 67 %, threads and registers");
  });

  it("one SM holds no more blocks than its limit", () => {
    expect(check("8.6", 32, 16)).toBe("16 blocks, 33 %, blocks");
    expect(check("9.0", 32, 16)).toBe("32 blocks, 50 %, blocks");
  });

  it("the system's kilobyte counts since 8.0", () => {
    expect(check("8.0", 256, 32, 40 * 1024)).toBe("4 blocks, 50 %, shared memory");
    expect(check("8.0", 256, 32, 41 * 1024)).toBe("3 blocks, 38 %, shared memory");
    expect(check("7.0", 256, 32, 48 * 1024)).toBe("2 blocks, 25 %, shared memory");
  });

  it("a block that does not fit says what it has too much of", () => {
    expect(check("8.6", 1056, 32)).toBe("1,056 threads; a block has at most 1,024");
    expect(check("8.6", 1024, 128)).toBe(
      "128 registers × 1,024 threads; a block has at most 65,536",
    );
    expect(check("8.6", 256, 32, 120 * 1024)).toBe(
      "122,880 bytes of shared memory; a block has at most 101,376",
    );
  });

  it("a step tells what one block more takes", () => {
    const by = (registers: number, sharedBytes: number) =>
      occupancyOf({ threads: 256, registers, sharedBytes }, capability("8.0")).nextStep;
    expect(by(66, 0)).toEqual({ blocksPerSm: 4, registers: 64 });
    expect(by(32, 41 * 1024)).toEqual({ blocksPerSm: 4, sharedBytes: 40 * 1024 });
    expect(by(32, 0)).toBeUndefined();
  });

  it("what a step promises holds", () => {
    for (const name of ["7.5", "8.6", "9.0", "12.0"])
      for (const threads of [64, 192, 256, 384])
        for (const registers of [40, 72, 168])
          for (const sharedBytes of [0, 9000, 30000]) {
            const needs = { threads, registers, sharedBytes };
            const { nextStep, blocksPerSm } = occupancyOf(needs, capability(name));
            if (nextStep === undefined) continue;
            const after = occupancyOf({ ...needs, ...nextStep }, capability(name));
            expect(after.blocksPerSm).toBeGreaterThan(blocksPerSm);
          }
  });
});

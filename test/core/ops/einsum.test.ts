import fc from "fast-check";
import { expect, test } from "vitest";
import { parseEinsum } from "../../../server/core/ops/einsum-equation.js";
import { checkInfer, checkWork } from "../../kit/op-text.js";

test("Einsum finds the output's extents", () => {
  checkInfer('Einsum<equation="ij,jk">(float32[m,3], float32[3,n])', "float32[m,n]");
  checkInfer('Einsum<equation="ba,c">(float32[4,5], float32[6])', "float32[5,4,6]");
  checkInfer(
    'Einsum<equation="...ij,...jk->...ik">(float32[b,7,3,4], float32[7,4,5])',
    "float32[b,7,3,5]",
  );
  checkInfer(
    'Einsum<equation="bij, bjk -> bik">(float32[2,3,4], float32[2,4,5])',
    "float32[2,3,5]",
  );
  checkInfer('Einsum<equation="ii->i">(float32[4,4])', "float32[4]");
});

test("Einsum says what is wrong with its equation", () => {
  checkInfer(
    'Einsum<equation="ij,jk->ik">(float32[2,3], float32[4,5])',
    "float32[…] ! Einsum: `j` stands for 3 and for 4 elements.",
  );
  checkInfer(
    'Einsum<equation="ij,jk">(float32[2,3])',
    "float32[…] ! Einsum: `equation` names 2 operands; there are 1.",
  );
  checkInfer(
    'Einsum<equation="i1->i">(float32[2,3])',
    'float32[…] ! Einsum: `i1` in `equation` should hold letters and at most one "...".',
  );
  checkInfer(
    'Einsum<equation="ij->iz">(float32[2,3])',
    "float32[…] ! Einsum: `z` is in the output of `equation` but in no operand.",
  );
  checkInfer(
    'Einsum<equation="ijk->i">(float32[2,3])',
    "float32[…] ! Einsum: `ijk` in `equation` names 3 axes; operand 1 has rank 2.",
  );
});

test("Einsum: a MAC for each element of the contracted volume, pairs from left to right", () => {
  // 2 × 12 batches × 128 × 128 × 64.
  checkWork(
    'Einsum<equation="bhid,bhjd->bhij">(float32[2,12,128,64], float32[2,12,128,64])',
    "macs=25165824 flops=0 read=1572864 write=1572864 matmul",
  );
  // 2 × 3 × 4, then 2 × 4 × 5.
  checkWork(
    'Einsum<equation="ij,jk,kl->il">(float32[2,3], float32[3,4], float32[4,5])',
    "macs=64 flops=0 read=152 write=40 matmul",
  );
  checkWork(
    'Einsum<equation="i,j->ij">(float32[4], float32[5])',
    "macs=0 flops=20 read=36 write=80 elementwise",
  );
  checkWork('Einsum<equation="ij->">(float32[4,5])', "macs=0 flops=20 read=80 write=4 reduction");
  checkWork('Einsum<equation="ij->ji">(float32[4,5])', "macs=0 flops=0 read=80 write=80 movement");
});

test("no equation breaks the parser", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", "b", "Z", ".", ",", "-", ">", " ", "1", "é") }),
      fc.array(fc.option(fc.nat(6), { nil: undefined }), { maxLength: 4 }),
      (text, ranks) => {
        const parsed = parseEinsum(text, ranks);
        if (typeof parsed !== "string") expect(parsed.operands.length).toBe(ranks.length);
      },
    ),
  );
});

import {
  type Code,
  type KernelFunction,
  type ValueType,
  f32x4,
  get,
  i32,
  i32Add,
  i32LessUnsigned,
  set,
  v128,
  whileLoop,
} from "./assembler.js";

/**
 * C = A · B for row-major float32, B with `depth` rows of `width` elements, `width` a multiple of eight. Four rows of C by
 * eight columns stay in registers over the depth.
 *
 *     multiply(a, b, c, rows, depthBytes, widthBytes)                     A has `rows` rows of `depth` elements
 *     multiplyTransposed(a, b, c, rowBytes, depthBytes, widthBytes)       A has `depth` rows, C as many as A columns
 *
 * `depthBytes` are those of one row of A, or in the second of all of them. Rows of C come in fours.
 */
export const rowBlock = 4;
export const columnBlock = 8;

const at = {
  a: 0,
  b: 1,
  c: 2,
  rows: 3,
  depthBytes: 4,
  widthBytes: 5,
  row: 6,
  column: 7,
  aAt: 8,
  aEnd: 9,
  bAt: 10,
  cAt: 11,
  left: 12,
  right: 13,
  splat: 14,
  sums: 15,
};

const add = (local: number, amount: Code): Code => [get(local), amount, i32Add, set(local)];

/** What differs: how far the block's elements of A lie apart, the next step of the depth, and the next block. */
interface Layout {
  readonly name: string;
  /** Loads the element of the block's row and spreads it to all lanes. */
  readonly element: (row: number) => Code;
  readonly step: Code;
  readonly next: Code;
  readonly blockSize: number;
}

/** Address of row `row` of the block that starts at a local, `stride` bytes apart. */
const rowAddress = (base: number, stride: number, row: number): Code => [
  get(base),
  Array.from({ length: row }, () => [get(stride), i32Add]),
];

const blockRows = Array.from({ length: rowBlock }, (_, row) => row);

function product({ name, element, step, next, blockSize }: Layout): KernelFunction {
  const sum = (row: number, half: number): number => at.sums + 2 * row + half;
  const accumulate = (row: number, half: number, vector: number): Code => [
    [get(sum(row, half)), get(at.splat), get(vector), f32x4.multiply, f32x4.add],
    set(sum(row, half)),
  ];
  const body: Code = whileLoop(
    [get(at.row), get(at.rows), i32LessUnsigned],
    [
      [i32(0), set(at.column)],
      whileLoop(
        [get(at.column), get(at.widthBytes), i32LessUnsigned],
        [
          blockRows.flatMap((row) => [
            [v128.constant(0), set(sum(row, 0))],
            [v128.constant(0), set(sum(row, 1))],
          ]),
          [get(at.a), set(at.aAt), get(at.a), get(at.depthBytes), i32Add, set(at.aEnd)],
          [get(at.b), get(at.column), i32Add, set(at.bAt)],
          whileLoop(
            [get(at.aAt), get(at.aEnd), i32LessUnsigned],
            [
              [get(at.bAt), v128.load(), set(at.left), get(at.bAt), v128.load(16), set(at.right)],
              blockRows.map((row) => [
                [element(row), set(at.splat)],
                accumulate(row, 0, at.left),
                accumulate(row, 1, at.right),
              ]),
              add(at.aAt, step),
              add(at.bAt, get(at.widthBytes)),
            ],
          ),
          [get(at.c), get(at.column), i32Add, set(at.cAt)],
          blockRows.map((row) => [
            [rowAddress(at.cAt, at.widthBytes, row), get(sum(row, 0)), v128.store()],
            [rowAddress(at.cAt, at.widthBytes, row), get(sum(row, 1)), v128.store(16)],
          ]),
          add(at.column, i32(4 * columnBlock)),
        ],
      ),
      next,
      blockRows.map(() => add(at.c, get(at.widthBytes))),
      add(at.row, i32(blockSize)),
    ],
  );
  const locals: readonly ValueType[] = [
    ...Array.from({ length: 6 }, (): ValueType => "i32"),
    ...Array.from({ length: 3 + 2 * rowBlock }, (): ValueType => "v128"),
  ];
  return { name, params: ["i32", "i32", "i32", "i32", "i32", "i32"], locals, body };
}

export const multiply = product({
  name: "multiply",
  element: (row) => [rowAddress(at.aAt, at.depthBytes, row), v128.loadSplat()],
  step: i32(4),
  next: blockRows.map(() => add(at.a, get(at.depthBytes))),
  blockSize: rowBlock,
});

/** Rows are counted in bytes of A's, which are its stride too. */
export const multiplyTransposed = product({
  name: "multiplyTransposed",
  element: (row) => [get(at.aAt), v128.loadSplat(4 * row)],
  step: get(at.rows),
  next: add(at.a, i32(4 * rowBlock)),
  blockSize: 4 * rowBlock,
});

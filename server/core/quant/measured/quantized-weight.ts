import type { Scheme } from "../formats/scheme.js";
import { clippedEnds } from "../measure/clip.js";
import type { MatrixShape } from "../measure/matrix.js";
import { quantizeRows } from "../measure/quantize-rows.js";
import { transformed } from "../measure/transforms.js";

/** A weight rounded to a scheme, in the order of the file. */
export function quantizedWeight(
  scheme: Scheme,
  stored: Float32Array,
  shape: MatrixShape,
): Float32Array {
  const matrix = toMatrix(stored, shape);
  const { x, restore } = transformed(scheme, matrix, shape.columns);
  const ends = clippedEnds(scheme, x, shape.columns, undefined);
  const quantized = restore(quantizeRows(scheme, x, shape.columns, ends));
  return fromMatrix(quantized, shape);
}

function toMatrix(stored: Float32Array, shape: MatrixShape): Float32Array {
  if (shape.outer === 1) return stored.slice();
  const matrix = new Float32Array(stored.length);
  eachElement(shape, (inFile, inMatrix) => {
    matrix[inMatrix] = stored[inFile] ?? 0;
  });
  return matrix;
}

function fromMatrix(matrix: Float32Array, shape: MatrixShape): Float32Array {
  if (shape.outer === 1) return matrix;
  const stored = new Float32Array(matrix.length);
  eachElement(shape, (inFile, inMatrix) => {
    stored[inFile] = matrix[inMatrix] ?? 0;
  });
  return stored;
}

/** The file has [outer][rows][inner], the matrix [rows][outer][inner]. */
function eachElement(
  { rows, columns, outer, inner }: MatrixShape,
  visit: (inFile: number, inMatrix: number) => void,
): void {
  for (let block = 0; block < outer; block++)
    for (let row = 0; row < rows; row++)
      for (let at = 0; at < inner; at++)
        visit((block * rows + row) * inner + at, row * columns + block * inner + at);
}

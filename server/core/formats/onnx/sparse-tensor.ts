import { productOf } from "../../base/product.js";
import type { Weight } from "../../graph/graph.js";
import type { Reading } from "./reading.js";
import { sparseTensorField } from "./schema.js";
import { elementCountOf, readTensor, type ReadTensor } from "./tensor.js";

/**
 * SparseTensorProto: the tensor's name is that of its values; `indices` are int64, one per value (linear) or one per
 * value and axis.
 */
export function readSparseTensor(reading: Reading, stop: number): ReadTensor {
  const { wire, complaints } = reading;
  let values: ReadTensor | undefined;
  let indices: ReadTensor | undefined;
  const dims: number[] = [];
  for (let field = wire.next(stop); field !== 0; field = wire.next(stop)) {
    switch (field) {
      case sparseTensorField.values:
      case sparseTensorField.indices: {
        const end = wire.message();
        if (end === undefined) break;
        complaints.enter(field === sparseTensorField.values ? "values" : "indices");
        const tensor = readTensor(reading, end);
        complaints.leave();
        if (field === sparseTensorField.values) values = tensor;
        else indices = tensor;
        break;
      }
      case sparseTensorField.dims:
        wire.ints(dims);
        break;
      default:
        wire.skip();
    }
  }
  const name = values?.name ?? "";
  return { name, weight: sparseWeight(reading, dims, values?.weight, indices?.weight) };
}

function sparseWeight(
  reading: Reading,
  dims: readonly number[],
  values: Weight | undefined,
  indices: Weight | undefined,
): Weight | undefined {
  const { complaints } = reading;
  const count = elementCountOf(reading, dims);
  if (count === undefined || values === undefined) {
    if (values === undefined)
      complaints.add("RP1027", "error", "A sparse tensor has no values; it is left out.");
    return undefined;
  }
  const storedCount = productOf(values.shape);
  const isLinear = indices?.shape.length === 1;
  const isByAxis = indices?.shape.length === 2 && indices.shape[1] === dims.length;
  const isConsistent =
    storedCount <= count &&
    (storedCount === 0 || ((isLinear || isByAxis) && indices?.shape[0] === storedCount));
  if (!isConsistent)
    complaints.add(
      "RP1027",
      "warning",
      `A sparse tensor of shape [${dims.join(",")}] has ${storedCount} values, and indices of shape [${indices?.shape.join(",") ?? ""}]; these do not fit together.`,
    );
  return {
    elementType: values.elementType,
    shape: dims,
    byteLength: values.byteLength + (indices?.byteLength ?? 0),
    sparseCount: storedCount,
    ...(values.location !== undefined && { location: values.location }),
  };
}

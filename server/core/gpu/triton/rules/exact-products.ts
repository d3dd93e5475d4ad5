import { type KernelRule, problemAt } from "./rule.js";

/** Products of float32 that are asked for as IEEE has them run beside the tensor cores. */
export const exactProducts: KernelRule = ({ programs, result }) => {
  const [program] = programs;
  const [first] = result.devices;
  const peak = first?.device.chip.peaks["tfloat32"]?.value;
  const plain = first?.device.chip.vectorPeaks["float32"]?.value;
  if (program === undefined || first === undefined || !peak || !plain) return [];
  const seen = new Set<number>();
  return program.ops.flatMap((op) => {
    if (op.kind !== "dot" || !op.isExact || op.type !== "float32" || seen.has(op.span.start))
      return [];
    seen.add(op.span.start);
    const times = (peak / plain).toFixed(0);
    const message = `This product runs without tensor cores: float32 with input_precision="ieee". With "tf32" the peak of ${first.device.chip.name} is ${times} times as high (10 bits of mantissa); "tf32x3" keeps float32's precision in three products.`;
    return [problemAt("RP5642", "information", op.span, message)];
  });
};

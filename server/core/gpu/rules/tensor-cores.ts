import { formatNumber } from "../../base/units.js";
import { textPlace, type KernelRule } from "./rule.js";

/** Sums of products of halves on the ordinary pipes, where the chip has tensor cores. */
export const rule: KernelRule = ({ read, estimate: { kernel, device, shares } }) => {
  const tensor = device.chip.peaks["float16"]?.value ?? 0;
  const ordinary =
    device.chip.vectorPeaks["float16"]?.value ?? device.chip.vectorPeaks["float32"]?.value ?? 0;
  if (tensor < 2 * ordinary || ordinary === 0) return [];
  const notes = read.notes.filter(({ kind }) => kind === "half product");
  return notes.flatMap((note) => {
    const here = kernel.work.flatMap((work, index) =>
      work.kind === "arithmetic" && work.pipe === "float16" && work.place.start === note.span.start
        ? [shares[index] ?? 0]
        : [],
    );
    const share = here.reduce((sum, one) => sum + one, 0);
    const isRepeated = kernel.work.some(
      (work) =>
        work.place.start === note.span.start &&
        work.executions * 32 > 64 * (kernel.threadsPerBlock ?? 32),
    );
    if (share < leastShare || !isRepeated) return [];
    return [
      {
        code: "RP5627",
        severity: "information" as const,
        message: `Products of halves are summed on the ordinary pipes; tensor cores of ${device.chip.name} do ${formatNumber(tensor / ordinary, 2)} times as many (\`mma.sync\` or \`wmma\`, tiles of 16 × 8 × 16).`,
        place: textPlace(note.span),
      },
    ];
  });
};

const leastShare = 0.1;

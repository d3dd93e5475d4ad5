import type { Grid } from "../../core/quant/formats/grid.js";
import type { Scheme } from "../../core/quant/formats/scheme.js";

/** Every grid that some scheme rounds to: kernels for codebooks are compiled for them. */
export function gridsOf(schemes: readonly Scheme[]): readonly Grid[] {
  return schemes.flatMap(({ format: { grid, special } }) =>
    special.kind === "choice" ? [grid, ...special.grids] : [grid],
  );
}

// Written by scripts/gen.mjs; do not edit.

import type { LoweringPass } from "./pass.js";

export const passes: readonly LoweringPass[] = [

];

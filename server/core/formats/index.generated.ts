// Written by scripts/gen.mjs; do not edit.

import type { ModelFormat } from "./format.js";

export const formats: readonly ModelFormat[] = [

];

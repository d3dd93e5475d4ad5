// Written by scripts/gen.mjs; do not edit.

import type { OpRule } from "./rule.js";

export const rules: readonly OpRule[] = [

];

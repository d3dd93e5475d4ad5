// Written by scripts/gen.mjs; do not edit.

import type { Command } from "./command.js";

export const commands: readonly Command[] = [

];

// Written by scripts/gen.mjs; do not edit.

import type { ClientCommand } from "../command.js";

export const commands: readonly ClientCommand[] = [

];

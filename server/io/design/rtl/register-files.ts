/**
 * Arrays of which every element is spoken of by a constant index are registers: Yosys' own reader makes them so, slang makes memories, at
 * which the register behind a block RAM (`pipe[0] <= mem[address]`) would not be found. They carry an attribute, by which the commands
 * find them.
 */
export function withRegisterFiles(rtlil: string): string {
  return rtlil
    .split(/(?<=^end\n)/m)
    .map((chunk) => {
      if (!/^ {2}memory /m.test(chunk)) return chunk;
      const indexed = new Set<string>();
      for (const [cell] of chunk.matchAll(
        /^ {2}cell \$mem(?:rd|wr|init)\S* [\s\S]*?^ {2}end\n/gm,
      )) {
        if (/^ {2}cell \$meminit/.test(cell)) continue;
        const memory = /^ {4}parameter \\MEMID "(.*)"$/m.exec(cell)?.[1];
        const isConstant = /^ {4}connect \\ADDR (?:\d+'[01]*|\d+|\{ *\})$/m.test(cell);
        if (memory !== undefined && !isConstant) indexed.add(memory.replaceAll("\\\\", "\\"));
      }
      return chunk.replace(/^ {2}memory .* (\S+)$/gm, (memory, name: string) =>
        indexed.has(name) ? memory : `  attribute \\${attribute} 1\n${memory}`,
      );
    })
    .join("");
}

const attribute = "ridgepoint_registers";

export const registerFileCommands: readonly string[] = [
  `memory_collect a:${attribute}`,
  `memory_map a:${attribute}`,
];

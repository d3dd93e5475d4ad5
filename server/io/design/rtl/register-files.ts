import { registersPlace } from "../../../core/design/rtl/memory-places.js";

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
      const places: string[] = [];
      return chunk
        .replace(
          /((?:^ {2}attribute .*\n)*)(^ {2}memory .* (\S+)$)/gm,
          (found, attributes: string, memory: string, name: string) => {
            if (indexed.has(name)) return found;
            const src = /\\src ("[^"]*")/.exec(attributes)?.[1];
            if (src !== undefined)
              places.push(`attribute ${name.replace("\\", `\\${registersPlace}`)} ${src}\n`);
            return `${attributes}  attribute \\${attribute} 1\n${memory}`;
          },
        )
        .replace(/^module /m, (word) => places.join("") + word);
    })
    .join("");
}

const attribute = "ridgepoint_registers";

/**
 * slang's enable of a write is a multiplexer of constants as wide as the word. It has to be one bit before it becomes registers: by eight
 * enables that are equal and not the same they would be eight registers, of which a block RAM takes none.
 */
export const registerFileCommands: readonly string[] = [
  `opt_reduce a:${attribute} %m`,
  `memory_collect a:${attribute}`,
  `memory_map a:${attribute}`,
];

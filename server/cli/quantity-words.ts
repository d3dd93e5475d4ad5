import { UsageError } from "./usage-error.js";

/** `24GiB`, `24GB`: bytes. */
export function bytesOf(word: string, option: string): number {
  const [, amount = "", prefix = "", isBinary] =
    /^(\d+(?:\.\d+)?)\s*([KMGT])(i)?B$/.exec(word) ?? [];
  const power = " KMGT".indexOf(prefix);
  const value = Number(amount) * (isBinary === undefined ? 1000 : 1024) ** power;
  if (prefix === "" || !(value > 0))
    throw new UsageError(`\`${option}\` takes an amount of memory, \`24GiB\`, not \`${word}\`.`);
  return value;
}

/** `400Gb/s` in bits, `50GB/s` in bytes. */
export function bytesPerSecondOf(word: string, option: string): number {
  const [, amount = "", prefix = "", unit] =
    /^(\d+(?:\.\d+)?)\s*([MGT])(b|bit|B)\/s$/.exec(word) ?? [];
  const scale = { M: 1e6, G: 1e9, T: 1e12 }[prefix];
  const value = Number(amount);
  if (scale === undefined || !(value > 0))
    throw new UsageError(`\`${option}\` takes a rate, \`400Gb/s\` or \`50GB/s\`, not \`${word}\`.`);
  return (value * scale) / (unit === "B" ? 1 : 8);
}

import path from "node:path";

export interface Options {
  /** Ids of the sets to use; empty for all. */
  readonly sets: readonly string[];
  /** Folder with the measurements. */
  readonly data: string;
  /** Folder of the calibration files. */
  readonly calibration: string;
  /** Chips whose rows no fit may see: how well others speak for them. */
  readonly without: readonly string[];
}

/** Throws with a sentence for words that are not known. */
export function readOptions(words: readonly string[]): Options {
  const sets: string[] = [];
  const without: string[] = [];
  let data = path.resolve("../shared/data");
  let calibration = path.resolve("server/data/calibration");
  const queue = [...words];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    const value = queue.shift();
    if (value === undefined) throw new Error(`Option \`${word}\` needs a value.`);
    if (word === "--set") sets.push(value);
    else if (word === "--without") without.push(value);
    else if (word === "--data") data = path.resolve(value);
    else if (word === "--out" || word === "--calibration") calibration = path.resolve(value);
    else throw new Error(`Option \`${word}\` is not known.`);
  }
  return { sets, data, calibration, without };
}

import path from "node:path";

export interface Options {
  /** Ids of the sets to use; empty for all. */
  readonly sets: readonly string[];
  /** Ids of the targets to fit or judge; empty for all. */
  readonly targets: readonly string[];
  /** Folder with the measurements. */
  readonly data: string;
  /** Folder of the calibration files. */
  readonly calibration: string;
  /** Chips whose rows no fit may see: how well others speak for them. */
  readonly without: readonly string[];
  /** Share of the held-out subjects to judge by, chosen by their names: networks take seconds each. */
  readonly share: number;
  /** Fit once more to all rows, held-out ones too, and keep what was found of errors and intervals without them. */
  readonly isFinal: boolean;
  /** How many of each target's worst predictions `accuracy` names. */
  readonly worst: number;
  /** Folders with the sources of the models that sets name. */
  readonly pythonPath: readonly string[];
  /** Folder in which the recorder's answers are kept from one run to the next. */
  readonly traces: string;
  /** Program of the machine's own Python, to record models in place of the product's engine. */
  readonly python: string | undefined;
}

/** Throws with a sentence for words that are not known. */
export function readOptions(words: readonly string[]): Options {
  const sets: string[] = [];
  const targets: string[] = [];
  const without: string[] = [];
  let data = path.resolve("../shared/data");
  let calibration = path.resolve("server/data/calibration");
  const pythonPath: string[] = [];
  let traces = path.resolve("test-out/traces");
  let python: string | undefined;
  let share = 1;
  let worst = 0;
  let isFinal = false;
  const queue = [...words];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (word === "--final") {
      isFinal = true;
      continue;
    }
    const value = queue.shift();
    if (value === undefined) throw new Error(`Option \`${word}\` needs a value.`);
    if (word === "--set") sets.push(value);
    else if (word === "--target") targets.push(value);
    else if (word === "--without") without.push(value);
    else if (word === "--python-path") pythonPath.push(path.resolve(value));
    else if (word === "--share") share = Number(value);
    else if (word === "--worst") worst = Number(value);
    else if (word === "--python") python = value;
    else if (word === "--traces") traces = path.resolve(value);
    else if (word === "--data") data = path.resolve(value);
    else if (word === "--out" || word === "--calibration") calibration = path.resolve(value);
    else throw new Error(`Option \`${word}\` is not known.`);
  }
  return {
    sets,
    targets,
    data,
    calibration,
    without,
    pythonPath,
    traces,
    python,
    share,
    worst,
    isFinal,
  };
}

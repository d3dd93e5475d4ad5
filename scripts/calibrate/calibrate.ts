import { existsSync } from "node:fs";
import { findDataFolder, loadCatalogue } from "../../server/io/catalogue-files.js";
import { openContext } from "./context.js";
import { readOptions } from "./options.js";
import { sets } from "./sets/index.js";
import { isHeldOut } from "./split.js";
import { setFinal } from "./train/fit-kind.js";
import { closeRecording, setRecording } from "./record/record.js";
import { writeFragments } from "./target-files.js";

const options = readOptions(process.argv.slice(2));
if (!existsSync(options.data)) {
  console.error(`There is no folder \`${options.data}\` with measurements; name one with --data.`);
  process.exit(2);
}
const { value: catalogue } = await loadCatalogue({
  dataFolder: await findDataFolder(),
  chipFolders: [],
});
setRecording({ python: options.python, kept: options.traces });
const ctx = openContext(catalogue, options.data, {
  fits: options.calibration,
  pythonPath: options.pythonPath,
  leavesOut: options.without.length > 0,
});
setFinal(options.isFinal);
const today = new Date().toISOString().slice(0, 10);
for (const set of sets) {
  if (options.sets.length > 0 && !options.sets.includes(set.id)) continue;
  const started = Date.now();
  const all = await set.samples(ctx);
  const seen = all.filter(
    ({ key, target }) =>
      (options.targets.length === 0 || options.targets.includes(target)) &&
      (options.isFinal || !isHeldOut(set, key)) &&
      !options.without.includes(target.split("/")[0] ?? ""),
  );
  if (seen.length === 0) {
    console.error(`${set.id}: no rows in ${options.data}; left out.`);
    continue;
  }
  const fragments = await set.fit(ctx, seen);
  const sizes = writeFragments(options.calibration, set.id, fragments, {
    date: today,
    isFinal: options.isFinal,
    keepsIntervals: options.isFinal && set.keysAreChips !== true && set.hasFewKeys !== true,
  });
  console.error(
    `${set.id}: ${seen.length} of ${all.length} rows, ${fragments.length} fragments, ` +
      `largest file ${Math.max(0, ...sizes)} B, ${((Date.now() - started) / 1000).toFixed(0)} s`,
  );
}
closeRecording();

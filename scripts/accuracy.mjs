// `npm run accuracy [-- --set ID]… [--data DIR] [--calibration DIR]`: judges the shipped calibrations by measurements that
// no fit has seen, and writes docs/accuracy.md and the `error` rows of the calibration files.
import { ensurePackages } from "./setup.mjs";
import { runScript } from "./bundle.mjs";

ensurePackages();
process.exit(await runScript("scripts/calibrate/accuracy.ts", process.argv.slice(2)));

// `npm run calibrate [-- --set ID]… [--data DIR] [--out DIR] [--without CHIP]`: fits every data set that is there and
// writes one file per target into server/data/calibration. See docs/calibrating.md.
import { ensurePackages } from "./setup.mjs";
import { runScript } from "./bundle.mjs";

ensurePackages();
process.exit(await runScript("scripts/calibrate/calibrate.ts", process.argv.slice(2)));

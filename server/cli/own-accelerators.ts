import path from "node:path";
import type { Catalogue } from "../core/targets/target.js";
import { targetsOf } from "../core/accelerator/as-target.js";
import { acceleratorExtension, isRtlFile, readAcceleratorFile } from "../io/accelerator-file.js";
import { withAccelerators } from "../io/catalogue-files.js";
import { findAccelerators } from "../io/find-accelerators.js";
import { UsageError } from "./usage-error.js";

/**
 * Targets that are accelerators of the user's: a file stands for its first precision, an id of one is looked for in the
 * architecture files below the working folder. Answers the ids that the catalogue then has.
 */
export async function withOwnAccelerators(
  catalogue: Catalogue,
  ids: readonly string[],
): Promise<{ readonly catalogue: Catalogue; readonly ids: readonly string[] }> {
  const { technology } = catalogue;
  if (technology === undefined) return { catalogue, ids };
  let extended = catalogue;
  const known: string[] = [];
  for (const id of ids) {
    if (id.endsWith(acceleratorExtension) || isRtlFile(id)) {
      const { value, problems } = readAcceleratorFile(id);
      const [first] = value === undefined ? [] : targetsOf(value, technology);
      if (first === undefined)
        throw new UsageError(problems.map(({ message }) => message).join("\n"));
      extended = withAccelerators(extended, [id], () => undefined);
      known.push(first.id);
      continue;
    }
    if (id.split("/")[1] === "mapper" && extended.find(id) === undefined) {
      const found = await findAccelerators([path.resolve(".")]);
      const files = found.map(({ file }) => file);
      extended = withAccelerators(extended, files, ({ message }) => {
        process.stderr.write(`ridgepoint: ${message}\n`);
      });
    }
    known.push(id);
  }
  return { catalogue: extended, ids: known };
}

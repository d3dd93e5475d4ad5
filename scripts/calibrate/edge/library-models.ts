import { existsSync } from "node:fs";
import path from "node:path";
import { recordModel } from "../record/record.js";
import type { Subject } from "../set.js";

/** A published network by the expression that makes it, and its input's type. */
export interface LibraryModel {
  readonly entry: string;
  readonly input: string;
}

/**
 * Folders with the sources of torchvision and timm, from the variable PYTHON_LIBRARIES (as PATH is written), else where
 * Debian's python3-torchvision has them. Sources are executed by the product's engine alone,
 * unless `--python` says otherwise.
 */
export function libraryFolders(): readonly string[] {
  const given = process.env["PYTHON_LIBRARIES"]?.split(path.delimiter) ?? [
    "/usr/lib/python3/dist-packages",
  ];
  return given.filter((folder) => existsSync(folder));
}

export function librarySubject({ entry, input }: LibraryModel): Subject {
  return {
    kind: "model",
    id: `${entry}|${input}`,
    load: () => recordModel({ entry, inputs: [input], folders: libraryFolders() }),
  };
}

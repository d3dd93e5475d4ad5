import path from "node:path";

/** Trained models; MODELS names another folder. */
export const modelsFolder = path.resolve(process.env["MODELS"] ?? "../shared/data/models");

// Quantization against what is measured: mixed plans beside plans of one format by the error of the outputs in ONNX Runtime,
// risks of layers beside their measured errors, HiGHS on 200 layers in 12 formats, the time that risks take, and the rate at which weight files are measured beside numpy doing the same.
import { plansOfTrainedModels } from "./quantization/plans.js";
import { rankCorrelations } from "./quantization/ranks.js";
import { sensitivityTimes } from "./quantization/sensitivity.js";
import { solverTimes } from "./quantization/solver.js";
import { measureFile, throughput } from "./quantization/throughput.js";
import { printTable } from "./print-table.js";

const [, , word, file] = process.argv;
if (word === "measure" && file !== undefined) await measureFile(file);
else
  printTable([
    ...throughput(),
    ...sensitivityTimes(),
    ...(await solverTimes()),
    ...(await rankCorrelations()),
    ...(await plansOfTrainedModels()),
  ]);

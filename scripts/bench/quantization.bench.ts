// Quantization against what is measured: mixed plans beside plans of one format by the error of the outputs in ONNX Runtime,
// HiGHS on 200 layers in 12 formats, and the rate at which weight files are measured beside numpy doing the same.
import { plansOfTrainedModels } from "./quantization/plans.js";
import { solverTimes } from "./quantization/solver.js";
import { measureFile, throughput } from "./quantization/throughput.js";
import { printTable } from "./print-table.js";

const [, , word, file] = process.argv;
if (word === "measure" && file !== undefined) await measureFile(file);
else printTable([...throughput(), ...(await solverTimes()), ...(await plansOfTrainedModels())]);

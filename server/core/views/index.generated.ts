// Written by scripts/gen.mjs; do not edit.
import { view as alternatives } from "./alternatives.js";
import { view as details } from "./details.js";
import { view as exportFile } from "./export-file.js";
import { view as graphFigure } from "./graph-figure.js";
import { view as graph } from "./graph.js";
import { view as layers } from "./layers.js";
import { view as mapping } from "./mapping.js";
import { view as memoryUse } from "./memory-use.js";
import { view as memoryWhatIfs } from "./memory-what-ifs.js";
import { view as memory } from "./memory.js";
import { view as pareto } from "./pareto.js";
import { view as quantization } from "./quantization.js";
import { view as report } from "./report.js";
import { view as rooflineFigure } from "./roofline-figure.js";
import { view as roofline } from "./roofline.js";
import { view as serving } from "./serving.js";
import { view as summary } from "./summary.js";
import { view as timeline } from "./timeline.js";

export const views = {
  "alternatives": alternatives,
  "details": details,
  "export-file": exportFile,
  "graph-figure": graphFigure,
  "graph": graph,
  "layers": layers,
  "mapping": mapping,
  "memory-use": memoryUse,
  "memory-what-ifs": memoryWhatIfs,
  "memory": memory,
  "pareto": pareto,
  "quantization": quantization,
  "report": report,
  "roofline-figure": rooflineFigure,
  "roofline": roofline,
  "serving": serving,
  "summary": summary,
  "timeline": timeline,
} as const;

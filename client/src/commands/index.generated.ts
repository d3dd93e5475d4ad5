// Written by scripts/gen.mjs; do not edit.
import { command as chooseWeights } from "./choose-weights.js";
import { command as clearResults } from "./clear-results.js";
import { command as comparePlan } from "./compare-plan.js";
import { command as copyReport } from "./copy-report.js";
import { command as exportFile } from "./export-file.js";
import { command as exportRecipe } from "./export-recipe.js";
import { command as mapOntoAccelerator } from "./map-onto-accelerator.js";
import { command as measureSensitivity } from "./measure-sensitivity.js";
import { command as openAsText } from "./open-as-text.js";
import { command as openModel } from "./open-model.js";
import { command as pickTargets } from "./pick-targets.js";
import { command as pinInput } from "./pin-input.js";
import { command as placeAndRoute } from "./place-and-route.js";
import { command as setDimensions } from "./set-dimensions.js";
import { command as showComparison } from "./show-comparison.js";
import { command as showGraph } from "./show-graph.js";
import { command as showLog } from "./show-log.js";
import { command as showMemory } from "./show-memory.js";
import { command as showModelActions } from "./show-model-actions.js";
import { command as showPareto } from "./show-pareto.js";
import { command as showPlan } from "./show-plan.js";
import { command as showRoofline } from "./show-roofline.js";
import { command as showServing } from "./show-serving.js";
import { command as showTimeline } from "./show-timeline.js";
import { command as toggleHints } from "./toggle-hints.js";
import { command as whatIf } from "./what-if.js";
import type { ClientCommand } from "../command.js";

export const commands: readonly ClientCommand[] = [
  chooseWeights,
  clearResults,
  comparePlan,
  copyReport,
  exportFile,
  exportRecipe,
  mapOntoAccelerator,
  measureSensitivity,
  openAsText,
  openModel,
  pickTargets,
  pinInput,
  placeAndRoute,
  setDimensions,
  showComparison,
  showGraph,
  showLog,
  showMemory,
  showModelActions,
  showPareto,
  showPlan,
  showRoofline,
  showServing,
  showTimeline,
  toggleHints,
  whatIf,
];

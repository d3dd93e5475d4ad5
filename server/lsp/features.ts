import { bindFeature } from "./features/bind.js";
import { clearResultsFeature } from "./features/clear-results.js";
import { codeActionFeature } from "./features/code-action.js";
import { codeLensFeature } from "./features/code-lens.js";
import { compareFeature } from "./features/compare.js";
import { definitionFeature } from "./features/definition.js";
import { diagnosticsFeature } from "./features/diagnostics.js";
import { documentHighlightFeature } from "./features/document-highlight.js";
import { documentSymbolFeature } from "./features/document-symbol.js";
import { foldingFeature } from "./features/folding.js";
import { hoverFeature } from "./features/hover.js";
import { inlayHintFeature } from "./features/inlay-hint.js";
import { locateFeature } from "./features/locate.js";
import { measureFeature } from "./features/measure.js";
import { placeAndRouteFeature } from "./features/place-and-route.js";
import { pinFormatFeature } from "./features/pin-format.js";
import { pythonPathsFeature } from "./features/python-paths.js";
import { recipeFeature } from "./features/recipe.js";
import { referencesFeature } from "./features/references.js";
import { reportFeature } from "./features/report.js";
import { targetsFeature } from "./features/targets.js";
import { textFeature } from "./features/text.js";
import { viewFeature } from "./features/view.js";
import { watchedFilesFeature } from "./features/watched-files.js";
import { whatIfFeature } from "./features/what-if.js";
import type { Feature } from "./feature.js";

export const features: readonly Feature[] = [
  bindFeature,
  clearResultsFeature,
  codeActionFeature,
  codeLensFeature,
  compareFeature,
  definitionFeature,
  diagnosticsFeature,
  documentHighlightFeature,
  documentSymbolFeature,
  foldingFeature,
  hoverFeature,
  inlayHintFeature,
  locateFeature,
  measureFeature,
  placeAndRouteFeature,
  pinFormatFeature,
  pythonPathsFeature,
  recipeFeature,
  referencesFeature,
  reportFeature,
  targetsFeature,
  textFeature,
  viewFeature,
  watchedFilesFeature,
  whatIfFeature,
];

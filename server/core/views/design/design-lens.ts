import type { Design, DesignModule } from "../../design/design.js";
import { formatShare } from "../../base/units.js";
import { beforeEditText } from "../source/source-hints.js";
import type { LensText } from "../text/lens.js";
import { calibrationLines } from "./calibration-text.js";
import type { DesignState } from "./design-state.js";
import {
  cyclesText,
  fitsPart,
  megahertzText,
  resourceText,
  usedTexts,
  utilisation,
  withoutText,
} from "./resource-text.js";

/** `3,214 LUT · 1,088 FF · 256 DSP (284 %) · 187 MHz ~ — does not fit`; of a module inside the design its own counts. */
export function designLens(state: DesignState, name: string): LensText {
  const { numbers } = state;
  if (numbers === undefined)
    return { title: "Synthesis is under way or could not run; problems say why" };
  const { design } = numbers;
  const modules = design.modules.filter((module) => module.name === name);
  const [first] = modules;
  const isTop = design.top === name;
  const title = isTop
    ? topText(design)
    : first === undefined
      ? undefined
      : moduleText(design, first);
  if (title === undefined)
    return {
      title:
        design.top === undefined
          ? "Not analysed; problems say why"
          : `Not part of \`${design.top}\``,
    };
  const more = modules.length > 1 && !isTop ? ` · +${modules.length - 1} variants` : "";
  const isOld = numbers.isOld || numbers.moved !== undefined;
  const where = design.part ?? design.family;
  return {
    title: `${isOld ? "was " : ""}${title}${more}`,
    tooltip: [
      ...(isOld ? [beforeEditText] : []),
      `${where} · ${design.tool}`,
      ...calibrationLines(design),
    ].join("\n"),
  };
}

function topText(design: Design): string {
  const { total, fmaxHertz, latencyCycles } = design;
  if (total === undefined) return "Resources are not known";
  const shares = new Map(utilisation(design, total).map(({ kind, share }) => [kind, share]));
  const parts = lensOrder.flatMap((kind) => {
    const amount = total.counts[kind];
    if (amount === undefined || (amount.value < 0.5 && kind !== "lut")) return [];
    const share = shares.get(kind) ?? 0;
    const over =
      share > 1 ? ` (${Number.isFinite(share) ? formatShare(share) : "the part has none"})` : "";
    return [`${resourceText(kind, amount)}${over}`];
  });
  if (fmaxHertz !== undefined) parts.push(megahertzText(fmaxHertz));
  if (latencyCycles !== undefined) parts.push(cyclesText(latencyCycles));
  if (design.without !== undefined) parts.push(withoutText(design));
  const fits = fitsPart(design);
  const where = design.part ?? design.family;
  const verdict = fits === undefined ? "" : fits ? ` · fits ${where}` : ` — does not fit ${where}`;
  return `${parts.join(" · ")}${verdict}`;
}

const lensOrder = ["gate", "lut", "ff", "latch", "dsp", "bram", "uram"] as const;

function moduleText(design: Design, module: DesignModule): string {
  if (Object.keys(module.whole.counts).length === 0) return "Not synthesised; problems say why";
  const parts = usedTexts(module.whole, [...lensOrder]);
  const whole = design.total?.counts.lut?.value ?? 0;
  const own = (module.whole.counts.lut?.value ?? 0) * module.instanceCount;
  const share = whole > 0 && own > 0 ? ` · ${formatShare(Math.min(1, own / whole))}` : "";
  const times = module.instanceCount > 1 ? ` · ${module.instanceCount} instances` : "";
  const cycles = module.latencyCycles === undefined ? "" : ` · ${cyclesText(module.latencyCycles)}`;
  return `${parts.length === 0 ? "no resources" : parts.join(" · ")}${cycles}${times}${share}`;
}

import type { Precision } from "../../targets/precision.js";
import type { Catalogue, Target } from "../../targets/target.js";
import { activationSchemeId } from "../formats/activation-scheme.js";
import type { Scheme } from "../formats/scheme.js";
import { namesScheme, type RuntimeSupport } from "./support.js";

/**
 * What becomes of a scheme on a target. `computed`: weights and activations are multiplied as they are. `stored`: weights
 * take the room of the scheme and are widened to the target's own precision. `unsupported`: the runtime takes it in no way.
 */
export interface Executability {
  readonly kind: "computed" | "stored" | "unsupported";
  /** One sentence. */
  readonly reason: string;
  /** Target that its time is predicted on; undefined when unsupported. */
  readonly target: Target | undefined;
  /** Scheme id of the activations where they are quantized too. */
  readonly activations: string | undefined;
}

export function executability(
  target: Target,
  scheme: Scheme,
  support: RuntimeSupport | undefined,
  catalogue: Catalogue,
): Executability {
  const { chip, runtime } = target;
  const native = scheme.format.arithmetic.find((name) => Object.hasOwn(chip.peaks, name));
  const isComputed =
    support === undefined ? native !== undefined : namesScheme(support.computes, scheme);
  const isStored = support === undefined || namesScheme(support.stores, scheme);
  const group = scheme.format.granularity;
  if (
    group.kind === "group" &&
    support !== undefined &&
    support.groupSizes.length > 0 &&
    !support.groupSizes.includes(group.size) &&
    scheme.format.scale !== "e8m0" &&
    scheme.format.scale !== "e4m3"
  )
    return unsupported(
      `${runtime.name} takes groups of ${support.groupSizes.join(", ")}, not of ${group.size}.`,
    );
  if (isComputed && native !== undefined)
    return {
      kind: "computed",
      reason: `${chip.name} multiplies ${native} and ${runtime.name} has kernels for it.`,
      target: computedTarget(target, scheme, native, support, catalogue),
      activations: activationSchemeId(scheme),
    };
  if (isStored || isComputed) {
    const why =
      native === undefined
        ? `${chip.name} does not multiply ${scheme.format.name}`
        : `${runtime.name} has no kernels that multiply ${scheme.name}`;
    return {
      kind: "stored",
      reason: `${why}: weights are stored so and widened to ${target.precision.name} on the fly.`,
      target: storedTarget(target, scheme, catalogue),
      activations: undefined,
    };
  }
  return unsupported(
    `${runtime.name} does not take ${scheme.name}; the layer stays in ${target.precision.name}.`,
  );
}

function unsupported(reason: string): Executability {
  return { kind: "unsupported", reason, target: undefined, activations: undefined };
}

/** A precision of the catalogue that says the same has measurements of its own; else one is made. */
function computedTarget(
  target: Target,
  scheme: Scheme,
  native: string,
  support: RuntimeSupport | undefined,
  catalogue: Catalogue,
): Target {
  const known = sibling(
    target,
    catalogue,
    ({ arithmetic, weightBits }) =>
      arithmetic[0] === native && Math.abs(weightBits - scheme.bits) < 0.6,
  );
  if (known !== undefined) return known;
  const { precision } = target;
  const isInteger = support?.isIntegerOnly === true;
  return withPrecision(target, {
    ...precision,
    id: scheme.id,
    name: scheme.name,
    arithmetic: [native, ...precision.arithmetic],
    weightBits: scheme.bits,
    activationBits: isInteger ? Math.min(8, precision.activationBits) : precision.activationBits,
    quantizesOnTheFly: !isInteger,
  });
}

function storedTarget(target: Target, scheme: Scheme, catalogue: Catalogue): Target {
  const { precision } = target;
  const known = sibling(
    target,
    catalogue,
    ({ arithmetic, weightBits, activationBits }) =>
      arithmetic[0] === precision.arithmetic[0] &&
      activationBits === precision.activationBits &&
      Math.abs(weightBits - scheme.bits) < 0.3,
  );
  return (
    known ??
    withPrecision(target, {
      ...precision,
      id: `${scheme.id}-stored`,
      name: `${scheme.name}, stored`,
      weightBits: Math.min(precision.weightBits, scheme.bits),
    })
  );
}

function sibling(
  { chip, runtime }: Target,
  catalogue: Catalogue,
  isWanted: (precision: Precision) => boolean,
): Target | undefined {
  return catalogue.targets.find(
    (candidate) =>
      candidate.chip.id === chip.id &&
      candidate.runtime.id === runtime.id &&
      isWanted(candidate.precision),
  );
}

function withPrecision(target: Target, precision: Precision): Target {
  return {
    ...target,
    id: `${target.chip.id}/${target.runtime.id}/${precision.id}`,
    label: `${target.chip.name} · ${target.runtime.name} · ${precision.name}`,
    precision,
  };
}

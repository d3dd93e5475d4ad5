import type { DecoderDescription, Experts } from "./description.js";

/**
 * The part of a decoder that one of several devices has under tensor parallelism (Shoeybi et al. 2019, section 3): heads
 * and inner features are dealt out, rows of the vocabulary too, and what all devices have computed is added up behind
 * attention and behind the feed-forward. Experts are cut like any feed-forward. With fewer key heads than devices several
 * of these hold the same one.
 */
export function shardOf(
  description: DecoderDescription,
  devices: number,
): DecoderDescription | { readonly reason: string } {
  if (devices === 1) return description;
  if (description.stateSpace !== undefined)
    return { reason: "has a recurrent state, which is not dealt out to devices" };
  const { heads, keyHeads, feedForward, experts } = description;
  const isFewKeyHeads = keyHeads < devices && devices % keyHeads === 0;
  const dealt: readonly (readonly [string, number])[] = [
    ["heads", heads],
    ...(isFewKeyHeads ? [] : [["key heads", keyHeads] as const]),
    ["inner features", feedForward.inner],
    ...(experts === undefined ? [] : [["inner features of an expert", experts.inner] as const]),
  ];
  const uneven = dealt.find(([, count]) => count % devices !== 0);
  if (uneven !== undefined)
    return {
      reason: `has ${uneven[1]} ${uneven[0]}, which ${devices} devices cannot share evenly`,
    };
  return {
    ...description,
    name: `${description.name}, one of ${devices} devices`,
    devices,
    heads: heads / devices,
    keyHeads: isFewKeyHeads ? 1 : keyHeads / devices,
    feedForward: { ...feedForward, inner: feedForward.inner / devices },
    ...(experts !== undefined && { experts: shardOfExperts(experts, devices) }),
  };
}

function shardOfExperts(experts: Experts, devices: number): Experts {
  return {
    ...experts,
    inner: experts.inner / devices,
    sharedInner: Math.ceil(experts.sharedInner / devices),
  };
}

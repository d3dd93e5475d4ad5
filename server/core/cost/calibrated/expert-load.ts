/** How the token-expert pairs of a mixture of experts fall on the device with the most of them. */
export interface ExpertLoad {
  /** Pairs of a token and an expert on the device. */
  readonly pairs: number;
  /** Experts with a token at least. */
  readonly touched: number;
  /** Blocks of `rows` tokens over all its experts, the last of each partly filled. */
  readonly rowBlocks: (rows: number) => number;
}

export interface Routing {
  readonly tokens: number;
  readonly experts: number;
  readonly localExperts: number;
  readonly chosen: number;
  /** Exponent of the power law by which experts are chosen; 0 where all are chosen alike. */
  readonly skew: number;
}

export function expertLoad(routing: Routing): ExpertLoad {
  const { tokens, experts, localExperts, chosen, skew } = routing;
  const mean = (tokens * chosen) / experts;
  if (skew > 0) return skewedLoad(routing, mean);
  const pairs = mean * localExperts;
  const touched = Math.min(localExperts, Math.max(1, pairs));
  return {
    pairs: Math.max(pairs, 1),
    touched,
    rowBlocks: (rows) => touched * Math.ceil(Math.max(mean, 1) / rows),
  };
}

/**
 * Loads of experts drawn from a power law between one token and 0.8 of all (between 0.01 and 2 where there are fewer pairs
 * than experts), as AIConfigurator's benchmarks draw them. How far the heaviest of D devices lies above the mean was
 * simulated: about 0.53 log2 D standard deviations.
 */
function skewedLoad(
  { tokens, experts, localExperts, chosen, skew }: Routing,
  mean: number,
): ExpertLoad {
  const isSparse = tokens * chosen <= experts;
  const law = powerLaw(skew, isSparse ? 0.01 : 1, isSparse ? 2 : Math.max(1.5, 0.8 * tokens));
  const devices = experts / localExperts;
  const excess = Math.min(
    (0.53 * law.deviation * Math.log2(devices)) / Math.sqrt(localExperts),
    experts / chosen - 1,
  );
  const share = mean / law.mean;
  const isTouched = 1 - law.below(0.5 / share);
  const touched = localExperts * (1 - (1 - isTouched) ** (1 + excess));
  return {
    pairs: Math.max(1, mean * localExperts * (1 + excess)),
    touched: Math.max(1, touched),
    rowBlocks: (rows) => {
      let blocks = Math.ceil((excess * localExperts * mean) / rows);
      for (let step = 0; step < steps; step++) {
        const load = share * law.quantile((step + 0.5) / steps);
        if (load >= 0.5) blocks += (localExperts / steps) * Math.ceil(load / rows);
      }
      return Math.max(1, blocks);
    },
  };
}

const steps = 12;

/** A density falling with x^-exponent between two bounds; `deviation` is relative to the mean. */
function powerLaw(
  exponent: number,
  low: number,
  high: number,
): {
  readonly mean: number;
  readonly deviation: number;
  readonly below: (value: number) => number;
  readonly quantile: (share: number) => number;
} {
  const power = besideZero(1 - exponent);
  const from = low ** power;
  const range = high ** power - from;
  const moment = (order: number): number => {
    const sum = besideZero(order + power);
    return ((power / range) * (high ** sum - low ** sum)) / sum;
  };
  const mean = moment(1);
  return {
    mean,
    deviation: Math.sqrt(Math.max(0, moment(2) / mean ** 2 - 1)),
    below: (value) =>
      Math.min(1, Math.max(0, (Math.min(Math.max(value, low), high) ** power - from) / range)),
    quantile: (share) => (range * share + from) ** (1 / power),
  };
}

/** A power of 0 is a logarithm, which a small one comes close to. */
function besideZero(power: number): number {
  return Math.abs(power) < 1e-6 ? 1e-6 : power;
}

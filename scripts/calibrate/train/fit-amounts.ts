/** A row of amounts, positive, whose weighted sum is seconds. */
export interface AmountRow {
  readonly amounts: Float64Array;
  /** Seconds beside the sum, which no weight scales. */
  readonly known: number;
  readonly seconds: number;
  /** Indices of its level (a target) and of its group of levels. */
  readonly level: number;
  readonly group: number;
  readonly weight: number;
}

export interface AmountPlan {
  readonly levels: number;
  readonly groups: number;
  /** Weights to begin with, and to be drawn to. */
  readonly prior: Float64Array;
  /** Pulls on the logarithms: of levels, of weights towards the prior, of a group's weights towards all groups'. */
  readonly pulls: { readonly level: number; readonly weight: number; readonly group: number };
}

export interface AmountFit {
  /** Logarithms of each level's factor, without the center. */
  readonly levels: Float64Array;
  readonly center: number;
  /** By group. */
  readonly weights: readonly Float64Array[];
}

/**
 * seconds = known + exp(center + level) × Σ weight × amount, fitted in logarithms: every weight is the prior's times a
 * factor, the factor's logarithm drawn to 0, and each group's own logarithm to the common one. Few networks teach few
 * weights, and what they do not speak of stays as it was assumed. Adam (Kingma & Ba 2015) on Huber's loss.
 */
export function fitAmounts(rows: readonly AmountRow[], plan: AmountPlan): AmountFit {
  const width = plan.prior.length;
  const { levels, groups, pulls } = plan;
  const at = { weight: levels, group: levels + width, center: levels + width * (1 + groups) };
  const count = at.center + 1;
  const value = new Float64Array(count);
  const gradient = new Float64Array(count);
  const momentum = new Float64Array(count);
  const square = new Float64Array(count);
  value[at.center] = startOf(rows, plan);
  const parts = new Float64Array(width);
  for (let step = 0; step < steps; step++) {
    for (let index = 0; index < count; index++) {
      const pull =
        index < at.weight
          ? pulls.level
          : index < at.group
            ? pulls.weight
            : index < at.center
              ? pulls.group
              : 0;
      gradient[index] = 2 * pull * (value[index] as number);
    }
    for (const { amounts, known, seconds, level, group, weight } of rows) {
      const own = at.group + group * width;
      let sum = 0;
      for (let j = 0; j < width; j++) {
        const part =
          (amounts[j] as number) === 0
            ? 0
            : (plan.prior[j] as number) *
              (amounts[j] as number) *
              Math.exp((value[at.weight + j] as number) + (value[own + j] as number));
        parts[j] = part;
        sum += part;
      }
      const scale = Math.exp((value[at.center] as number) + (value[level] as number));
      const total = known + scale * sum + 1e-12;
      const error = Math.log(total / seconds);
      const slope = weight * Math.min(Math.max(error, -huber), huber) * (scale / total);
      gradient[level] = (gradient[level] as number) + slope * sum;
      gradient[at.center] = (gradient[at.center] as number) + slope * sum;
      for (let j = 0; j < width; j++) {
        const delta = slope * (parts[j] as number);
        gradient[at.weight + j] = (gradient[at.weight + j] as number) + delta;
        gradient[own + j] = (gradient[own + j] as number) + delta;
      }
    }
    const rate = 0.05 * (1 - step / steps) + 0.001;
    for (let index = 0; index < count; index++) {
      const g = gradient[index] as number;
      const m = 0.9 * (momentum[index] as number) + 0.1 * g;
      const v = 0.99 * (square[index] as number) + 0.01 * g * g;
      momentum[index] = m;
      square[index] = v;
      const corrected = m / (1 - 0.9 ** (step + 1));
      const spread = Math.sqrt(v / (1 - 0.99 ** (step + 1))) + 1e-8;
      value[index] = (value[index] as number) - (rate * corrected) / spread;
    }
  }
  return {
    levels: value.slice(0, levels),
    center: value[at.center] as number,
    weights: Array.from({ length: groups }, (_, group) =>
      Float64Array.from(
        plan.prior,
        (prior, j) =>
          prior *
          Math.exp(
            (value[at.weight + j] as number) + (value[at.group + group * width + j] as number),
          ),
      ),
    ),
  };
}

const steps = 400;
/** Log errors beyond this count as this much. */
const huber = 0.25;

/** Median of what was measured over what the prior says, as a logarithm. */
function startOf(rows: readonly AmountRow[], { prior }: AmountPlan): number {
  const ratios = rows
    .map(({ amounts, seconds }) => {
      const sum = amounts.reduce((total, amount, j) => total + amount * (prior[j] as number), 0);
      return Math.log(seconds / Math.max(sum, 1e-12));
    })
    .sort((a, b) => a - b);
  return ratios[ratios.length >> 1] ?? 0;
}

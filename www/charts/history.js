// The history of a run, and how its lines are smoothed, cut and thinned for drawing.

/** Most points of a drawn line: more cannot be told apart, and drawing 5,000 steps must stay cheap. */
const MAX_POINTS = 600;

export class History {
  constructor() {
    this.start(0);
  }

  start(total) {
    this.total = total;
    this.losses = [];
    this.rates = [];
    this.norms = [];
    this.evaluations = [];
  }

  step(step, loss, rate, norm) {
    this.forgetFrom(step);
    this.losses.push([step, loss]);
    this.rates.push([step, rate]);
    this.norms.push([step, norm]);
  }

  evaluated(evaluation) {
    this.evaluations = this.evaluations.filter((known) => known.step < evaluation.step);
    this.evaluations.push(evaluation);
  }

  /** Forgets `step` and what came after it: a run that goes on from an earlier state repeats them. */
  forgetFrom(step) {
    const last = this.losses.at(-1);
    if (last === undefined || last[0] < step) return;
    for (const name of ["losses", "rates", "norms"]) this[name] = this[name].filter((point) => point[0] < step);
    this.evaluations = this.evaluations.filter((known) => known.step < step);
  }

  /** The evaluations' values under `name`, without those that could not be measured. */
  evaluatedValues(name) {
    return this.evaluations.filter((known) => !Number.isNaN(known[name])).map((known) => [known.step, known[name]]);
  }

  /** The last known step. */
  get last() {
    return Math.max(this.losses.at(-1)?.[0] ?? 0, this.evaluations.at(-1)?.step ?? 0);
  }
}

/**
 * The exponential moving average that weights each earlier step by `weight` (0: the points themselves), corrected at
 * the start as Adam's moments are, so that it is not biased towards 0.
 */
export function smoothed(points, weight) {
  if (weight <= 0) return points;
  let sum = 0;
  let whole = 0;
  return points.map(([step, value]) => {
    if (Number.isFinite(value)) {
      sum = weight * sum + (1 - weight) * value;
      whole = weight * whole + (1 - weight);
    }
    return [step, whole > 0 ? sum / whole : value];
  });
}

/** The points whose steps lie in `range`, and one on either side, so that the line does not end inside the chart. */
export function within(points, range) {
  if (range === undefined) return points;
  const first = points.findIndex((point) => point[0] >= range[0]);
  if (first < 0) return points.slice(-1);
  const behind = points.findIndex((point) => point[0] > range[1]);
  return points.slice(Math.max(first - 1, 0), behind < 0 ? points.length : behind + 1);
}

/** At most MAX_POINTS of `points`: of each stretch the lowest and the highest, so that no spike is lost. */
export function thinned(points) {
  if (points.length <= MAX_POINTS) return points;
  const stretch = Math.ceil(points.length / (MAX_POINTS / 2));
  const kept = [];
  for (let begin = 0; begin < points.length; begin += stretch) {
    let low = begin;
    let high = begin;
    for (let i = begin; i < Math.min(begin + stretch, points.length); i += 1) {
      if (points[i][1] < points[low][1]) low = i;
      if (points[i][1] > points[high][1]) high = i;
    }
    kept.push(points[Math.min(low, high)]);
    if (low !== high) kept.push(points[Math.max(low, high)]);
  }
  return kept;
}

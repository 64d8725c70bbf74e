// What the run has been so far, and how it is thinned for drawing.

/** Steps over which the running mean of the loss forgets to 1/e. */
const MEMORY = 20;

/** Points of a drawn line; more are not seen, and a drawing of 5,000 steps must stay cheap. */
const MOST_POINTS = 600;

export class History {
  constructor() {
    this.start(0);
  }

  start(total) {
    this.total = total;
    this.losses = [];
    this.means = [];
    this.rates = [];
    this.norms = [];
    this.evaluations = [];
    this.mean = undefined;
  }

  step(step, loss, rate, norm) {
    this.forgetFrom(step);
    this.mean = this.mean === undefined ? loss : this.mean + (loss - this.mean) / MEMORY;
    this.losses.push([step, loss]);
    this.means.push([step, this.mean]);
    this.rates.push([step, rate]);
    this.norms.push([step, norm]);
  }

  evaluated(evaluation) {
    this.evaluations = this.evaluations.filter((known) => known.step < evaluation.step);
    this.evaluations.push(evaluation);
  }

  /** A run that goes on from an earlier state draws its steps anew. */
  forgetFrom(step) {
    const last = this.losses.at(-1);
    if (last === undefined || last[0] < step) return;
    for (const name of ["losses", "means", "rates", "norms"]) this[name] = this[name].filter((point) => point[0] < step);
    this.evaluations = this.evaluations.filter((known) => known.step < step);
    this.mean = this.means.at(-1)?.[1];
  }

  /** The evaluations' values under `name`, without those that could not be measured. */
  evaluatedValues(name) {
    return this.evaluations.filter((known) => !Number.isNaN(known[name])).map((known) => [known.step, known[name]]);
  }
}

/** At most MOST_POINTS of `points`: of each stretch the lowest and the highest, so that no spike is lost. */
export function thinned(points) {
  if (points.length <= MOST_POINTS) return points;
  const stretch = Math.ceil(points.length / (MOST_POINTS / 2));
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

// The present run, the runs beside it, and how all charts show them.

import { History } from "./history.js";

/** Line patterns of runs beside the present one: another for every round through the colours. */
const PATTERNS = ["solid", "dashed", "dotted"];

export class Runs {
  constructor() {
    this.present = new History();
    /** Each with id, name, colour (its index in the theme's) and history. */
    this.beside = [];
    /** See history.js. */
    this.smoothing = 0;
    this.log = false;
    /** Whether the plane has the axes of the paper's figure 2. */
    this.paper = false;
    /** First and last step shown; undefined: all. */
    this.range = undefined;
    /** Encoders whose place in the plane is known, with name, what, uniformity, alignment and spearman. */
    this.landmarks = [];
    /** The zoomed part of the plane: [[uniformity, …], [alignment, …]], from and to; undefined: all. */
    this.area = undefined;
  }

  /** Steps on the axis. */
  get total() {
    return Math.max(this.present.total, ...this.beside.map(({ history }) => history.last)) || 10;
  }

  /**
   * Takes runs to be drawn beside the present one: `curve` holds step, loss, rate and norm of each step in turn,
   * `evaluations` step, Spearman, alignment and uniformity.
   */
  compare(others) {
    this.beside = others.map(({ id, name, colour, curve, evaluations }) => {
      const history = new History();
      for (let i = 0; i < curve.length; i += 4) {
        history.losses.push([curve[i], curve[i + 1]]);
        history.rates.push([curve[i], curve[i + 2]]);
        history.norms.push([curve[i], curve[i + 3]]);
      }
      for (let i = 0; i < evaluations.length; i += 4) {
        const [step, spearman, alignment, uniformity] = evaluations.slice(i, i + 4);
        history.evaluations.push({ step, spearman, alignment, uniformity });
      }
      return { id, name, colour, history };
    });
  }
}

/** The colour and the pattern of a run beside the present one. */
export function look(colours, index) {
  const palette = colours.beside;
  return {
    color: palette[index % palette.length],
    type: PATTERNS[Math.floor(index / palette.length) % PATTERNS.length],
  };
}

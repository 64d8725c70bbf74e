// What each chart over steps shows; names are ids of words.js.

import { thinned } from "./history.js";

export const lossView = {
  shows: "steps",
  axes: ["axis-loss"],
  series: [
    { name: "series-each", colour: "loss", faint: true, values: (history) => thinned(history.losses) },
    { name: "series-mean", colour: "loss", values: (history) => thinned(history.means) },
  ],
};

export const rateView = {
  shows: "steps",
  axes: ["axis-rate"],
  fromZero: true,
  series: [{ name: "axis-rate", colour: "rate", values: (history) => thinned(history.rates) }],
};

export const normView = {
  shows: "steps",
  axes: ["axis-norm"],
  fromZero: true,
  series: [{ name: "axis-norm", colour: "rate", values: (history) => thinned(history.norms) }],
};

export const spearmanView = {
  shows: "evaluations",
  axes: ["axis-spearman"],
  series: [
    {
      name: "axis-spearman",
      colour: "spearman",
      points: true,
      values: (history) => thinned(history.evaluatedValues("spearman")),
    },
  ],
};

export const qualityView = {
  shows: "evaluations",
  axes: ["axis-alignment", "axis-uniformity"],
  series: [
    {
      name: "axis-alignment",
      colour: "alignment",
      points: true,
      values: (history) => thinned(history.evaluatedValues("alignment")),
    },
    {
      name: "axis-uniformity",
      colour: "uniformity",
      points: true,
      dashed: true,
      axis: 1,
      values: (history) => thinned(history.evaluatedValues("uniformity")),
    },
  ],
};

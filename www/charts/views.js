// What each chart over steps shows.

import { thinned } from "./history.js";

export const lossView = {
  shows: "steps",
  axes: ["Loss"],
  series: [
    { name: "Each batch", colour: "loss", faint: true, values: (history) => thinned(history.losses) },
    { name: "Running mean", colour: "loss", values: (history) => thinned(history.means) },
  ],
};

export const rateView = {
  shows: "steps",
  axes: ["Learning rate"],
  fromZero: true,
  series: [{ name: "Learning rate", colour: "rate", values: (history) => thinned(history.rates) }],
};

export const spearmanView = {
  shows: "evaluations",
  axes: ["Spearman × 100"],
  series: [
    {
      name: "Spearman × 100",
      colour: "spearman",
      points: true,
      values: (history) => thinned(history.evaluatedValues("spearman")),
    },
  ],
};

export const qualityView = {
  shows: "evaluations",
  axes: ["Alignment", "Uniformity"],
  series: [
    {
      name: "Alignment",
      colour: "alignment",
      points: true,
      values: (history) => thinned(history.evaluatedValues("alignment")),
    },
    {
      name: "Uniformity",
      colour: "uniformity",
      points: true,
      dashed: true,
      axis: 1,
      values: (history) => thinned(history.evaluatedValues("uniformity")),
    },
  ],
};

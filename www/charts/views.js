// What each chart over steps shows; names are ids of words.js.

export const lossView = {
  shows: "steps",
  axes: ["axis-loss"],
  log: true,
  series: [{ name: "axis-loss", colour: "loss", smooth: true, values: (history) => history.losses }],
};

export const rateView = {
  shows: "steps",
  axes: ["axis-rate"],
  fromZero: true,
  log: true,
  series: [{ name: "axis-rate", colour: "rate", values: (history) => history.rates }],
};

export const normView = {
  shows: "steps",
  axes: ["axis-norm"],
  fromZero: true,
  log: true,
  series: [{ name: "axis-norm", colour: "rate", smooth: true, values: (history) => history.norms }],
};

export const spearmanView = {
  shows: "evaluations",
  axes: ["axis-spearman"],
  series: [
    { name: "axis-spearman", colour: "spearman", points: true, values: (history) => history.evaluatedValues("spearman") },
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
      values: (history) => history.evaluatedValues("alignment"),
    },
    {
      name: "axis-uniformity",
      colour: "uniformity",
      points: true,
      dashed: true,
      axis: 1,
      values: (history) => history.evaluatedValues("uniformity"),
    },
  ],
};

// The run's charts, and an analysis'. Two public functions; src/app/ui/charts.rs and analysis_charts.rs call what they
// return.

import { CosinesView, SpectrumView } from "./analysis.js";
import { LineView } from "./lines.js";
import { PlaneView } from "./plane.js";
import { History } from "./history.js";
import { onThemeChange } from "./theme.js";
import { FramePainter } from "./painter.js";
import { lossView, qualityView, rateView, spearmanView } from "./views.js";

/** Draws into `places`: elements under the names plane, loss, spearman, quality and rate. */
export function mount(places) {
  const history = new History();
  const views = [
    new PlaneView(places.plane, history),
    new LineView(places.loss, history, lossView),
    new LineView(places.spearman, history, spearmanView),
    new LineView(places.quality, history, qualityView),
    new LineView(places.rate, history, rateView),
  ];
  const painter = new FramePainter(views);
  onThemeChange(() => painter.restyle());

  return {
    start(total) {
      history.start(total);
      painter.invalidate();
    },
    steps(values) {
      for (let i = 0; i < values.length; i += 3) history.step(values[i], values[i + 1], values[i + 2]);
      painter.invalidate("steps");
    },
    evaluated(step, spearman, alignment, uniformity) {
      history.evaluated({ step, spearman, alignment, uniformity });
      painter.invalidate("evaluations");
    },
  };
}

/** Draws into `places`: elements under the names spectrum and cosines. */
export function mountAnalysis(places) {
  const analysis = { states: [] };
  const views = [new SpectrumView(places.spectrum, analysis), new CosinesView(places.cosines, analysis)];
  const painter = new FramePainter(views);
  onThemeChange(() => painter.restyle());

  return {
    show(states) {
      analysis.states = JSON.parse(states);
      // Made anew: how many lines there are differs.
      painter.restyle();
    },
  };
}

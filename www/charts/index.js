// The run's charts, and an analysis'. Two public functions; src/app/ui/charts.rs and analysis_charts.rs call what they
// return.

import { CosinesView, SpectrumView } from "./analysis.js";
import { LineView } from "./lines.js";
import { PlaneView } from "./plane.js";
import { History } from "./history.js";
import { onThemeChange } from "./theme.js";
import { FramePainter } from "./painter.js";
import { lossView, normView, qualityView, rateView, spearmanView } from "./views.js";
import { speak } from "./words.js";

/** Draws into `places`: elements under the names plane, loss, spearman, quality, norm and rate. */
export function mount(places) {
  const history = new History();
  const views = [
    new PlaneView(places.plane, history),
    new LineView(places.loss, history, lossView),
    new LineView(places.spearman, history, spearmanView),
    new LineView(places.quality, history, qualityView),
    new LineView(places.norm, history, normView),
    new LineView(places.rate, history, rateView),
  ];
  const painter = new FramePainter(views);
  onThemeChange(() => painter.restyle());

  return {
    speak(words) {
      speak(words);
      painter.restyle();
    },
    start(total) {
      history.start(total);
      painter.invalidate();
    },
    steps(values) {
      for (let i = 0; i < values.length; i += 4) history.step(...values.slice(i, i + 4));
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
    speak,
    show(states) {
      analysis.states = JSON.parse(states);
      // Made anew: how many lines there are differs.
      painter.restyle();
    },
  };
}

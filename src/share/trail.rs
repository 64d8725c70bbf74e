//! A run's path over the plane of alignment and uniformity, in a form short enough for a link.
//!
//! A point is `step.spearman.alignment.uniformity` in hundredths, thousandths and thousandths, `x` for what is undefined;
//! points are joined by `_`: `0.6685.166.-1220_20.7010.180.-2105`. None of these characters needs to be escaped.

use crate::runs::EvaluationPoint;

/// The points of a run that were measured, thinned evenly to [`Trail::MAX_POINTS`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trail(Vec<EvaluationPoint>);

impl Trail {
    /// More cannot be told apart in a picture and make a link that some programs cut off.
    pub const MAX_POINTS: usize = 60;

    /// `None` where nothing was measured.
    pub fn of(points: &[EvaluationPoint]) -> Option<Self> {
        let last = points.len().checked_sub(1)?;
        let kept = points.len().min(Self::MAX_POINTS);
        // Including the first and the last.
        let place = |index: usize| if kept == 1 { last } else { index * last / (kept - 1) };
        Some(Self((0..kept).map(|index| points[place(index)]).collect()))
    }

    /// Rounded as it was written.
    pub fn points(&self) -> &[EvaluationPoint] {
        &self.0
    }

    pub fn write(&self) -> String {
        let scaled = |value: Option<f64>, by: f64| match value.filter(|value| value.is_finite()) {
            Some(value) => format!("{:.0}", value * by),
            None => "x".to_owned(),
        };
        let point = |point: &EvaluationPoint| {
            let (spearman, alignment) = (scaled(point.spearman, 100.0), scaled(point.alignment, 1000.0));
            format!("{}.{spearman}.{alignment}.{}", point.step, scaled(point.uniformity, 1000.0))
        };
        self.0.iter().map(point).collect::<Vec<_>>().join("_")
    }

    /// `None` unless `text` is a trail: at most [`Self::MAX_POINTS`] points of whole numbers within the range of their
    /// measures, with ascending steps.
    pub fn read(text: &str) -> Option<Self> {
        let points: Vec<EvaluationPoint> =
            text.split('_').take(Self::MAX_POINTS + 1).map(parse_point).collect::<Option<_>>()?;
        let grows = points.windows(2).all(|pair| pair[0].step < pair[1].step);
        (grows && points.len() <= Self::MAX_POINTS).then_some(Self(points))
    }
}

fn parse_point(text: &str) -> Option<EvaluationPoint> {
    let mut fields = text.split('.');
    let step = fields.next()?.parse().ok()?;
    let mut measure = |by: f64, range: std::ops::RangeInclusive<f64>| match fields.next()? {
        "x" => Some(None),
        number => {
            let value = f64::from(number.parse::<i32>().ok()?) / by;
            range.contains(&value).then_some(Some(value))
        }
    };
    // A squared distance on the sphere is at most 4, and exp(−2·4) the smallest mean.
    let spearman = measure(100.0, -100.0..=100.0)?;
    let (alignment, uniformity) = (measure(1000.0, 0.0..=4.0)?, measure(1000.0, -8.0..=0.0)?);
    fields.next().is_none().then_some(EvaluationPoint { step, spearman, alignment, uniformity })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(step: u32) -> EvaluationPoint {
        EvaluationPoint { step, spearman: Some(66.854), alignment: Some(0.1658), uniformity: Some(-1.2204) }
    }

    #[test]
    fn a_trail_comes_back_rounded() {
        let undefined = EvaluationPoint { spearman: None, ..progress(20) };
        let text = Trail::of(&[progress(0), undefined]).unwrap().write();
        assert_eq!(text, "0.6685.166.-1220_20.x.166.-1220");
        let read = Trail::read(&text).unwrap();
        assert_eq!(read.points()[0].spearman, Some(66.85));
        assert_eq!(read.points()[1].spearman, None);
        assert_eq!(read.write(), text);
    }

    #[test]
    fn a_long_trail_is_thinned_and_keeps_its_ends() {
        let points: Vec<EvaluationPoint> = (0..1000).map(progress).collect();
        let trail = Trail::of(&points).unwrap();
        let steps: Vec<u32> = trail.points().iter().map(|point| point.step).collect();
        assert_eq!((steps.len(), steps[0], steps[59]), (Trail::MAX_POINTS, 0, 999));
        assert_eq!(Trail::of(&points[..1]).unwrap().points(), &points[..1]);
        assert_eq!(Trail::of(&[]), None);
    }

    #[test]
    fn a_malformed_trail_is_refused() {
        for text in [
            "",
            "0.1.2",
            "0.1.2.-3.4",
            "a.1.2.-3",
            "5.1.2.-3_4.1.2.-3",
            "0.10001.2.-3",
            "0.1.5000.-3",
            "0.1.2.3",
            "0.1.2.99999999999",
        ] {
            assert_eq!(Trail::read(text), None, "{text}");
        }
        let many = (0..=Trail::MAX_POINTS).map(|step| format!("{step}.1.2.-3")).collect::<Vec<_>>().join("_");
        assert_eq!(Trail::read(&many), None);
    }
}

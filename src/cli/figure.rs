//! The paper's figure 2: alignment over uniformity, a point an evaluation.

use plotters::prelude::{
    ChartBuilder, Circle, Color, EmptyElement, IntoDrawingArea, LineSeries, Palette, Palette99, PathElement,
    SVGBackend, Text, WHITE,
};
use serde::Serialize;

use super::error::CliError;
use crate::eval::StsEvaluation;

const SIZE: (u32, u32) = (720, 520);

/// A run's way through the plane.
#[derive(Debug, Clone, Serialize)]
pub struct Trail {
    pub name: String,
    /// Step and what was measured there; the first is step 0.
    pub points: Vec<(u32, StsEvaluation)>,
}

impl Trail {
    /// Uniformity and alignment; no point where one is undefined.
    fn places(&self) -> Vec<(f64, f64)> {
        let place = |(_, point): &(u32, StsEvaluation)| Some((point.uniformity?, point.alignment?));
        self.points.iter().filter_map(place).collect()
    }
}

/// An SVG. `pairs` names what was measured on.
///
/// # Errors
/// None that is known; the library's, if it had any.
pub fn plane(trails: &[Trail], pairs: &str) -> Result<String, CliError> {
    let mut svg = String::new();
    draw(&mut svg, trails, pairs).map_err(CliError::Input)?;
    Ok(svg)
}

fn draw(svg: &mut String, trails: &[Trail], pairs: &str) -> Result<(), String> {
    // The library's errors carry its backend's type; their words are all that is of use here.
    fn said(error: impl std::fmt::Display) -> String {
        format!("the figure: {error}")
    }
    let places: Vec<(f64, f64)> = trails.iter().flat_map(Trail::places).collect();
    let area = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    area.fill(&WHITE).map_err(said)?;
    let (x, y) = (range(places.iter().map(|place| place.0)), range(places.iter().map(|place| place.1)));
    let mut chart = ChartBuilder::on(&area)
        .margin(16)
        .x_label_area_size(44)
        .y_label_area_size(60)
        .build_cartesian_2d(x, y)
        .map_err(said)?;
    chart
        .configure_mesh()
        .x_desc(format!("uniformity on {pairs} (lower is better)"))
        .y_desc("alignment (lower is better)")
        .draw()
        .map_err(said)?;
    for (index, trail) in trails.iter().enumerate() {
        let colour = Palette99::pick(index);
        let places = trail.places();
        let line = LineSeries::new(places.iter().copied(), colour.stroke_width(2));
        let colour = colour.to_rgba();
        chart
            .draw_series(line)
            .map_err(said)?
            .label(trail.name.as_str())
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2)));
        let last = places.len().saturating_sub(1);
        let dots = places.iter().enumerate().map(|(index, place)| {
            // The start is a ring, the end is filled and says its step.
            let words =
                if index == last { trail.points.last().map(|(step, _)| step.to_string()) } else { None };
            let style = if index == 0 { colour.stroke_width(2) } else { colour.filled() };
            EmptyElement::at(*place)
                + Circle::new((0, 0), if index == 0 || index == last { 5 } else { 3 }, style)
                + Text::new(words.unwrap_or_default(), (8, -6), ("sans-serif", 13))
        });
        chart.draw_series(dots).map_err(said)?;
    }
    chart
        .configure_series_labels()
        .label_font(("sans-serif", 13))
        .background_style(WHITE.mix(0.8))
        .draw()
        .map_err(said)?;
    area.present().map_err(said)
}

/// The values with a tenth of their extent around them.
fn range(values: impl Iterator<Item = f64>) -> std::ops::Range<f64> {
    let (low, high) = values
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low > high {
        return 0.0..1.0;
    }
    let room = ((high - low) / 10.0).max(0.01);
    low - room..high + room
}

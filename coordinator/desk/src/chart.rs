//! Charts: SVG that is made here, drawn in the page's own colours, and read out as a table.
//!
//! A chart is a figure with a label; what it shows stands in a table behind it, on the page that has it. Colours come from the style alone,
//! so both themes and the policy against foreign styles hold; lines differ in their dashes and their numbers, too. Every coordinate is a whole number
//! of the drawing's own units, which the browser fits to the window.

use askama::Template;

/// How wide a drawing is, in its own units.
const WIDTH: f64 = 360.0;
/// How high.
const HEIGHT: f64 = 170.0;
/// Room for numbers at the left, and for those below.
const LEFT: f64 = 34.0;
const BELOW: f64 = 18.0;
const ABOVE: f64 = 8.0;
/// Room for the lines' numbers at the right.
const RIGHT: f64 = 16.0;
/// Lines of one drawing; more cannot be told apart.
pub(crate) const LINES: usize = 6;

/// A place in a drawing, from 0 to 1 in both directions; up is more.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
}

fn across(x: f64) -> f64 {
    (LEFT + x.clamp(0.0, 1.0) * (WIDTH - LEFT - RIGHT)).round()
}

fn down(y: f64) -> f64 {
    (HEIGHT - BELOW - y.clamp(0.0, 1.0) * (HEIGHT - BELOW - ABOVE)).round()
}

/// A text at an axis: where, and what.
struct Mark {
    at: f64,
    text: String,
}

/// Bars beside one another.
#[derive(Template)]
#[template(path = "bars.html")]
pub(crate) struct Bars {
    label: String,
    bars: Vec<Bar>,
    /// The height that is expected of all.
    expected: Option<f64>,
    marks: Vec<Mark>,
    bottom: f64,
    right: f64,
    left: f64,
}

struct Bar {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
    middle: f64,
    name: String,
    title: String,
}

impl Bars {
    /// Bars with names and what is said of each; `most` is the highest that fits.
    pub(crate) fn new(label: String, bars: &[(String, f64, String)], expected: Option<f64>, most: f64) -> Self {
        let most = if most > 0.0 { most } else { 1.0 };
        let room = (WIDTH - LEFT - RIGHT) / f64::from(u32::try_from(bars.len().max(1)).unwrap_or(u32::MAX));
        let bar = |(at, (name, value, title)): (u32, &(String, f64, String))| {
            let (x, y) = (LEFT + room * f64::from(at), down(value / most));
            Bar {
                x: (x + room * 0.12).round(),
                y,
                width: (room * 0.76).round().max(1.0),
                height: down(0.0) - y,
                middle: (x + room * 0.5).round(),
                name: name.clone(),
                title: title.clone(),
            }
        };
        Self {
            label,
            bars: (0..).zip(bars).map(bar).collect(),
            expected: expected.map(|expected| down(expected / most)),
            marks: Vec::new(),
            bottom: down(0.0),
            right: WIDTH - RIGHT,
            left: LEFT,
        }
    }

    /// With texts at the left: where, from 0 to 1, and what.
    pub(crate) fn marked(mut self, marks: Vec<(f64, String)>) -> Self {
        self.marks = marks.into_iter().map(|(at, text)| Mark { at: down(at), text }).collect();
        self
    }
}

/// Lines over one another.
#[derive(Template)]
#[template(path = "lines.html")]
pub(crate) struct Lines {
    label: String,
    lines: Vec<Line>,
    marks: Vec<Mark>,
    ticks: Vec<Mark>,
    bottom: f64,
    right: f64,
    left: f64,
}

struct Line {
    number: usize,
    points: String,
    /// Around the line, where something is not certain.
    band: String,
    end: Option<(f64, f64)>,
}

/// What one line shows: its points, and how far it may be wrong at each.
#[derive(Debug, Clone, Default)]
pub(crate) struct Series {
    pub(crate) points: Vec<(Point, f64)>,
}

impl Lines {
    /// Lines with texts at the left and below: where, from 0 to 1, and what.
    pub(crate) fn new(label: String, series: &[Series], marks: Vec<(f64, String)>, ticks: Vec<(f64, String)>) -> Self {
        let mut lines: Vec<Line> =
            (1..).zip(series.iter().take(LINES)).map(|(number, series)| line(number, series)).collect();
        apart(&mut lines);
        Self {
            label,
            lines,
            marks: marks.into_iter().map(|(at, text)| Mark { at: down(at), text }).collect(),
            ticks: ticks.into_iter().map(|(at, text)| Mark { at: across(at), text }).collect(),
            bottom: down(0.0),
            right: WIDTH - RIGHT,
            left: LEFT,
        }
    }
}

fn line(number: usize, series: &Series) -> Line {
    let place = |point: Point, by: f64| format!("{},{}", across(point.x), down(point.y + by));
    let points: Vec<String> = series.points.iter().map(|(point, _)| place(*point, 0.0)).collect();
    let above = series.points.iter().map(|(point, margin)| place(*point, *margin));
    let below = series.points.iter().rev().map(|(point, margin)| place(*point, -margin));
    let wide = series.points.iter().any(|(_, margin)| *margin > 0.0);
    Line {
        number,
        band: if wide { above.chain(below).collect::<Vec<_>>().join(" ") } else { String::new() },
        end: series.points.last().map(|(point, _)| (across(point.x) + 4.0, down(point.y) + 3.0)),
        points: points.join(" "),
    }
}

/// Moves the numbers at the lines' ends apart, from above to below.
fn apart(lines: &mut [Line]) {
    let mut ends: Vec<&mut (f64, f64)> = lines.iter_mut().filter_map(|line| line.end.as_mut()).collect();
    ends.sort_by(|one, other| one.1.total_cmp(&other.1));
    let mut least = f64::NEG_INFINITY;
    for end in ends {
        end.1 = end.1.max(least);
        least = end.1 + 10.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stand_on_the_axis_and_lines_stay_within_the_drawing() {
        let bars = [("0".to_owned(), 5.0, "five".to_owned()), ("1".to_owned(), 10.0, "<ten>".to_owned())];
        let text = Bars::new("a \"label\"".to_owned(), &bars, Some(7.5), 10.0).render().expect("renders");
        assert!(text.contains("role=\"img\"") && !text.contains("<ten>") && text.contains("&#60;ten&#62;"), "{text}");
        assert!(!text.contains("style=") && !text.contains("NaN"), "{text}");
        let point = |x: f64, y: f64| (Point { x, y }, 0.1);
        let series = Series { points: vec![point(0.0, 0.5), point(1.0, 7.0), point(2.0, -3.0)] };
        let lines = Lines::new("label".to_owned(), &[series.clone(), series], Vec::new(), Vec::new());
        let ends: Vec<f64> = lines.lines.iter().filter_map(|line| Some(line.end?.1)).collect();
        assert!((ends[0] - ends[1]).abs() >= 10.0, "their numbers do not lie upon one another");
        let text = lines.render().expect("renders");
        let coordinates = text.split("points=\"").skip(1).filter_map(|rest| rest.split('"').next());
        for pair in coordinates.flat_map(|points| points.split(' ')) {
            let (x, y) = pair.split_once(',').expect("a pair");
            let (x, y): (f64, f64) = (x.parse().expect("a number"), y.parse().expect("a number"));
            assert!((0.0..=WIDTH).contains(&x) && (0.0..=HEIGHT).contains(&y), "{pair}");
        }
    }
}

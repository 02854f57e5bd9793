//! Curves of turnout, drawn here: a line for each thing that is known by the hour, with a table beside it for whoever cannot see it.

/// Room of the drawing, and of its labels.
const WIDTH: u64 = 640;
const HEIGHT: u64 = 220;
const LEFT: u64 = 56;
const TOP: u64 = 12;
const BOTTOM: u64 = 28;
const RIGHT: u64 = 24;
/// Lines across at most.
const GRID: u64 = 5;
/// Minutes in which the protocol stands behind the last hour.
const AFTER: u64 = 60;

/// A line, or a point where there is one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// For the style.
    pub(crate) class: &'static str,
    /// The path of the line; empty for a single point.
    pub(crate) path: String,
    /// Points with what they say.
    pub(crate) points: Vec<(u64, u64, String)>,
}

/// A drawing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Curve {
    pub(crate) width: u64,
    pub(crate) height: u64,
    pub(crate) lines: Vec<Line>,
    /// Lines across: where, and for which value.
    pub(crate) across: Vec<(u64, String)>,
    /// Hours below: where, and which.
    pub(crate) below: Vec<(u64, String)>,
    pub(crate) left: u64,
    pub(crate) right: u64,
    pub(crate) foot: u64,
}

/// What is to be drawn: by minutes after midnight; values are whole numbers of `unit`.
pub(crate) struct Drawn<'a> {
    pub(crate) told: &'a [(u16, u64)],
    pub(crate) own: &'a [(u16, u64)],
    /// What the protocol says, behind the last hour.
    pub(crate) protocol: Option<u64>,
    /// What values are written with.
    pub(crate) unit: &'static str,
    /// How many of the values' units make one that is written.
    pub(crate) per: u64,
}

impl Curve {
    /// A drawing, if there is anything to draw.
    pub(crate) fn of(drawn: &Drawn<'_>) -> Option<Self> {
        let hours = || drawn.told.iter().chain(drawn.own).map(|(at, _)| u64::from(*at));
        let (first, last) = (hours().min()?, hours().max()?);
        let last = if drawn.protocol.is_some() { last.saturating_add(AFTER) } else { last };
        let values = drawn.told.iter().chain(drawn.own).map(|(_, value)| *value).chain(drawn.protocol);
        let step = step(values.max()?.div_ceil(GRID));
        let top = values_top(drawn, step);
        let span = last.saturating_sub(first).max(1);
        let (wide, high) = (WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM);
        let x =
            |at: u64| LEFT.saturating_add(at.saturating_sub(first).saturating_mul(wide).checked_div(span).unwrap_or(0));
        let y = |value: u64| {
            let up = u128::from(value).saturating_mul(u128::from(high)).checked_div(u128::from(top.max(1)));
            let up = up.and_then(|up| u64::try_from(up).ok()).unwrap_or(0);
            (HEIGHT - BOTTOM).saturating_sub(up.min(high))
        };
        let written = |value: u64| format!("{}{}", value.checked_div(drawn.per).unwrap_or(value), drawn.unit);
        let clock = |at: u64| format!("{:02}:{:02}", at / 60 % 24, at % 60);
        let line = |class: &'static str, values: &[(u16, u64)]| {
            let points: Vec<(u64, u64, String)> = values
                .iter()
                .map(|(at, value)| {
                    let at = u64::from(*at);
                    (x(at), y(*value), format!("{}: {}", clock(at), written(*value)))
                })
                .collect();
            let path: Vec<String> = points.iter().map(|(x, y, _)| format!("{x},{y}")).collect();
            Line { class, path: if points.len() > 1 { path.join(" ") } else { String::new() }, points }
        };
        let mut lines = vec![line("told", drawn.told), line("own", drawn.own)];
        if let Some(protocol) = drawn.protocol {
            let points = vec![(x(last), y(protocol), written(protocol))];
            lines.push(Line { class: "protocol", path: String::new(), points });
        }
        lines.retain(|line| !line.points.is_empty());
        let across = (0..=GRID).map(|at| at.saturating_mul(step)).take_while(|value| *value <= top);
        let mut below: Vec<u64> = hours().collect();
        below.sort_unstable();
        below.dedup();
        Some(Self {
            width: WIDTH,
            height: HEIGHT,
            lines,
            across: across.map(|value| (y(value), written(value))).collect(),
            below: below.into_iter().map(|at| (x(at), clock(at))).collect(),
            left: LEFT,
            right: WIDTH - RIGHT,
            foot: HEIGHT - BOTTOM,
        })
    }
}

fn values_top(drawn: &Drawn<'_>, step: u64) -> u64 {
    let values = drawn.told.iter().chain(drawn.own).map(|(_, value)| *value).chain(drawn.protocol);
    values.max().unwrap_or(0).div_ceil(step.max(1)).saturating_mul(step).max(step)
}

/// The smallest of 1, 2, 5, 10, 20, 50 … that is no smaller.
fn step(least: u64) -> u64 {
    let mut ten: u64 = 1;
    loop {
        for times in [1, 2, 5] {
            let step = ten.saturating_mul(times);
            if step >= least || step == u64::MAX {
                return step;
            }
        }
        ten = ten.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn drawn(told: &[(u16, u64)], own: &[(u16, u64)], protocol: Option<u64>) -> Option<Curve> {
        Curve::of(&Drawn { told, own, protocol, unit: "", per: 1 })
    }

    #[test]
    fn nothing_is_drawn_of_nothing_and_a_point_of_one_value() {
        assert_eq!(drawn(&[], &[], Some(5)), None, "a protocol alone has no hour");
        let curve = drawn(&[(600, 120)], &[], None).expect("is drawn");
        assert_eq!((curve.lines.len(), curve.lines[0].path.as_str()), (1, ""));
        assert_eq!(curve.lines[0].points[0].2, "10:00: 120");
    }

    #[test]
    fn lines_rise_with_their_values_and_steps_are_round() {
        let curve = drawn(&[(600, 100), (720, 300), (1200, 900)], &[(720, 280)], Some(1150)).expect("is drawn");
        let heights: Vec<u64> = curve.lines[0].points.iter().map(|(_, y, _)| *y).collect();
        assert!(heights.is_sorted_by(|one, other| one > other), "{heights:?}");
        assert_eq!(
            curve.across.iter().map(|(_, said)| said.as_str()).collect::<Vec<_>>(),
            ["0", "500", "1000", "1500"]
        );
        assert_eq!(curve.lines.iter().map(|line| line.class).collect::<Vec<_>>(), ["told", "own", "protocol"]);
        let shares = Curve::of(&Drawn { told: &[(600, 4_210)], own: &[], protocol: None, unit: " %", per: 100 });
        assert_eq!(shares.expect("is drawn").across.last().map(|(_, said)| said.as_str()), Some("50 %"));
    }

    proptest! {
        #[test]
        fn whatever_is_drawn_stays_in_the_drawing(
            told in prop::collection::vec((0_u16..1440, any::<u64>()), 0..8),
            own in prop::collection::vec((0_u16..1440, 0_u64..3000), 0..8),
            protocol in prop::option::of(any::<u64>()),
        ) {
            if let Some(curve) = drawn(&told, &own, protocol) {
                for (x, y, _) in curve.lines.iter().flat_map(|line| &line.points) {
                    prop_assert!(*x <= WIDTH && *y <= HEIGHT && *y >= TOP);
                }
                prop_assert!(curve.across.len() <= 7);
            }
        }
    }
}

//! Draws `results/ratios.svg` from the newest committed results: time per event, one bar for each stack.

use deltaic_benches::report::{Report, Time, results};
use plotters::{
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

/// Readable on light and on dark.
const INK: RGBColor = RGBColor(0x7d, 0x85, 0x90);
const OURS: RGBColor = RGBColor(0x2d, 0xa4, 0x4e);
const PEER: RGBColor = RGBColor(0x6c, 0x8e, 0xbf);

const GROUP: &str = "mix, 16KiB";
const WIDTH: i32 = 860;
const BAR: i32 = 20;
const STEP: i32 = 28;
const TOP: i32 = 44;
const LEFT: i32 = 360;
const RIGHT: i32 = 90;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let report = Report::newest()?;
    let mut times: Vec<&Time> = report.times.iter().filter(|time| time.group == GROUP).collect();
    if times.is_empty() {
        return Err(format!("the newest results have no {GROUP}").into());
    }
    times.sort_by(|a, b| a.nanoseconds.total_cmp(&b.nanoseconds));
    let height = TOP + STEP * times.len() as i32 + 24;
    let path = results().join("ratios.svg");
    let root = SVGBackend::new(&path, (WIDTH as u32, height as u32)).into_drawing_area();
    let title = "nanoseconds per event: text with code and Chinese, 16 KiB inputs (log scale)";
    root.draw_text(title, &style(19, HPos::Left), (12, 10))?;
    let longest = times.last().map_or(1.0, |time| time.nanoseconds);
    for (at, time) in times.iter().enumerate() {
        let y = TOP + STEP * at as i32;
        let end = LEFT + length(time.nanoseconds, longest);
        let color = color(&time.stack);
        root.draw_text(&time.stack, &style(16, HPos::Right), (LEFT - 8, y + 3))?;
        root.draw(&Rectangle::new([(LEFT, y), (end, y + BAR)], color.filled()))?;
        root.draw_text(&figure(time.nanoseconds), &style(16, HPos::Left), (end + 6, y + 3))?;
    }
    let source = format!("{} · {} · commit {}", report.date, report.machine, report.commit);
    root.draw_text(&source, &style(13, HPos::Left), (12, height - 18))?;
    root.present()?;
    Ok(())
}

fn style(size: u32, side: HPos) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&INK).pos(Pos::new(side, VPos::Top))
}

fn color(stack: &str) -> RGBColor {
    match stack {
        _ if stack.starts_with("deltaic") => OURS,
        _ if stack.starts_with("floor") || stack.starts_with("cheat") => INK,
        _ => PEER,
    }
}

/// A bar's length: 1 ns has none, the longest time fills the width.
fn length(nanoseconds: f64, longest: f64) -> i32 {
    (f64::from(WIDTH - LEFT - RIGHT) * nanoseconds.max(1.0).ln() / longest.ln()) as i32
}

fn figure(nanoseconds: f64) -> String {
    if nanoseconds < 10.0 { format!("{nanoseconds:.1} ns") } else { format!("{nanoseconds:.0} ns") }
}

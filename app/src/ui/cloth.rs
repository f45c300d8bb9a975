//! The cloth: one stitch is one job aimed at, filled at a hire.

use leptos::prelude::*;

/// How a stitch is drawn.
#[derive(Clone, Copy)]
enum Stitch {
    Woven,
    Open,
}

const COLUMNS: usize = 10;
const STEP: usize = 20;

/// The cloth of a territory: a row of `voices` yellow stitches above, then `woven` filled stitches and `open` hollow ones.
///
/// `name` is what a screen reader says of it.
pub(crate) fn cloth(voices: usize, woven: usize, open: usize, name: String) -> AnyView {
    let total = woven + open;
    let rows = total.div_ceil(COLUMNS).max(1);
    let stitches: String = (0..total)
        .map(|index| {
            let stitch = if index < woven {
                Stitch::Woven
            } else {
                Stitch::Open
            };
            stitch.draw(index % COLUMNS, index / COLUMNS)
        })
        .collect();
    let people: String = (0..voices)
        .map(|index| rectangle("voice", index % COLUMNS, index / COLUMNS))
        .collect();
    let people_rows = voices.div_ceil(COLUMNS).max(1);
    let people_box = view_box(voices.clamp(1, COLUMNS), people_rows);
    let row = (voices > 0).then(|| {
        view! { <svg class="cloth people-row" viewBox=people_box aria-hidden="true" inner_html=people></svg> }
    });
    let cloth = (total > 0).then(|| {
        view! { <svg class="cloth" viewBox=view_box(COLUMNS, rows) role="img" aria-label=name inner_html=stitches></svg> }
    });
    view! {
        {row}
        {cloth}
    }
    .into_any()
}

impl Stitch {
    fn draw(self, column: usize, row: usize) -> String {
        let class = match self {
            Self::Woven => "woven",
            Self::Open => "open",
        };
        rectangle(class, column, row)
    }
}

/// Stitches lie down and stand up in turn, as the weft goes over and under.
fn rectangle(class: &str, column: usize, row: usize) -> String {
    let (x, y) = (column * STEP, row * STEP);
    let (x, y, width, height) = if (column + row).is_multiple_of(2) {
        (x, y + 6, 21, 9)
    } else {
        (x + 6, y, 9, 21)
    };
    format!(r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{height}" rx="4.5"/>"#)
}

fn view_box(columns: usize, rows: usize) -> String {
    format!("-1.5 -1.5 {} {}", columns * STEP + 4, rows * STEP + 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_stitches_cross() {
        assert!(rectangle("open", 0, 0).contains(r#"width="21""#));
        assert!(rectangle("open", 1, 0).contains(r#"width="9""#));
        assert!(rectangle("open", 0, 1).contains(r#"width="9""#));
    }
}

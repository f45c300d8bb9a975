//! The record as a file that a spreadsheet opens.

use super::deeds::Line;
use crate::platform::calendar;
use crate::text::late_text;

/// A table with one line for each entry. It starts with the mark by which spreadsheets know that accents are in UTF-8.
pub(super) fn table(lines: &[Line]) -> String {
    let mut table = "\u{feff}".to_owned();
    add(&mut table, late_text().journal.columns);
    for line in lines {
        let day = calendar::local_day(line.at);
        let (hour, minute) = calendar::time_of(line.at);
        let when = format!(
            "{}-{:02}-{:02} {hour:02}:{minute:02}",
            day.year, day.month, day.day
        );
        add(&mut table, [&when, &line.who, &line.what]);
    }
    table
}

fn add(table: &mut String, cells: [&str; 3]) {
    let cells = cells.map(cell);
    table.push_str(&cells.join(";"));
    table.push_str("\r\n");
}

/// A cell in quotation marks. What a spreadsheet would take for a formula stays words.
fn cell(words: &str) -> String {
    let is_formula = words.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guard = if is_formula { "'" } else { "" };
    format!("\"{guard}{}\"", words.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_never_becomes_a_formula_or_another_cell() {
        assert_eq!(cell("Luc; \"Luc\""), "\"Luc; \"\"Luc\"\"\"");
        assert_eq!(cell("=1+1"), "\"'=1+1\"");
    }
}

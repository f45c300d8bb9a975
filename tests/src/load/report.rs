//! What the benchmark says: tables for people, lines of JSON for programs, and meanwhile what it is doing.

use serde_json::Value;
use std::time::Instant;

/// Where results go. Progress goes to standard error.
#[derive(Debug)]
pub struct Report {
    json: bool,
    started: Instant,
}

/// A table: its title and its columns, then rows of as many cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    title: String,
    rows: Vec<Vec<String>>,
}

impl Report {
    /// Prints lines of JSON instead of tables if `json`.
    pub fn new(json: bool) -> Self {
        Self {
            json,
            started: Instant::now(),
        }
    }

    /// Tells what is being done.
    pub fn progress(&self, doing: &str) {
        let seconds = self.started.elapsed().as_secs();
        eprintln!("[{:>2}:{:02}] {doing}", seconds / 60, seconds % 60);
    }

    /// Prints a table, unless programs are to read the results.
    pub fn table(&self, table: &Table) {
        if !self.json {
            println!("{}", table.text());
        }
    }

    /// Prints a result for programs, if they are to read it.
    pub fn line(&self, result: &Value) {
        if self.json {
            println!("{result}");
        }
    }
}

impl Table {
    /// A table without rows.
    pub fn new<const N: usize>(title: &str, columns: [&str; N]) -> Self {
        Self {
            title: title.to_owned(),
            rows: vec![columns.map(str::to_owned).to_vec()],
        }
    }

    /// Adds a row.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.to_vec());
    }

    /// Columns are aligned, the first to the left, the others to the right.
    fn text(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut text = format!("\n{}\n", self.title);
        for row in &self.rows {
            let mut line = String::new();
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                if column == 0 {
                    line.push_str(&format!("  {cell:<width$}"));
                } else {
                    line.push_str(&format!("  {cell:>width$}"));
                }
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

/// Microseconds as milliseconds with one digit.
pub fn milliseconds(microseconds: f64) -> String {
    format!("{:.1}", microseconds / 1e3)
}

/// Bytes as millions of bytes with one digit.
pub fn megabytes(bytes: f64) -> String {
    format!("{:.1}", bytes / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new("A title", ["server", "µs"]);
        table.row(["maillage".to_owned(), "7".to_owned()]);
        table.row(["x".to_owned(), "1234".to_owned()]);
        let expected = "\nA title\n  server      µs\n  maillage     7\n  x         1234\n";
        assert_eq!(table.text(), expected);
    }
}

//! Plain tables and the closing line of a command that checks something.

use std::process::ExitCode;
use std::time::Duration;

use crate::libtest::Counts;
use crate::project::spoken;

/// What became of one suite or check.
pub(crate) struct Outcome {
    /// Its name, in words.
    pub(crate) name: String,
    /// How many of its tests passed and failed.
    pub(crate) counts: Counts,
    /// How long it took.
    pub(crate) took: Duration,
}

/// Prints the table of outcomes and, as the last line, `N passed, N failed`; tells the failure to the shell.
pub(crate) fn close(outcomes: &[Outcome]) -> ExitCode {
    let total = total(outcomes);
    println!("\n{}", outcome_table(outcomes));
    println!("{} passed, {} failed", total.passed, total.failed);
    if total.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn total(outcomes: &[Outcome]) -> Counts {
    let mut total = Counts::default();
    for Outcome { counts, .. } in outcomes {
        total.passed += counts.passed;
        total.failed += counts.failed;
        total.ignored += counts.ignored;
    }
    total
}

fn outcome_table(outcomes: &[Outcome]) -> String {
    let rows: Vec<_> = outcomes
        .iter()
        .map(|outcome| {
            let Counts {
                passed,
                failed,
                ignored,
            } = outcome.counts;
            vec![
                outcome.name.clone(),
                passed.to_string(),
                failed.to_string(),
                ignored.to_string(),
                spoken(outcome.took),
            ]
        })
        .collect();
    table(&["", "passed", "failed", "left out", "time"], &rows)
}

/// Lines of aligned columns, the first to the left and the others to the right.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let head: Vec<String> = head.iter().map(|&cell| cell.to_owned()).collect();
    let lines: Vec<&Vec<String>> = std::iter::once(&head).chain(rows).collect();
    let width = |column: usize| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let mut text = String::new();
    for line in lines {
        for (column, (cell, width)) in line.iter().zip(&widths).enumerate() {
            match column {
                0 => text.push_str(&format!("  {cell:<width$}")),
                _ => text.push_str(&format!("  {cell:>width$}")),
            }
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(name: &str, passed: u64, failed: u64) -> Outcome {
        Outcome {
            name: name.to_owned(),
            counts: Counts {
                passed,
                failed,
                ignored: 0,
            },
            took: Duration::from_secs(61),
        }
    }

    #[test]
    fn totals_are_over_all_suites() {
        let total = total(&[outcome("one", 3, 0), outcome("two", 4, 1)]);
        assert_eq!((total.passed, total.failed), (7, 1));
    }

    #[test]
    fn columns_are_aligned() {
        let text = outcome_table(&[outcome("shared", 123, 0), outcome("relay", 4, 1)]);
        let expected = "          passed  failed  left out        time
  shared     123       0         0  1 min 01 s
  relay        4       1         0  1 min 01 s
";
        assert_eq!(text, expected);
    }
}

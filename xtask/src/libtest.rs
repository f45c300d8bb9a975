//! Reading what Rust's test runners print.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::process;

/// How many tests passed, failed and were left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) ignored: u64,
}

impl Counts {
    /// A single check that passed or failed.
    pub(crate) fn one(passed: bool) -> Self {
        Self {
            passed: u64::from(passed),
            failed: u64::from(!passed),
            ignored: 0,
        }
    }

    /// Adds a line of output if it is a runner's closing line, such as `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
    fn add_line(&mut self, line: &str) {
        let Some((_, counts)) = line.split_once("test result: ") else {
            return;
        };
        let number = |what: &str| {
            counts
                .split([';', '.'])
                .filter_map(|part| part.trim().strip_suffix(what))
                .find_map(|number| number.trim().parse::<u64>().ok())
                .unwrap_or(0)
        };
        self.passed += number("passed");
        self.failed += number("failed");
        self.ignored += number("ignored");
    }
}

/// Runs tests, lets the developer see all they print, and counts the results.
///
/// A run that ends badly without naming a failed test (it did not compile, or was killed) counts as one failure, and so
/// does a run without a single test.
pub(crate) fn run(command: &mut Command) -> Result<Counts> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("`{}` could not be started", process::shown(command)))?;
    let output = child
        .stdout
        .take()
        .context("the tests have no standard output")?;
    let mut counts = Counts::default();
    for line in BufReader::new(output).split(b'\n') {
        let line = line.context("the output of the tests cannot be read")?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        counts.add_line(&line);
    }
    let status = child.wait().context("waiting for the tests failed")?;
    Ok(conclude(counts, status.success()))
}

fn conclude(mut counts: Counts, success: bool) -> Counts {
    let nothing_ran = counts.passed == 0;
    if (!success || nothing_ran) && counts.failed == 0 {
        counts.failed = 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_add_up() {
        let mut counts = Counts::default();
        counts.add_line("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.31s");
        counts.add_line("test result: FAILED. 3 passed; 2 failed; 0 ignored");
        counts.add_line("test guard::refuses_bundles ... ok");
        let expected = Counts {
            passed: 15,
            failed: 2,
            ignored: 1,
        };
        assert_eq!(counts, expected);
    }

    #[test]
    fn a_run_that_does_not_compile_is_a_failure() {
        assert_eq!(conclude(Counts::default(), false).failed, 1);
    }

    #[test]
    fn a_run_without_a_single_test_is_a_failure() {
        assert_eq!(conclude(Counts::default(), true).failed, 1);
    }

    #[test]
    fn named_failures_are_counted_once() {
        let two = Counts {
            failed: 2,
            ..Counts::default()
        };
        assert_eq!(conclude(two, false).failed, 2);
        assert_eq!(conclude(Counts::one(true), true), Counts::one(true));
    }

    #[test]
    fn a_crash_after_passing_tests_is_a_failure() {
        assert_eq!(conclude(Counts::one(true), false).failed, 1);
    }
}

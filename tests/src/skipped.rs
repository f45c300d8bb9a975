//! Stories that cannot be told on every machine.

use anyhow::Result;
use std::io::Write;

/// Tells whoever runs the tests why a story is left out, past the runner, which keeps what successful tests print to itself.
pub fn skipped<T>(reason: &str) -> Result<Option<T>> {
    writeln!(std::io::stderr(), "SKIPPED, because {reason}")?;
    Ok(None)
}

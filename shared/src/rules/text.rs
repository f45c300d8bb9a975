//! How long texts may be. Applying somebody's letter to a text costs time in the length of that text, on every phone.

use crate::command::CommandError;

/// The longest name, title or short answer, in UTF-16 code units.
pub const LINE_UNITS: usize = 200;
/// The longest need, reason or evidence, in UTF-16 code units.
pub const NOTE_UNITS: usize = 2_000;
/// The longest section of a sheet, in UTF-16 code units: a letter into a text of 10,000 costs a phone some 10 ms.
pub const SECTION_UNITS: usize = 10_000;

/// The length of a text as browsers and documents count it.
pub fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// A line that must say something, without the blanks around it.
pub(crate) fn line(text: &str) -> Result<&str, CommandError> {
    required(text, LINE_UNITS)
}

/// A longer text that must say something, without the blanks around it.
pub(crate) fn note(text: &str) -> Result<&str, CommandError> {
    required(text, NOTE_UNITS)
}

/// A line that may stay empty, without the blanks around it.
pub(crate) fn optional_line(text: &str) -> Result<&str, CommandError> {
    limited(text.trim(), LINE_UNITS)
}

/// A longer text that may stay empty, without the blanks around it.
pub(crate) fn optional_note(text: &str) -> Result<&str, CommandError> {
    limited(text.trim(), NOTE_UNITS)
}

/// The text of a section, as it is.
pub(crate) fn section(text: &str) -> Result<&str, CommandError> {
    limited(text, SECTION_UNITS)
}

fn required(text: &str, limit: usize) -> Result<&str, CommandError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(CommandError::Empty);
    }
    limited(text, limit)
}

fn limited(text: &str, limit: usize) -> Result<&str, CommandError> {
    let found = units(text);
    if found > limit {
        return Err(CommandError::TooLong { found, limit });
    }
    Ok(text)
}

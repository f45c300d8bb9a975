//! The texts of a job sheet that people write together.

use super::field::map_at;
use super::job_sheet;
use crate::command::CommandError;
use crate::doc::{Document, Imported, string_at};
use crate::rules::text;
use crate::snapshot::Sections;
use automerge::transaction::{Transactable, Transaction};
use automerge::{Automerge, ObjId, ObjType, ROOT, ReadDoc, Value};

/// One text of a job sheet. Screens list them in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// The same in short sentences with known words (version facile).
    EasyVersion,
    /// The need it answers.
    Need,
    /// The work to do.
    Tasks,
    /// Whom it serves directly.
    Beneficiaries,
    /// Whom it serves indirectly.
    IndirectBeneficiaries,
    /// What one can do, or will learn, to hold the job.
    Skills,
    /// The training at the start.
    InitialTraining,
    /// Tools, rooms, vehicles.
    Material,
    /// Who already does something close, and how to work together.
    Synergies,
}

coded!(Section {
    EasyVersion => "easy_version",
    Need => "need",
    Tasks => "tasks",
    Beneficiaries => "beneficiaries",
    IndirectBeneficiaries => "indirect_beneficiaries",
    Skills => "skills",
    InitialTraining => "initial_training",
    Material => "material",
    Synergies => "synergies",
});

impl Section {
    /// How many sections a sheet has.
    pub const COUNT: usize = Self::ALL.len();

    /// What an import did to this section's text, in the order in which to replay it on a shown copy.
    pub fn splices(self, imported: &Imported) -> Vec<Splice> {
        imported
            .splices
            .iter()
            .filter(|splice| splice.path == [job_sheet::SECTIONS, self.code()])
            .map(|splice| Splice {
                at: splice.at,
                delete: splice.delete,
                insert: splice.insert.clone(),
            })
            .collect()
    }

    /// Its place in reading order, from 0.
    pub fn position(self) -> usize {
        self as usize
    }

    /// The keys that lead from the root of a sheet to this text.
    pub fn path(self) -> [&'static str; 2] {
        [job_sheet::SECTIONS, self.code()]
    }

    /// This text of a sheet alone, empty when nobody has written it.
    pub fn text_in(self, sheet: &Document) -> String {
        map_at(sheet.reader(), &ROOT, job_sheet::SECTIONS)
            .and_then(|sections| string_at(sheet.reader(), &sections, self.code()))
            .unwrap_or_default()
    }
}

/// One edit to a text, in UTF-16 code units. Edits in a list apply one after the other, each to the result of the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Splice {
    /// Where, in UTF-16 code units.
    pub at: usize,
    /// How many UTF-16 code units disappear there.
    pub delete: usize,
    /// What appears there instead.
    pub insert: String,
}

impl Splice {
    /// The same edit, where it can apply to these UTF-16 code units.
    pub fn clamped(&self, units: &[u16]) -> Self {
        let at = pair_start(units, self.at.min(units.len()));
        let end = self.at.saturating_add(self.delete).min(units.len());
        let end = if self.delete == 0 {
            at
        } else {
            pair_end(units, end)
        };
        Self {
            at,
            delete: end - at,
            insert: self.insert.clone(),
        }
    }
}

/// Whether a position lies between the two halves of a surrogate pair.
pub(crate) fn splits_pair(units: &[u16], position: usize) -> bool {
    position > 0
        && position < units.len()
        && (0xD800..0xDC00).contains(&units[position - 1])
        && (0xDC00..0xE000).contains(&units[position])
}

/// The position, or the start of the pair it splits.
pub(crate) fn pair_start(units: &[u16], position: usize) -> usize {
    position - usize::from(splits_pair(units, position))
}

/// The position, or the end of the pair it splits.
pub(crate) fn pair_end(units: &[u16], position: usize) -> usize {
    position + usize::from(splits_pair(units, position))
}

/// The text of a section, if a text is what stands there.
pub(crate) fn text_of(reader: &impl ReadDoc, section: Section) -> Option<ObjId> {
    let sections = map_at(reader, &ROOT, job_sheet::SECTIONS)?;
    match reader.get(&sections, section.code()) {
        Ok(Some((Value::Object(ObjType::Text), id))) => Some(id),
        _ => None,
    }
}

/// Reads every section; a string that is not a text reads like one.
pub(crate) fn read_all(reader: &Automerge, container: Option<&ObjId>) -> Sections {
    let Some(container) = container else {
        return Sections::default();
    };
    Sections {
        texts: Section::ALL
            .map(|section| string_at(reader, container, section.code()).unwrap_or_default()),
    }
}

/// Applies edits one after the other. Positions out of bounds move to the end; positions inside a surrogate pair move to its
/// start, and a deletion that ends inside one takes the whole of it.
pub(crate) fn edit(
    transaction: &mut Transaction<'_>,
    section: Section,
    splices: &[Splice],
) -> Result<(), CommandError> {
    let object = text_of(transaction, section).ok_or(CommandError::Misshapen(section.code()))?;
    let mut shown: Vec<u16> = transaction.text(&object)?.encode_utf16().collect();
    let before = shown.len();
    for splice in splices {
        let splice = splice.clamped(&shown);
        let end = splice.at + splice.delete;
        shown.splice(splice.at..end, splice.insert.encode_utf16());
        // automerge counts deletions as a signed number; a text never comes near its limit.
        let delete = isize::try_from(splice.delete).unwrap_or(isize::MAX);
        transaction.splice_text(&object, splice.at, delete, &splice.insert)?;
    }
    // A text that another make of client made too long may still be shortened.
    if shown.len() > text::SECTION_UNITS && shown.len() > before {
        return Err(CommandError::TooLong {
            found: shown.len(),
            limit: text::SECTION_UNITS,
        });
    }
    Ok(())
}

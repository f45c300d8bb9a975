//! The texts of a job sheet that people write together.

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

    /// Its place in reading order, from 0.
    pub fn position(self) -> usize {
        self as usize
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

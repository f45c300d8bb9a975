//! The states of a job sheet.

/// Where a job sheet stands. Screens say: Idée, Brouillon, Avis des partenaires, Acceptée, Essai, Active, Arrêtée.
///
/// The order is the order of the work; [`crate::rules::moves`] says which moves are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum SheetState {
    /// Somebody had an idea.
    #[default]
    Idea,
    /// A group is writing it.
    Draft,
    /// The partners give their opinion.
    Concertation,
    /// The group has decided to do it.
    Accepted,
    /// It is being tried, in a legal frame.
    Trial,
    /// People are employed in it.
    Active,
    /// It has ended, or never began.
    Stopped,
}

coded!(SheetState {
    Idea => "idea",
    Draft => "draft",
    Concertation => "concertation",
    Accepted => "accepted",
    Trial => "trial",
    Active => "active",
    Stopped => "stopped",
});

impl SheetState {
    /// The state that follows in the order of the work; nothing follows a stop.
    pub fn next(self) -> Option<Self> {
        let position = Self::ALL.iter().position(|state| *state == self)?;
        Self::ALL.get(position + 1).copied()
    }
}

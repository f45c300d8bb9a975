//! The conditions to check before the next state (à vérifier).

/// What a guard-rail is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GuardRailTopic {
    /// The legal frame.
    LegalFrame,
    /// The insurance.
    Insurance,
    /// The permit, or the access to the profession.
    Permit,
    /// The funding.
    Funding,
    /// No competition with work already done here.
    NonCompetition,
    /// The safety of people.
    Safety,
    /// Working conditions, and no existing post replaced: the unions' opinion.
    WorkingConditions,
    /// Neither the market nor the State covers the need.
    NeedNotCovered,
    /// Volunteers want this work.
    VolunteersWantIt,
    /// Something else, named by its label.
    Other,
}

coded!(GuardRailTopic {
    LegalFrame => "legal_frame",
    Insurance => "insurance",
    Permit => "permit",
    Funding => "funding",
    NonCompetition => "non_competition",
    Safety => "safety",
    WorkingConditions => "working_conditions",
    NeedNotCovered => "need_not_covered",
    VolunteersWantIt => "volunteers_want_it",
    Other => "other",
});

impl GuardRailTopic {
    /// What every sheet proposes to check from its first minute.
    pub const PROPOSED: [Self; 7] = [
        Self::LegalFrame,
        Self::Insurance,
        Self::Permit,
        Self::Funding,
        Self::NonCompetition,
        Self::Safety,
        Self::WorkingConditions,
    ];
}

/// Whether a guard-rail is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum GuardRailState {
    /// Pas encore.
    #[default]
    NotYet,
    /// En attente: the question has been asked.
    Waiting,
    /// Oui.
    Met,
    /// Non.
    NotMet,
    /// Sans objet: it does not concern this sheet.
    DoesNotApply,
}

coded!(GuardRailState {
    NotYet => "not_yet",
    Waiting => "waiting",
    Met => "met",
    NotMet => "not_met",
    DoesNotApply => "does_not_apply",
});

impl GuardRailState {
    /// Whether nothing remains to be done about it.
    pub fn is_settled(self) -> bool {
        matches!(self, Self::Met | Self::DoesNotApply)
    }
}

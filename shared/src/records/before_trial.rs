//! The four points that a named person records before a trial.

/// One of the four points. Unpaid help to a firm is undeclared work, so no sheet enters a trial before all are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TrialPoint {
    /// Who employs during the trial.
    Employer,
    /// In what legal frame.
    LegalFrame,
    /// Insurer and policy.
    Insurance,
    /// The effect on allowance, RIS or mutuelle.
    Allowance,
}

coded!(TrialPoint {
    Employer => "employer",
    LegalFrame => "legal_frame",
    Insurance => "insurance",
    Allowance => "allowance",
});

/// The legal frames in which a trial may happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LegalFrame {
    /// An employment contract.
    Contract,
    /// A Forem placement (MISIP) or training plan (PFI).
    ForemPlacement,
    /// Article 60 § 7 of the organic law on the CPAS.
    Article60,
    /// Declared voluntary work. An asbl needs the ONEM form C45B beforehand.
    DeclaredVolunteering,
}

coded!(LegalFrame {
    Contract => "contract",
    ForemPlacement => "misip_pfi",
    Article60 => "article_60",
    DeclaredVolunteering => "declared_volunteering",
});

/// What is recorded of one of the four points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrialPointValue {
    /// Who employs.
    Employer(String),
    /// In what legal frame.
    LegalFrame(LegalFrame),
    /// Insurer and policy.
    Insurance(String),
    /// What the rule says, for everyone; nothing is asked of people.
    Allowance(String),
}

impl TrialPointValue {
    /// The point it is about.
    pub fn point(&self) -> TrialPoint {
        match self {
            Self::Employer(_) => TrialPoint::Employer,
            Self::LegalFrame(_) => TrialPoint::LegalFrame,
            Self::Insurance(_) => TrialPoint::Insurance,
            Self::Allowance(_) => TrialPoint::Allowance,
        }
    }
}

//! The organisations around the table.

/// What sort of organisation a partner is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartnerKind {
    /// Commune.
    Municipality,
    /// Centre public d'action sociale.
    Cpas,
    /// Centre d'insertion socioprofessionnelle.
    Cisp,
    /// Entreprise d'insertion.
    Ei,
    /// Entreprise de travail adapté.
    Eta,
    /// Mission régionale pour l'emploi.
    Mire,
    /// Agence locale pour l'emploi.
    Ale,
    /// Syndicat.
    Union,
    /// Forem.
    Forem,
    /// Entreprise.
    Firm,
    /// Association sans but lucratif.
    Asbl,
    /// Groupe d'habitants.
    Inhabitants,
    /// Something else.
    Other,
}

coded!(PartnerKind {
    Municipality => "municipality",
    Cpas => "cpas",
    Cisp => "cisp",
    Ei => "ei",
    Eta => "eta",
    Mire => "mire",
    Ale => "ale",
    Union => "union",
    Forem => "forem",
    Firm => "firm",
    Asbl => "asbl",
    Inhabitants => "inhabitants",
    Other => "other",
});

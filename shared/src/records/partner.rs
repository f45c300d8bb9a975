//! The organisations around the table.

use super::field::{field, records};
use crate::id::RecordId;
use crate::order;
use crate::snapshot::PartnerSnapshot;
use automerge::{Automerge, ObjId};

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

pub(crate) const NAME: &str = "name";
pub(crate) const KIND: &str = "type";
pub(crate) const ZONE: &str = "zone";
pub(crate) const SECTOR: &str = "sector";
pub(crate) const PUBLIC: &str = "public";
pub(crate) const CONTACT: &str = "contact";

/// Reads every partner, by name.
pub(crate) fn read_all(reader: &Automerge, container: Option<&ObjId>) -> Vec<PartnerSnapshot> {
    let mut all: Vec<_> = records(reader, container)
        .into_iter()
        .map(|(key, id)| PartnerSnapshot {
            id: RecordId::from_key(key),
            name: field(reader, &id, NAME),
            kind: field(reader, &id, KIND),
            zone: field(reader, &id, ZONE),
            sector: field(reader, &id, SECTOR),
            public: field(reader, &id, PUBLIC),
            contact: field(reader, &id, CONTACT),
        })
        .collect();
    order::by_key(&mut all, |partner| {
        (partner.name.words().to_lowercase(), partner.id.clone())
    });
    all
}

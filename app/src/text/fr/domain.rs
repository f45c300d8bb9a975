//! The glossary in French.

use super::NBSP;
use crate::text::keys::{Domain, Glossary, LocalDay};
use maillage_shared::identity::Role;
use maillage_shared::records::{
    ContractType, GuardRailState, GuardRailTopic, LegalFrame, PartnerKind, Section, SheetState,
    Trade, TrialPoint,
};

/// The words of the glossary.
pub(super) const DOMAIN: Domain = Domain {
    state: |state| match state {
        SheetState::Idea => "Idée",
        SheetState::Draft => "Brouillon",
        SheetState::Concertation => "Avis des partenaires",
        SheetState::Accepted => "Acceptée",
        SheetState::Trial => "Essai",
        SheetState::Active => "Active",
        SheetState::Stopped => "Arrêtée",
    },
    trade: |trade| match trade {
        Trade::BikeRepair => "Réparation de vélos".to_owned(),
        Trade::Deconstruction => "Déconstruction".to_owned(),
        Trade::ElectricalWaste => "Déchets électriques et électroniques".to_owned(),
        Trade::Woodwork => "Bois et menuiserie".to_owned(),
        Trade::SocialConcierge => "Conciergerie sociale".to_owned(),
        Trade::Other(words) => words.clone(),
    },
    partner: |kind| match kind {
        PartnerKind::Municipality => "Commune",
        PartnerKind::Cpas => "CPAS",
        PartnerKind::Cisp => "CISP",
        PartnerKind::Ei => "Entreprise d’insertion",
        PartnerKind::Eta => "Entreprise de travail adapté",
        PartnerKind::Mire => "MIRE",
        PartnerKind::Ale => "ALE",
        PartnerKind::Union => "Syndicat",
        PartnerKind::Forem => "Forem",
        PartnerKind::Firm => "Entreprise",
        PartnerKind::Asbl => "Asbl",
        PartnerKind::Inhabitants => "Groupe d’habitants",
        PartnerKind::Other => "Autre",
    },
    role,
    day,
    someone: "quelqu’un",
    helped_by: |name| format!("aide\u{a0}: {name}"),
};

/// The words of the glossary that only late screens say.
pub(super) const GLOSSARY: Glossary = Glossary {
    section: |section| match section {
        Section::EasyVersion => "Version facile",
        Section::Need => "Le besoin",
        Section::Tasks => "Le travail à faire",
        Section::Beneficiaries => "Pour qui",
        Section::IndirectBeneficiaries => "À qui cela sert aussi",
        Section::Skills => "Savoir-faire",
        Section::InitialTraining => "Formation au début",
        Section::Material => "Matériel et lieu",
        Section::Synergies => "Qui le fait déjà",
    },
    topic: |topic| match topic {
        GuardRailTopic::LegalFrame => "Cadre légal",
        GuardRailTopic::Insurance => "Assurance",
        GuardRailTopic::Permit => "Permis ou accès au métier",
        GuardRailTopic::Funding => "Financement",
        GuardRailTopic::NonCompetition => "Pas de concurrence",
        GuardRailTopic::Safety => "Sécurité",
        GuardRailTopic::WorkingConditions => "Conditions de travail, aucun poste remplacé",
        GuardRailTopic::NeedNotCovered => "Le besoin n’est pas couvert",
        GuardRailTopic::VolunteersWantIt => "Des volontaires veulent ce travail",
        GuardRailTopic::Other => "Autre point",
    },
    guard_rail_state: |state| match state {
        GuardRailState::NotYet => "Pas encore",
        GuardRailState::Waiting => "En attente",
        GuardRailState::Met => "Oui",
        GuardRailState::NotMet => "Non",
        GuardRailState::DoesNotApply => "Pas nécessaire ici",
    },
    trial_point: |point| match point {
        TrialPoint::Employer => "Employeur",
        TrialPoint::LegalFrame => "Cadre légal",
        TrialPoint::Insurance => "Assurance",
        TrialPoint::Allowance => "Effet sur l’allocation",
    },
    legal_frame: |frame| match frame {
        LegalFrame::Contract => "Contrat",
        LegalFrame::ForemPlacement => "MISIP ou PFI du Forem",
        LegalFrame::Article60 => "Article 60",
        LegalFrame::DeclaredVolunteering => "Bénévolat déclaré",
    },
    contract: |contract| match contract {
        ContractType::Permanent => "Durée indéterminée".to_owned(),
        ContractType::FixedTerm => "Durée déterminée".to_owned(),
        ContractType::Article60 => "Article 60".to_owned(),
        ContractType::Other(words) => words.clone(),
    },
    someone_else: "Une autre personne",
};

fn day(day: LocalDay, today: LocalDay) -> String {
    const MONTHS: [&str; 12] = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ];
    match today.number - day.number {
        0 => return "aujourd’hui".to_owned(),
        1 => return "hier".to_owned(),
        -1 => return "demain".to_owned(),
        _ => {}
    }
    let month = MONTHS
        .get(day.month.saturating_sub(1) as usize)
        .copied()
        .unwrap_or_default();
    let number = if day.day == 1 {
        "1er".to_owned()
    } else {
        day.day.to_string()
    };
    if day.year == today.year {
        format!("le {number}{NBSP}{month}")
    } else {
        format!("le {number}{NBSP}{month} {}", day.year)
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Guest => "Invité",
        Role::Volunteer => "Volontaire",
        Role::Partner => "Partenaire",
        Role::Facilitator => "Animateur",
        Role::Team => "Équipe projet",
        Role::Committee => "Comité local",
        Role::Mentor => "Mentor",
        Role::Observer => "Observateur",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(year: i32, month: u32, day: u32, number: i64) -> LocalDay {
        LocalDay {
            year,
            month,
            day,
            number,
        }
    }

    #[test]
    fn days_are_said_as_people_say_them() {
        let today = at(2026, 11, 22, 100);
        assert_eq!(day(today, today), "aujourd’hui");
        assert_eq!(day(at(2026, 11, 21, 99), today), "hier");
        assert_eq!(day(at(2026, 12, 1, 109), today), "le 1er\u{a0}décembre");
        assert_eq!(
            day(at(2025, 12, 31, -226), today),
            "le 31\u{a0}décembre 2025"
        );
    }
}

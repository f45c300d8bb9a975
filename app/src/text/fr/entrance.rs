//! Coming in, in French.

use super::super::keys::{Door, Entering, Refusal};
use maillage_shared::identity::Role;
use maillage_shared::roster::Denied;

pub(super) const DOOR: Door = Door {
    title: "Il faut un lien pour entrer",
    with_link: "Scannez le code carré de la salle avec l’appareil photo. Ou touchez le lien reçu.",
    code: "Ou tapez le code de six lettres",
    code_hint: "Demandez-le à l’animateur.",
    not_a_code: "Le code a six lettres. Vérifiez chaque lettre.",
    go_on: "Continuer",
    no_link: "Ce lien ne marche plus",
    no_link_next: "Demandez un nouveau lien à l’animateur.",
    no_code: "Ce code ne marche pas",
    no_code_next: "Vérifiez les six lettres. Ou demandez un nouveau code à l’animateur.",
    who: "Qui écrit maintenant\u{a0}?",
    scan: "Scanner avec l’appareil photo",
    card: "J’ai une carte de secours",
};

pub(super) const ENTERING: Entering = Entering {
    title: "On vous inscrit…",
    soon: "Un instant.",
    offline: "Pas de réseau\u{a0}: cela se fera tout seul.",
    kept: "Vous n’avez rien à refaire.",
    stop: "Arrêter",
    other_way: "Taper un autre code",
    refusal: |why| match why {
        Denied::NoInvitation => Refusal {
            title: "Ce lien ne marche plus",
            next: "Demandez un nouveau lien à l’animateur.",
        },
        Denied::UsedUp => Refusal {
            title: "Ce lien a déjà servi",
            next: "Demandez un nouveau lien à l’animateur.",
        },
        Denied::NotAllowed => Refusal {
            title: "Ce téléphone ne peut pas entrer",
            next: "Parlez-en à l’équipe projet.",
        },
        Denied::Full => Refusal {
            title: "Le territoire est complet",
            next: "Parlez-en à l’équipe projet.",
        },
        Denied::TooOften => Refusal {
            title: "Trop d’essais pour le moment",
            next: "Attendez quelques minutes. Cela se fera tout seul.",
        },
        Denied::NotKept => Refusal {
            title: "Le serveur n’a pas pu vous inscrire",
            next: "Cela se fera tout seul. Laissez cette page ouverte.",
        },
        Denied::NotConfirmed => Refusal {
            title: "L’équipe doit confirmer",
            next: "Deux personnes confirment que c’est vous. Laissez cette page ouverte.",
        },
        Denied::Unknown | Denied::LastOfTeam | Denied::Changed => Refusal {
            title: "Vous n’avez pas pu entrer",
            next: "Demandez un nouveau lien à l’animateur.",
        },
    },
    letters: "Montrez ces lettres à l’équipe",
};

/// What whoever comes in becomes.
pub(super) fn enter_as(role: Role) -> &'static str {
    match role {
        Role::Guest => "Vous entrez comme invité.",
        Role::Volunteer => "Vous entrez comme volontaire.",
        Role::Partner => "Vous entrez comme partenaire.",
        Role::Facilitator => "Vous entrez comme animateur.",
        Role::Team => "Vous entrez dans l’équipe projet.",
        Role::Committee => "Vous entrez comme membre du comité local.",
        Role::Mentor => "Vous entrez comme mentor.",
        Role::Observer => "Vous entrez comme observateur.",
    }
}

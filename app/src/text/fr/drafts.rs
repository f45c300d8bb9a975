//! What the group did not get, in French.

use super::super::keys::Drafts;
use maillage_shared::sync::client::Rejection;

pub(super) const DRAFTS: Drafts = Drafts {
    title: "Pas envoyé au groupe",
    body: "Ces mots n’ont pas été envoyés au groupe. Ils sont gardés sur ce téléphone. Personne d’autre ne les voit.",
    nothing: "Il n’y a rien ici.",
    nothing_body: "Tout ce que vous écrivez part vers le groupe.",
    why: |why| match why {
        Rejection::NotAllowed => "Vous ne pouvez plus écrire ici.",
        Rejection::TooLarge => {
            "C’est trop long pour le groupe. Copiez ces mots. Remettez-les en plusieurs fois."
        }
        Rejection::Author => {
            "Une autre personne a écrit une partie de ces mots. Son téléphone ne les a pas envoyés."
        }
        Rejection::SpaceFull => "Le groupe n’a plus de place.",
        Rejection::NotAccepted => "Le groupe n’a pas pu recevoir ces mots.",
    },
    gone: "Une fiche qui n’est plus ici",
    field: "Autre information",
    sheet_title: "Titre de la fiche",
    need: "Besoin",
    choices: |count| match count {
        1 => "Et 1 choix, qui n’est pas envoyé non plus.".to_owned(),
        _ => format!("Et {count} choix, qui ne sont pas envoyés non plus."),
    },
    instead_of: "À la place de",
    taken_away: "Vous aviez enlevé",
    put_back: "Remettre dans le texte",
    is_back: "C’est remis dans le texte.",
    no_room: "Le texte n’a plus de place. Copiez ces mots.",
    copy: "Copier",
    copied: "C’est copié.",
    not_copied: "La copie ne marche pas ici. Appuyez longtemps sur les mots.",
    open: "Voir la fiche",
    erase: "Effacer",
    erase_question: "Effacer ces mots de ce téléphone\u{a0}?",
    erase_consequence: "Le groupe ne les a pas. Ils seront perdus.",
    spare: "Garder ces mots",
    erase_now: "Effacer pour toujours",
    waits: "Un texte attend",
    waits_body: "Il ne peut pas partir d’ici. La suite attend aussi. Vous pouvez continuer sans ces mots. Ils restent gardés ici.",
    go_on: "Continuer sans ces mots",
};

//! What was erased, and striking words out, in French.

use super::super::keys::{Erasing, Rewritten};
use super::{NBSP, counted};

pub(super) const REWRITTEN: Rewritten = Rewritten {
    title: "L’équipe a rayé des mots d’une fiche. Vos mots à vous sont gardés ici.",
    see: "Voir mes mots",
};

pub(super) const ERASING: Erasing = Erasing {
    link: "Rayer des mots ou effacer",
    title: "Rayer des mots",
    in_sheet: |title| format!("Dans la fiche «{NBSP}{title}{NBSP}»."),
    which: "Quels mots faut-il rayer\u{a0}?",
    which_hint: "Un nom, ou un numéro de téléphone.",
    found: |count| {
        counted(
            count,
            "Ces mots ne sont pas dans la fiche.",
            "fois dans la fiche.",
            "fois dans la fiche.",
        )
    },
    in_title: "Le titre",
    in_facts: "Les réponses courtes",
    title_stays: "L’ancien titre reste dans l’histoire du territoire.",
    strike: "Rayer ces mots",
    strike_question: "Rayer ces mots pour toujours\u{a0}?",
    strike_consequences: [
        "La fiche est récrite sans ces mots.",
        "On ne saura plus qui a écrit quelle phrase.",
        "Les versions pas encore choisies disparaissent.",
        "Un téléphone sans réseau suit à son retour.",
        "Le papier et les sauvegardes gardent ces mots.",
    ],
    strike_nothing: "Ne rien rayer",
    strike_now: "Rayer pour toujours",
    mark: "[rayé]",
    whole: "Effacer toute la fiche",
    whole_body: "Quand rien de la fiche ne doit rester.",
    erase: "Effacer la fiche",
    erase_question: "Effacer la fiche pour toujours\u{a0}?",
    erase_consequences: [
        "Elle quitte le serveur et tous les téléphones.",
        "Un texte écrit sans réseau dans cette fiche est perdu.",
        "Son titre reste dans l’histoire du territoire.",
        "On ne peut pas revenir en arrière.",
    ],
    keep_sheet: "Garder la fiche",
    erase_now: "Effacer pour toujours",
    under_way: "Un instant…",
    erased_title: "Fiche effacée",
    erased: "Ce document a été effacé par l’équipe.",
    erased_unsaid: "Ce que vous y avez écrit sans réseau est effacé aussi.",
    sheets: "Voir les fiches",
    struck: "L’équipe a rayé des mots de cette fiche.",
    your_words: "Vos mots gardés",
    your_words_body: "L’équipe a récrit la fiche pendant que vous n’aviez pas de réseau. Vos mots ne sont pas dans la nouvelle fiche. \
                      Vous pouvez les y remettre.",
    copy: "Copier mes mots",
    copied: "Mots copiés.",
    drop: "Je n’en ai plus besoin",
    person: |name| format!("Effacer {name}"),
    person_question: |name| format!("Effacer {name} pour toujours{NBSP}?"),
    person_consequences: [
        "Son nom et son image disparaissent partout.",
        "Ses documents personnels sont effacés.",
        "Ses phrases dans les fiches restent, sans son nom.",
        "Un téléphone sans réseau oublie à son retour.",
        "On ne peut pas revenir en arrière.",
    ],
};

//! What was done about who may do what, in French: sentences that begin with the name of whoever did it.

use super::super::keys::{Deeds, Invited, Journal, Waiting};
use super::domain::DOMAIN;
use super::{NBSP, counted};
use maillage_shared::identity::Role;

pub(super) const JOURNAL: Journal = Journal {
    title: "Journal des accès",
    about: "Qui a invité qui, qui a changé un rôle, et quand. Seule l’équipe projet le lit.",
    open: "Journal des accès",
    needs_network: "Il faut le réseau pour lire le journal.",
    needs_network_body: "Il se charge tout seul avec le réseau.",
    loading: "Le journal arrive…",
    of: "Qui",
    everyone: "Tout le monde",
    more: "Voir la suite",
    nothing: "Rien pour cette personne.",
    count: |count| counted(count, "Aucune ligne", "ligne", "lignes"),
    save: "Enregistrer dans un fichier",
    columns: ["Quand", "Qui", "Quoi"],
    when: |day, hour, minute| format!("{day}, {hour}{NBSP}h{NBSP}{minute:02}"),
    called: |name, number| format!("{name} ({number})"),
    erased: "Une personne effacée",
    server: "Le serveur",
    unknown_phone: "Un téléphone inconnu",
    deeds: Deeds {
        invited: |invited| {
            let Invited {
                number,
                role,
                uses,
                meeting,
            } = invited;
            let people = counted(*uses as usize, "", "personne", "personnes");
            let role = role.map_or(String::new(), |role| format!(", {}", named(&[role])));
            let meeting = meeting.map_or(String::new(), |name| {
                format!(", rencontre «{NBSP}{name}{NBSP}»")
            });
            format!("a préparé l’invitation {number}{NBSP}: {people}{role}{meeting}.")
        },
        stopped_invitation: |number| format!("a arrêté l’invitation {number}."),
        stopped_ticket: |number| format!("a retiré l’accès {number} d’un programme."),
        called_off: "a refusé le retour d’une personne sans téléphone.",
        joined: |invitation, role| {
            let role = role.map_or(String::new(), |role| format!(", comme {}", named(&[role])));
            format!("entre avec l’invitation {invitation}{role}.")
        },
        faced: |name| format!("se montre comme {name}."),
        became: |whom, roles| match whom {
            Some(whom) => format!("a donné ces rôles à {whom}{NBSP}: {}.", named(roles)),
            None => format!("a changé ses propres rôles{NBSP}: {}.", named(roles)),
        },
        removed: |whom| match whom {
            Some(whom) => format!("a retiré {whom} du groupe."),
            None => "a quitté le groupe.".to_owned(),
        },
        erased: |whom| match whom {
            Some(whom) => format!("a effacé {whom}."),
            None => "a quitté le territoire et tout effacé.".to_owned(),
        },
        ticketed: |number, label, roles| {
            let label = if label.is_empty() {
                String::new()
            } else {
                format!(" «{NBSP}{label}{NBSP}»")
            };
            format!(
                "a donné l’accès {number} à un programme{label}{NBSP}: {}.",
                named(roles)
            )
        },
        made_card: "a fait une carte de secours.",
        awaited_phone: "a montré un code pour un autre téléphone.",
        brought: |whom, alone| {
            let whom = whom.map_or("de cette personne".to_owned(), |whom| format!("de {whom}"));
            let rest = if alone {
                " Ses autres téléphones ne servent plus."
            } else {
                ""
            };
            format!("a fait entrer un autre téléphone {whom}.{rest}")
        },
        dropped: "a effacé un document.",
        struck: "a rayé des mots d’un document.",
        set_back: "est revenu à une copie plus ancienne.",
        let_in: |who| format!("a accepté des mots apportés par {who}."),
        thrown_away: |who| format!("a refusé des mots apportés par {who}."),
        lost: |whom| match whom {
            Some(whom) => format!("a dit perdu un téléphone de {whom}."),
            None => "a dit perdu un de ses téléphones.".to_owned(),
        },
        called_back: |whom| format!("a préparé le retour de {whom}, sans téléphone ni carte."),
        knocked: |whom, letters| format!("a dit être {whom}. Lettres{NBSP}: {letters}."),
        confirmed: |whom, letters| {
            format!("a confirmé que le téléphone {letters} est celui de {whom}.")
        },
    },
};

pub(super) const WAITING: Waiting = Waiting {
    title: "Mots en attente",
    about: "Une personne a apporté des mots écrits par quelqu’un d’autre. Rien ne prouve qui les a écrits. Lisez-les, puis décidez.",
    open: "Mots en attente",
    needs_network: "Il faut le réseau pour lire ces mots.",
    needs_network_body: "Ils se chargent tout seuls avec le réseau.",
    loading: "Les mots arrivent…",
    none: "Rien n’attend.",
    none_body: "Tout ce que le groupe a écrit est arrivé.",
    in_sheet: |title| format!("Dans la fiche «{NBSP}{title}{NBSP}»"),
    elsewhere: "Dans un autre document",
    brought_by: |who, when| format!("Apporté par {who}, {when}."),
    read: "Lire ces mots",
    no_words: "Il n’y a pas de mots. C’est un choix, une date ou une suppression.",
    unreadable: "Ces mots ne se lisent pas. Refusez-les.",
    accept: "Accepter ces mots",
    refuse: "Refuser ces mots",
};

/// Roles as one says them one after the other.
fn named(roles: &[Role]) -> String {
    let names: Vec<String> = roles
        .iter()
        .map(|role| (DOMAIN.role)(*role).to_lowercase())
        .collect();
    names.join(", ")
}

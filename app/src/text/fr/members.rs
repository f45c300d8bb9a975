//! Who belongs to the territory, in French.

use super::super::keys::{Invite, Meeting, Members, Rights};
use super::{NBSP, counted};
use maillage_shared::identity::Role;
use maillage_shared::roster::Denied;

pub(super) const MEMBERS: Members = Members {
    title: "Personnes et rôles",
    count: |count| counted(count, "Personne pour le moment.", "personne", "personnes"),
    on_their_way: "Les noms arrivent avec le réseau.",
    invite: "Inviter quelqu’un",
    me: " (vous)",
    gone: "N’est plus membre",
    roles_of: |name| format!("Les rôles de {name}"),
    about_role: |role| match role {
        Role::Guest => "Lit et ajoute des besoins, pendant une rencontre.",
        Role::Volunteer => "Veut un emploi. Ce n’est pas du bénévolat.",
        Role::Partner => "Répond pour une organisation.",
        Role::Facilitator => "Minute, papier, parole.",
        Role::Team => "Registre et invitations.",
        Role::Committee => "Décide avec le groupe.",
        Role::Mentor => "Accompagne un volontaire.",
        Role::Observer => "Ne voit encore rien. Les chiffres publiés viendront.",
    },
    keep_roles: "Garder ces rôles",
    no_role: "Choisissez au moins un rôle. Ou retirez la personne.",
    will_see: |name| format!("{name} verra ce changement."),
    remove: |name| format!("Retirer {name} du groupe"),
    remove_question: |name| format!("Retirer {name} du groupe{NBSP}?"),
    remove_consequences: [
        "Cette personne ne peut plus lire ni écrire ici.",
        "Ce qu’elle a écrit reste.",
        "L’équipe peut lui rendre un rôle.",
    ],
    spare: |name| format!("Garder {name}"),
    my_card: "Ma carte",
    keep: "Garder",
    leave: "Quitter le territoire et effacer ce qui me concerne",
    leave_question: "Quitter le territoire\u{a0}?",
    leave_consequences: [
        "Votre nom et votre image sont effacés.",
        "Vos textes restent, sans votre nom.",
        "Ce téléphone oublie ce territoire.",
        "Un texte pas encore envoyé est perdu.",
    ],
    stay: "Rester",
    leave_now: "Quitter et effacer",
    wait: "Un instant…",
    offline: "Il faut le réseau. Essayez encore avec le réseau.",
    denied: |why| match why {
        Denied::LastOfTeam => "Il faut au moins une personne dans l’équipe projet.",
        Denied::NotAllowed => "Seule l’équipe projet peut faire cela.",
        Denied::Full => "Il n’y a plus de place. Arrêtez d’abord une invitation.",
        Denied::TooOften => "Trop d’essais. Attendez quelques minutes.",
        Denied::NotKept => "Le serveur n’a pas pu le noter. Essayez encore.",
        Denied::Changed => "Quelqu’un vient d’y écrire. Recommencez.",
        Denied::Unknown | Denied::NoInvitation | Denied::UsedUp | Denied::NotConfirmed => {
            "Ce n’est plus là. Quelqu’un l’a peut-être déjà changé."
        }
    },
};

pub(super) const RIGHTS: Rights = Rights {
    removed: "Vous n’êtes plus membre de ce territoire.",
    removed_body: "Ce qui est sur ce téléphone reste lisible.",
    lost: "Ce téléphone n’a plus accès au groupe.",
    lost_body: "Vous l’avez dit perdu, ou remplacé. Utilisez votre autre téléphone.",
    not_yours: "Cette page n’est pas pour votre rôle",
    not_yours_body: "Demandez à l’équipe projet.",
};

pub(super) const INVITE: Invite = Invite {
    title: "Inviter",
    role: "Avec quel rôle\u{a0}?",
    how_many: "Pour combien de personnes\u{a0}?",
    people: |count| count.to_string(),
    how_long: "Pendant combien de temps\u{a0}?",
    times: ["2 heures", "12 heures", "1 semaine", "1 mois"],
    prepare: "Préparer l’invitation",
    needs_network: "Il faut le réseau pour inviter.",
    needs_network_body: "Revenez ici avec le réseau.",
    code: "Le code de la salle",
    qr: "Code carré à scanner",
    or_type: "Ou tapez",
    send: "Envoyer le lien",
    copy: "Copier le lien",
    copied: "Lien copié.",
    not_copied: "Le lien n’est pas copié. Touchez-le longtemps pour le copier.",
    print: "Imprimer le code",
    lasts: "Les six lettres marchent 12 heures au plus. Cette page ne se rouvre pas.",
    another: "Une autre invitation",
    open: "Invitations ouvertes",
    none_open: "Aucune pour le moment.",
    places: |places, day| match places {
        1 => format!("1 place · fin{NBSP}: {day}"),
        _ => format!("{places} places · fin{NBSP}: {day}"),
    },
    stop: "Arrêter",
    organisation: "Au nom de quelle organisation\u{a0}?",
    no_organisation: "Pas encore connue",
    meeting: Meeting {
        question: "Pour une rencontre\u{a0}?",
        choices: ["Non", "Oui, une rencontre"],
        name: "Le nom de la rencontre",
        end: "Elle finit à",
        no_name: "Donnez un nom à la rencontre.",
        no_end: "Dites à quelle heure elle finit.",
        lasts: "Le code marche jusqu’à la fin de la rencontre, 12 heures au plus. Cette page ne se rouvre pas.",
    },
    close_meeting: "Fermer la rencontre",
    meeting_closed: "La rencontre est fermée. Le code ne marche plus.",
    project: "À montrer en grand",
    poster: "Entrez avec votre téléphone",
    poster_how: "Visez le code carré avec l’appareil photo. Un prénom ou une image suffit. Pas de compte, pas de mail.",
};

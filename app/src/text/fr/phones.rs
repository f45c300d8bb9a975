//! A person's phones, in French.

use super::super::keys::{Adding, Back, Call, Phones, Rescue, Typing};
use super::NBSP;

pub(super) const PHONES: Phones = Phones {
    mine: "Mes téléphones",
    phone: |place| format!("Téléphone {place}"),
    this_one: "Celui-ci",
    lost: "Perdu. Il ne lit et n’écrit plus rien ici.",
    is_lost: "Il est perdu",
    lost_question: "Ce téléphone est perdu\u{a0}?",
    lost_consequences: [
        "Il ne pourra plus rien lire ni écrire ici.",
        "Ce qui a été envoyé au groupe reste.",
    ],
    lost_keep: "Garder ce téléphone",
    lost_now: "Oui, il est perdu",
    add: "Ajouter un téléphone",
    card: "Ma carte de secours",
    adding: Adding {
        title: "Ajouter un téléphone",
        how: [
            "Prenez votre autre téléphone.",
            "Ouvrez l’appareil photo. Visez le code carré.",
            "Touchez le lien. Vérifiez que c’est bien vous.",
        ],
        show: "Montrer le code",
        code: "Le code à viser",
        qr: "Code carré à viser avec l’autre téléphone",
        until: |hour, minute| {
            format!("Ce code marche une fois, jusqu’à {hour}{NBSP}h{NBSP}{minute:02}.")
        },
        nobody_else: "Ne le montrez à personne d’autre. Qui le vise devient vous.",
        again: "Montrer un nouveau code",
        done: "C’est fait. Votre autre téléphone est là.",
        done_body: "Vous gardez les deux.",
    },
    rescue: Rescue {
        title: "Ma carte de secours",
        why: "Téléphone perdu ou cassé\u{a0}? Avec cette carte, vous revenez sur un autre téléphone. Vous restez la même personne.",
        prepare: "Préparer ma carte",
        replaces: "Une nouvelle carte rend l’ancienne inutile. Une carte sert une seule fois.",
        name: "Carte de secours",
        whose: |name, territory| format!("{name} · {territory}"),
        qr: "Code de secours à viser avec le nouveau téléphone",
        words: "Les huit mots",
        how: "Visez le code. Ou ouvrez Maillage, «\u{a0}J’ai une carte de secours\u{a0}», et tapez les huit mots. \
              Gardez cette carte chez vous. Qui la tient peut devenir vous.",
        print: "Imprimer la carte",
        copied: "J’ai recopié les mots",
        once: "Cette page ne se rouvre pas. Imprimez la carte, ou recopiez les huit mots.",
        another: "Faire une autre carte",
    },
    typing: Typing {
        title: "Les huit mots de votre carte",
        or_scan: "Vous pouvez aussi viser le code carré de la carte avec l’appareil photo.",
        word: |place| format!("Mot {place} sur 8"),
        hint: "Les accents et les majuscules ne comptent pas.",
        next: "Mot suivant",
        unknown: "Ce mot n’est sur aucune carte. Vérifiez chaque lettre.",
        meant: "Vouliez-vous dire",
        so_far: "Vos mots",
        change: |word| format!("Changer {word}"),
        look: "Revenir avec ces huit mots",
        looking: "Un instant…",
        offline: "Pas de réseau. Vos mots restent là. Cela se fera tout seul.",
        wrong: "Ces huit mots n’ouvrent rien",
        wrong_next: "Vérifiez chaque mot, dans l’ordre. Une carte sert une seule fois\u{a0}: peut-être a-t-elle déjà servi. \
                     Sans carte, demandez à l’animateur.",
        start_again: "Recommencer",
    },
    back: Back {
        is_it_you: |name| format!("Vous êtes {name}{NBSP}?"),
        keeps: "Vous gardez votre image, vos rôles et ce que vous avez écrit.",
        old: "Et vos autres téléphones\u{a0}?",
        old_choices: ["Je les garde", "Perdus ou cassés"],
        old_hint: "Un téléphone perdu ne peut plus rien lire ni écrire ici.",
        team: "Deux personnes de l’équipe projet doivent d’abord confirmer que c’est vous. Vos anciens téléphones et votre ancienne carte \
               ne serviront plus.",
        yes: "Oui, c’est moi",
        no: "Non, ce n’est pas moi",
        taken: |name| format!("Ce téléphone est déjà celui de {name}"),
        taken_next: "Ouvrez ce lien sur l’autre téléphone. Ou videz d’abord celui-ci.",
        empty: "Vider ce téléphone",
        empty_question: "Vider ce téléphone\u{a0}?",
        empty_consequences: [
            "Ce téléphone oublie ce territoire.",
            "Un texte pas encore envoyé est perdu.",
        ],
        empty_keep: "Ne rien vider",
        home: "Retour à l’accueil",
    },
    call: Call {
        about: |name| format!("Aider {name}"),
        begin: "Téléphone et carte perdus",
        question: |name| format!("{name} n’a plus ni téléphone ni carte{NBSP}?"),
        steps: [
            "Vous montrez un code carré au nouveau téléphone.",
            "Deux personnes de l’équipe projet confirment, chacune sur son téléphone.",
            "La personne revient, avec ses rôles et ses textes. Ses anciens téléphones ne servent plus.",
        ],
        prepare: "Préparer le code",
        show: |name| {
            format!("{name} vise ce code avec son nouveau téléphone. Il marche une semaine.")
        },
        qr: "Code carré à viser avec le nouveau téléphone",
        waits: |name| format!("Un nouveau téléphone dit être {name}."),
        letters: "Il montre ces lettres",
        confirmed: |count| match count {
            0 => "Personne n’a encore confirmé. Il faut deux personnes.".to_owned(),
            _ => {
                "Une personne a confirmé. Il en faut encore une, sur un autre téléphone.".to_owned()
            }
        },
        meet: "Confirmez seulement si vous voyez la personne, ou si vous reconnaissez sa voix.",
        yes: |name| format!("Oui, c’est bien {name}"),
        no: "Non, refuser ce téléphone",
        yours_is_there: "Vous avez confirmé.",
    },
};

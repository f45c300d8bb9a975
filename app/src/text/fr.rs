//! French: "vous", one idea a sentence, twelve words at most, the same word for the same thing.

mod domain;
mod drafts;
mod entrance;
mod erasing;
mod journal;
mod members;
mod phones;
mod scan;
mod sheet;
mod statements;
mod users;

use super::keys::{
    Forgotten, Home, Join, Late, LateText, Listen, Missing, Needs, Notice, Phone, Places, Refused,
    Sheets, Standing, Text, Version,
};

/// Before `: ? ! »` and after `«`, French wants a space that never breaks the line.
const NBSP: char = '\u{a0}';

/// The French catalogue.
pub(super) static TEXT: Text = Text {
    lang: "fr",
    window: |page| format!("{page} · Maillage"),
    brand: "Maillage",
    skip: "Aller au contenu",
    back: "Retour",
    close: "Fermer",
    menu: "Menu",
    wait: "Un instant…",
    wait_blocked: "Maillage est ouvert dans une autre page. Fermez cette autre page pour continuer.",
    done: "Fini",
    listen: Listen {
        listen: "Écouter",
        listen_to: |words| format!("Écouter{NBSP}: {words}"),
        stop: "Arrêter la lecture",
        ask: "Demander à quelqu’un de lire",
        no_voice: "Ce téléphone n’a pas de voix française. Montrez cette phrase.",
        please: "«\u{a0}Pouvez-vous me lire cette page, s’il vous plaît\u{a0}?\u{a0}»",
        back: "Revenir à la page",
    },
    standing: Standing {
        keeping: "On garde…",
        kept: "Gardé sur ce téléphone",
        unkept: "Pas gardé ici",
        unkept_spoken: ". Laissez cette page ouverte.",
        unkept_title: "Ce téléphone n’arrive pas à garder vos textes.",
        unkept_body: "Laissez cette page ouverte. Vos textes partent vers le groupe avec le réseau.",
        sent: "Envoyé au groupe",
        refused: "Pas reçu par le groupe",
        refused_spoken: ". Vos textes restent gardés sur ce téléphone.",
        not_accepted: Refused {
            title: "Le groupe n’a pas pu recevoir vos textes.",
            body: "Ils restent gardés sur ce téléphone. Ils ne partiront pas tout seuls. Parlez-en à l’équipe.",
        },
        too_large: Refused {
            title: "Un texte est trop grand pour le groupe.",
            body: "Il reste gardé sur ce téléphone. Parlez-en à l’équipe.",
        },
        not_allowed: Refused {
            title: "Vous ne pouvez plus écrire ce texte.",
            body: "Ce que vous avez écrit reste gardé sur ce téléphone. Parlez-en à l’équipe.",
        },
        awaits_author: Refused {
            title: "Un texte attend un autre téléphone.",
            body: "Une autre personne en a écrit une partie. Il partira quand son téléphone aura du réseau. Tout est gardé ici.",
        },
        space_full: Refused {
            title: "Le groupe n’a plus de place pour une nouvelle fiche.",
            body: "Elle reste gardée sur ce téléphone. Elle ne partira pas toute seule. Parlez-en à l’équipe.",
        },
        offline: "Pas de réseau",
        offline_spoken: ". Vous pouvez continuer.",
        offline_title: "Pas de réseau. Vous pouvez continuer.",
        offline_kept: |changes| match changes {
            0 => "Tout ce que vous écrivez est gardé sur ce téléphone.".to_owned(),
            1 => "1 changement est gardé sur ce téléphone. Il partira tout seul.".to_owned(),
            _ => format!(
                "{changes} changements sont gardés sur ce téléphone. Ils partiront tout seuls."
            ),
        },
        offline_since: |time| match time {
            Some((hour, minute)) => format!("Pas de réseau depuis {hour}{NBSP}h{NBSP}{minute:02}."),
            None => "Pas de réseau depuis hier, ou avant.".to_owned(),
        },
        nearly_full: Refused {
            title: "Ce téléphone est presque plein.",
            body: "Vos textes sont encore gardés. Effacez des photos ou des vidéos pour faire de la place.",
        },
        drafts: Refused {
            title: "Des mots n’ont pas été envoyés au groupe.",
            body: "Ils sont gardés sur ce téléphone.",
        },
        see: "Voir ces mots",
    },
    places: Places {
        home: "Accueil",
        needs: "Besoins",
        sheets: "Fiches",
    },
    door: entrance::DOOR,
    entering: entrance::ENTERING,
    join: Join {
        title: "Comment vous appeler\u{a0}?",
        link_read: "Lien lu",
        name: "Mon prénom, ou un autre nom",
        picture: "Mon image",
        colour: "Ma couleur",
        pictures: [
            "Oiseau", "Vélo", "Soleil", "Arbre", "Chat", "Clé", "Poisson", "Bateau",
        ],
        colours: ["Prune", "Brun", "Vert", "Bleu", "Rouge", "Gris"],
        face,
        seen_so: "Le groupe vous voit ainsi.",
        go_on: "Continuer",
        picture_enough: "L’image suffit. Le nom n’est pas obligé.",
        before: "Avant d’entrer",
        notices: [
            Notice {
                question: "Qui est responsable\u{a0}?",
                answer: "Le groupe qui vous a donné le lien.",
            },
            Notice {
                question: "Qui voit quoi\u{a0}?",
                answer: "Le groupe voit votre nom et ce que vous écrivez. Le public, non. Le Forem et le CPAS ne voient pas si \
                         vous venez. La personne qui tient le serveur peut aussi lire.",
            },
            Notice {
                question: "Combien de temps\u{a0}?",
                answer: "Invité\u{a0}: votre nom est effacé 30 jours après la dernière rencontre. \
                         Les autres\u{a0}: votre nom est effacé quand vous quittez le territoire. \
                         Vos textes restent, sans votre nom.",
            },
            Notice {
                question: "À qui demander\u{a0}?",
                answer: "À la personne qui vous a donné le lien.",
            },
        ],
        enter: "Entrer",
        may_leave: "Vous pouvez quitter le territoire à tout moment.",
        read_later: "Pas de réseau. Vous pouvez continuer.",
        enter_as: entrance::enter_as,
        over: "Ce lien a déjà servi.",
        over_next: "Vous êtes déjà venu avec ce lien\u{a0}? Continuez. Sinon, demandez un nouveau lien à l’animateur.",
        too_often: "Trop d’essais pour le moment.",
        too_often_next: "Attendez quelques minutes avant d’entrer.",
        no_account: "Pas d’adresse mail. Pas de mot de passe.",
        broken_title: "Ce lien ne marche pas",
        broken: "Il manque peut-être un morceau du lien.",
        broken_next: "Demandez le lien encore une fois, ou scannez de nouveau le code.",
    },
    rights: members::RIGHTS,
    rewritten: erasing::REWRITTEN,
    home: Home {
        hello: |name| match name {
            "" => "Bonjour".to_owned(),
            name => format!("Bonjour {name}"),
        },
        me: |name, face| match name {
            "" => format!("Vous{NBSP}: {face}"),
            name => format!("Vous{NBSP}: {name}, {face}"),
        },
        tiles: "Le territoire",
        needs: "Besoins",
        needs_count: |count| counted(count, "Aucun noté", "noté", "notés"),
        sheets: "Fiches emploi",
        sheets_count: |count| counted(count, "Aucune ouverte", "ouverte", "ouvertes"),
        members: "Personnes",
        members_count: |count| counted(count, "Personne", "dans le groupe", "dans le groupe"),
        helps: |name| format!("{name} vous aide à écrire."),
        phone: "Ce téléphone",
        figures: |figures| match figures {
            [] => "Des emplois pour le quartier".to_owned(),
            figures => figures.join(",\n"),
        },
        people: |count| match count {
            0 | 1 => format!("{count} personne en parcours"),
            _ => format!("{count} personnes en parcours"),
        },
        jobs: |count| match count {
            0 | 1 => format!("{count} emploi visé"),
            _ => format!("{count} emplois visés"),
        },
        cloth: |jobs, hires| {
            format!(
                "Le tissu{NBSP}: {}, {}",
                if jobs < 2 {
                    format!("{jobs} emploi visé")
                } else {
                    format!("{jobs} emplois visés")
                },
                hires_counted(hires)
            )
        },
        hires: hires_counted,
        so_far: " pour le moment.",
        stitch: "Une maille, c’est un emploi. Elle se remplit à l’embauche.",
        example: "Exemple.",
        example_body: "Les textes sont inventés.",
        partners: "Partenaires",
        partners_count: |count| {
            counted(
                count,
                "Aucun pour le moment.",
                "organisation autour de la table",
                "organisations autour de la table",
            )
        },
        loading: "Le territoire arrive sur ce téléphone. Rien ne vient\u{a0}? Demandez un nouveau lien.",
        loading_offline: "Le territoire n’est pas encore sur ce téléphone. Il arrivera avec le réseau.",
    },
    needs: Needs {
        title: "Besoins du quartier",
        question: "Qu’est-ce qui manque ici\u{a0}?",
        say: "Dire un besoin",
        text: "Ce qui manque",
        place: "Quel quartier\u{a0}?",
        exactly: "Où\u{a0}?",
        everywhere: "Tout le territoire",
        add: "Ajouter ce besoin",
        added: "Besoin ajouté",
        missing_text: "Écrivez d’abord ce qui manque.",
        who_sees: "Le groupe voit votre nom. Le public, non.",
        me_too: |count| match count {
            0 => "Moi aussi".to_owned(),
            count => format!("Moi aussi · {count}"),
        },
        said_by: |name| format!("dit par {}", inside(name)),
        covered: "Fiche ouverte",
        make_sheet: "En faire une fiche",
        see_sheet: "Voir la fiche",
        origin: |need| format!("Vient du besoin{NBSP}: {need}"),
        echoed: |count| match count {
            1 => "1 personne dit «\u{a0}moi aussi\u{a0}»".to_owned(),
            _ => format!("{count} personnes disent «\u{a0}moi aussi\u{a0}»"),
        },
        none: "Aucun besoin pour le moment.",
        none_body: "Dites ce qui manque dans le quartier.",
    },
    sheets: Sheets {
        title: "Fiches emploi",
        write: "Écrire une fiche",
        none: "Aucune fiche pour le moment.",
        none_body: "Une fiche naît d’un besoin.",
        see_needs: "Voir les besoins",
        new: "Nouvelle fiche",
        new_question: "Quel travail\u{a0}?",
        new_title: "Le nom du travail",
        trade: "La sorte de travail",
        create: "Créer la fiche",
        missing_title: "Écrivez d’abord le nom du travail.",
        untitled: "Fiche sans nom",
        need_covered: "Ce besoin a déjà une fiche.",
        need_gone: "Ce besoin n’est plus là. Vous pouvez écrire la fiche.",
    },
    of_part: |part| format!("{NBSP}: {part}"),
    late: Late {
        title: "Cette page n’est pas encore sur ce téléphone",
        body: "Elle a besoin du réseau pour s’ouvrir la première fois. Rien n’est perdu.",
        again: "Essayer encore",
    },
    missing: Missing {
        page: "Cette page n’existe pas",
        page_body: "L’adresse est peut-être coupée.",
        home: "Aller à l’accueil",
        not_here: "Pas encore sur ce téléphone",
        not_here_body: "La fiche s’affichera ici dès qu’elle arrive.",
        not_here_offline: "La fiche arrivera avec le réseau.",
        unreadable: |count| match count {
            1 => "Un texte de ce téléphone ne s’ouvre pas.".to_owned(),
            _ => format!("{count} textes de ce téléphone ne s’ouvrent pas."),
        },
        unreadable_body: "Rien n’est effacé. Des mots peuvent manquer ici. Parlez-en à l’équipe.",
        failed: "Cela n’a pas marché. Rien n’est perdu. Essayez encore.",
    },
    forgotten: Forgotten {
        title: "Ce téléphone a oublié vos textes",
        why: "Le navigateur a effacé ce qu’il gardait. Cela arrive quand la place manque.",
        how: "Ce que le groupe avait reçu n’est pas perdu. Demandez un nouveau lien ou un code à l’animateur. Ensuite, tout revient.",
    },
    version: Version {
        title: "Une nouvelle version est prête.",
        body: "Rien ne presse. Vos textes restent.",
        take_over: "Mettre à jour",
        later: "Plus tard",
        newer_title: "Un texte vient d’une version plus récente.",
        newer_body: "Mettez Maillage à jour pour tout voir. Vos textes restent.",
        old_title: "Il faut mettre Maillage à jour",
        old_body: "Cette version est trop ancienne pour parler avec les autres téléphones.",
        nothing_lost: "Rien n’est perdu.",
        waiting: |changes| match changes {
            None => "Vos textes restent sur cette page. Ne la fermez pas.".to_owned(),
            Some(0) => "Le groupe a tout reçu.".to_owned(),
            Some(1) => "1 changement est gardé sur ce téléphone. Il partira après.".to_owned(),
            Some(changes) => {
                format!("{changes} changements sont gardés sur ce téléphone. Ils partiront après.")
            }
        },
        weight: "Une minute. Moins qu’une photo.",
        read_on: "Lire sans mettre à jour",
    },
    domain: domain::DOMAIN,
};

/// The part of the French catalogue that late screens bring with them.
pub(super) static LATE: LateText = LateText {
    members: members::MEMBERS,
    invite: members::INVITE,
    users: users::USERS,
    journal: journal::JOURNAL,
    waiting: journal::WAITING,
    phones: phones::PHONES,
    scan: scan::SCAN,
    erasing: erasing::ERASING,
    phone: Phone {
        title: "Ce téléphone",
        promised: "Ce téléphone promet de garder vos textes.",
        not_promised: "Ce téléphone garde vos textes. S’il manque de place, il peut les effacer. Le groupe a ce qui est envoyé.",
        promise_unknown: "Ce téléphone garde vos textes. Le groupe a ce qui est envoyé.",
        take_away: "Emporter",
        take_away_body: "Tout tient dans un fichier. Donnez-le par une clé ou par un message. Cela marche sans réseau.",
        save: "Tout mettre dans un fichier",
        who_reads: "Qui a ce fichier peut tout lire.",
        take_in: "Ajouter un fichier reçu",
        take_in_body: "Ce qui est nouveau s’ajoute. Rien n’est remplacé.",
        choose: "Choisir le fichier",
        taken_erased: |erased| match erased {
            0 => String::new(),
            1 => " 1 texte effacé par l’équipe n’est pas entré.".to_owned(),
            _ => format!(" {erased} textes effacés par l’équipe ne sont pas entrés."),
        },
        taken: |new, left_out| {
            let new = counted(
                new,
                "Tout était déjà là.",
                "texte a reçu du nouveau.",
                "textes ont reçu du nouveau.",
            );
            match left_out {
                0 => new,
                1 => format!("{new} 1 texte n’a pas pu entrer. Parlez-en à l’équipe."),
                _ => format!("{new} {left_out} textes n’ont pas pu entrer. Parlez-en à l’équipe."),
            }
        },
        foreign: "Ce fichier ne vient pas de Maillage. Rien n’a changé.",
        newer: "Ce fichier vient d’une version plus récente. Mettez Maillage à jour. Rien n’a changé.",
        damaged: "Ce fichier est abîmé. Rien n’a changé. Demandez-le encore une fois.",
        elsewhere: "Ce fichier vient d’un autre territoire. Rien n’a changé.",
    },
    drafts: drafts::DRAFTS,
    sheet: sheet::SHEET,
    statements: statements::STATEMENTS,
    opinions: statements::OPINIONS,
    decision: statements::DECISION,
    glossary: domain::GLOSSARY,
};

fn counted(count: usize, none: &str, one: &str, many: &str) -> String {
    match count {
        0 => none.to_owned(),
        1 => format!("1 {one}"),
        _ => format!("{count} {many}"),
    }
}

/// "Une maman" in the middle of a sentence is "une maman"; names keep their capital.
fn inside(name: &str) -> String {
    match name.split_once(' ') {
        Some((article @ ("Un" | "Une" | "Le" | "La" | "Les" | "Des"), rest)) => {
            format!("{} {rest}", article.to_lowercase())
        }
        _ => name.to_owned(),
    }
}

fn hires_counted(count: u32) -> String {
    match count {
        0 | 1 => format!("{count} embauche"),
        _ => format!("{count} embauches"),
    }
}

/// "oiseau prune", "clé verte": only the key is feminine among the pictures.
fn face(picture: usize, colour: usize) -> String {
    const NAMES: [&str; 8] = [
        "Oiseau", "Vélo", "Soleil", "Arbre", "Chat", "Clé", "Poisson", "Bateau",
    ];
    const MASCULINE: [&str; 6] = ["prune", "brun", "vert", "bleu", "rouge", "gris"];
    const FEMININE: [&str; 6] = ["prune", "brune", "verte", "bleue", "rouge", "grise"];
    let colours = if picture == 5 { FEMININE } else { MASCULINE };
    let name = NAMES.get(picture).copied().unwrap_or_default();
    let colour = colours.get(colour).copied().unwrap_or_default();
    format!("{name} {colour}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_and_one_are_singular() {
        assert_eq!((TEXT.home.jobs)(0), "0 emploi visé");
        assert_eq!((TEXT.home.jobs)(1), "1 emploi visé");
        assert_eq!((TEXT.home.jobs)(40), "40 emplois visés");
        assert_eq!((TEXT.home.hires)(0), "0 embauche");
        assert_eq!((TEXT.home.needs_count)(1), "1 noté");
    }

    #[test]
    fn names_keep_their_capital_inside_a_sentence() {
        assert_eq!((TEXT.needs.said_by)("Une maman"), "dit par une maman");
        assert_eq!((TEXT.needs.said_by)("Fatou"), "dit par Fatou");
    }

    #[test]
    fn the_page_of_a_breakdown_helps_to_ask_with_the_same_words() {
        let page = include_str!("../../../public/index.html").replace("&nbsp;", "\u{a0}");
        let words = &TEXT.listen;
        for sentence in [
            words.listen,
            words.ask,
            words.no_voice,
            words.please,
            words.back,
            TEXT.close,
        ] {
            assert!(page.contains(sentence), "{sentence} is missing");
        }
    }

    #[test]
    fn the_key_is_feminine() {
        assert_eq!(face(5, 5), "Clé grise");
        assert_eq!(face(0, 0), "Oiseau prune");
    }
}

//! What is stated about a sheet, in French.

use super::{NBSP, counted};
use crate::text::keys::{Decision, Opinions, Statements};
use crate::text::late_text;
use maillage_shared::rules::difference::Part;
use maillage_shared::statement::{Channel, Outcome, Round};

/// The words of both screens, and of the sheet.
pub(super) const STATEMENTS: Statements = Statements {
    title: "Avis et décision",
    opinions_link: "Les avis des partenaires",
    decision_link: "La décision",
    summary: |answers, objections| {
        let answers = counted(answers, "Pas encore d’avis.", "avis.", "avis.");
        match objections {
            0 => answers,
            1 => format!("{answers} 1 objection."),
            _ => format!("{answers} {objections} objections."),
        }
    },
    no_decision: "Rien n’est décidé.",
    decision_open: |round| format!("Décision en cours. Tour{NBSP}: {round}."),
    verified: "Vérifié",
    verified_former: "Vérifié. Cette personne n’est plus membre.",
    former: "un ancien membre",
    signed_by: |name, when| match when {
        "" => format!("Signé par {name}"),
        when => format!("Signé par {name}, {when}"),
    },
    members_unknown: "Ce téléphone ne sait pas encore qui est membre. Il ne peut rien vérifier.",
    doubtful: |count| {
        counted(
            count,
            "",
            "texte n’est pas sûr.",
            "textes ne sont pas sûrs.",
        )
    },
    do_not_believe: "Signature fausse. N’en tenez pas compte.",
    altered: |name| format!("Le texte porte le nom de {name}. Ce n’est pas sa signature."),
    unknown_key: "Personne ici n’a cette signature.",
    elsewhere: |name| format!("{name} l’a signé pour une autre fiche."),
    not_allowed: |name| {
        format!("{name} l’a signé, mais ne peut pas dire cela. N’en tenez pas compte.")
    },
    unreadable: "Ce texte ne se lit pas.",
    brought_by: |name| format!("Mis ici par le téléphone de {name}."),
    changed_since_opinion: "La fiche a changé depuis cet avis.",
    changed_since_opening: "La fiche a changé depuis. On décide sur le texte d’avant.",
    changed_since_decision: "Modifiée depuis la décision",
    version_missing: "Le texte de ce jour-là n’est pas encore sur ce téléphone.",
    see_difference: "Voir ce qui a changé",
    then: "Avant",
    now: "Maintenant",
    nothing_there: "Rien d’écrit",
    part: |part| {
        let facts = &late_text().sheet.facts;
        match part {
            Part::Title => facts.title,
            Part::Trade => facts.trade,
            Part::Section(section) => (late_text().glossary.section)(section),
            Part::Price => facts.price,
            Part::ProjectCarrier => facts.carrier,
            Part::Employer => facts.employer,
            Part::ContractType => facts.contract_type,
            Part::JointCommittee => facts.committee,
            Part::People => facts.people,
            Part::Hours => facts.hours,
            Part::FullTime => facts.full_time,
            Part::Cost => facts.cost,
            Part::Income => facts.income,
        }
    },
    channel: |channel| match channel {
        Channel::Themselves => "sur son téléphone",
        Channel::Link => "par un lien",
        Channel::Aloud => "à voix haute",
        Channel::Paper => "sur papier",
    },
    not_signed: "Cela n’a pas marché. Essayez encore une fois.",
};

/// The words of the opinions.
pub(super) const OPINIONS: Opinions = Opinions {
    title: "Les avis des partenaires",
    body: "Est-ce que cette fiche gêne quelqu’un\u{a0}? On demande à ceux qui font un travail proche.",
    none: "Personne n’est encore dans la liste.",
    none_body: "L’équipe ajoute des partenaires au territoire. Ceux qui font un travail proche viennent ici.",
    give: "Donner mon avis",
    no_partner: "Votre organisation n’est pas notée. Demandez à l’équipe.",
    question: |title| format!("Votre avis{NBSP}: {title}"),
    disturbs: "Est-ce que cela vous gêne\u{a0}?",
    fine: ["Pas de concurrence", "Cela ne me gêne pas."],
    fine_if: ["D’accord si…", "Je dis ma condition."],
    objection: ["Objection", "Je dis pourquoi."],
    condition: "D’accord, à quelle condition\u{a0}?",
    why: "Pourquoi\u{a0}?",
    send: "Envoyer mon avis",
    who_sees: "Le groupe verra votre avis et votre nom.",
    no_answer: "Choisissez d’abord une réponse.",
    no_words: "Dites-le d’abord en quelques mots.",
    why_asked: [
        "Fait un travail proche",
        "Parle pour les travailleurs\u{a0}: conditions de travail, postes existants",
    ],
    to_ask: "À demander",
    waiting: |day| format!("On attend la réponse avant {day}."),
    waiting_long: "On attend la réponse.",
    silent: |day| format!("Pas de réponse. On l’attendait avant {day}. Ce n’est pas un oui."),
    asked: |how, when| match when {
        "" => format!("Demandé {how}"),
        when => format!("Demandé {how}, {when}"),
    },
    reminders: |count| counted(count, "", "rappel", "rappels"),
    earlier: |count| {
        counted(
            count,
            "",
            "réponse d’avant, remplacée.",
            "réponses d’avant, remplacées.",
        )
    },
    ask: "Noter une demande",
    remind: "Noter un rappel",
    ask_title: |partner| format!("Demander à {partner}"),
    how: "Comment avez-vous demandé\u{a0}?",
    until: "Réponse avant quel jour\u{a0}?",
    note_asked: "Noter la demande",
    note_answer: "Noter sa réponse",
    answer_title: |partner| format!("La réponse de {partner}"),
    their_answer: "Sa réponse",
    how_answered: "Comment la réponse est-elle venue\u{a0}?",
    follow: "Suivre la condition",
    follow_title: "La condition",
    is_met: "Est-ce fait\u{a0}?",
    met: "C’est fait",
    not_met: "Pas encore fait",
    nobody_follows: "Personne ne s’en occupe encore.",
    save: "Noter",
    reply_by: |day| format!("Répondez avant {day}"),
    speaks_for: "Pour quelle organisation\u{a0}?",
    no_organisation: "Le territoire n’a pas encore de partenaire.",
    gone_partner: "Un partenaire qui n’est plus dans la liste",
};

/// The words of the decision.
pub(super) const DECISION: Decision = Decision {
    title: "La décision",
    none: "Rien n’est encore à décider.",
    none_body: "L’animateur propose la fiche quand elle est prête. On décide ensemble, en cinq tours.",
    open: "Proposer la fiche à la décision",
    again: "Proposer la fiche encore une fois",
    rounds: "Tours de la décision",
    round: |round| match round {
        Round::Clarification => "Comprendre",
        Round::Reactions => "Réagir",
        Round::Objections => "Objecter",
        Round::Improvement => "Améliorer",
        Round::Celebration => "Fêter",
    },
    round_body: |round| match round {
        Round::Clarification => "On pose des questions. On veut comprendre.",
        Round::Reactions => "Chacun dit ce qu’il en pense.",
        Round::Objections => "Qui voit un risque pour le groupe\u{a0}? Dites pourquoi.",
        Round::Improvement => "On change la fiche pour lever les objections.",
        Round::Celebration => "La décision est prise. Merci à tous.",
    },
    reopened: "Quelqu’un n’a pas compris. On explique encore une fois.",
    version: |when| match when {
        "" => "On décide sur le texte tel qu’il était.".to_owned(),
        when => format!("On décide sur le texte de la fiche, {when}."),
    },
    mine: "Ma position",
    my_position: |stance| format!("Votre position{NBSP}: {stance}"),
    change: "Changer ma position",
    agree: "D’accord",
    agree_if: "D’accord si…",
    object: "Objection",
    pass: "Je passe",
    not_understood: "Je n’ai pas compris",
    send: "Envoyer ma position",
    who_sees: "Le groupe voit votre position et vos mots. La liste ne montre pas votre nom.",
    no_stance: "Choisissez d’abord une position.",
    positions: "Les positions",
    no_position: "Personne n’a encore pris position. Le silence n’est pas un oui.",
    arguments: "Ce qui a été dit",
    noted_by: |name, how| format!("Noté par {name}, {how}"),
    doubled: |name| format!("{name}{NBSP}: deux saisies. Vérifiez avec cette personne."),
    next: |round| format!("Passer au tour «\u{a0}{round}\u{a0}»"),
    note: "Noter une position",
    note_who: "De qui\u{a0}?",
    theirs: "Sa position",
    no_person: "Choisissez d’abord une personne.",
    conclude: "Noter la décision",
    outcome: "Qu’avons-nous décidé\u{a0}?",
    outcomes: |outcome| match outcome {
        Outcome::Accepted => "Acceptée",
        Outcome::NotAccepted => "Pas acceptée",
        Outcome::Postponed => "Reportée",
    },
    no_outcome: "Choisissez d’abord ce qui est décidé.",
    review: "On la revoit quel jour\u{a0}?",
    review_on: |day| format!("On la revoit {day}."),
    sign: "Signer la décision",
    not_yet_nobody: "Personne n’a encore dit «\u{a0}d’accord\u{a0}».",
    not_yet_lost: |count| {
        counted(
            count,
            "",
            "personne n’a pas compris.",
            "personnes n’ont pas compris.",
        )
    },
    not_yet_objections: |count| counted(count, "", "objection reste.", "objections restent."),
    late: "Arrivées après la décision",
    late_body: "Elles ne changent pas la décision.",
    earlier: |count| counted(count, "", "décision d’avant.", "décisions d’avant."),
};
